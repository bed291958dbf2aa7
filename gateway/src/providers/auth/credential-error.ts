/** Why a credential could not be had, in words without the credential. */

import { type Clock, GatewayError } from '#core'

/** Marks the house's own words: they may be shown where a provider's would not be. */
const NO_CREDENTIALS = 'no_credentials'

export function credentialError(message: string, reason?: unknown): GatewayError {
  const said = reasonOf(reason)
  return new GatewayError('provider-authentication', said === '' ? message : `${message} (${said})`, {
    code: NO_CREDENTIALS,
  })
}

/**
 * A library's error may hold the request it made, keys and all: only its code or name is taken, and it is not kept as the cause.
 */
function reasonOf(reason: unknown): string {
  if (typeof reason === 'string') return reason
  if (!(reason instanceof Error)) return ''
  const code = 'code' in reason && typeof reason.code === 'string' ? reason.code : reason.name
  return /^[\w.-]{1,60}$/.test(code) ? code : 'Error'
}

export function isMissingPackage(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_MODULE_NOT_FOUND'
}

export function missingPackage(what: string, name: string): GatewayError {
  return credentialError(`${what} needs the package "${name}", which is not installed: npm install ${name}`)
}

/** A credential that does not come in time is a `timeout`; what comes later is forgotten. */
export function limited<T>(promise: Promise<T>, clock: Clock, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.timer(limitMs, () =>
      reject(
        new GatewayError('timeout', 'Credentials for the provider did not come in time.', {
          code: NO_CREDENTIALS,
        }),
      ),
    )
    promise.then(resolve, reject).finally(() => timer.cancel())
  })
}
