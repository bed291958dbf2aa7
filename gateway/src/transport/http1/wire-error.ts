/** What this client itself finds wrong with a connection, beside what the system and TLS tell. */

import { asGatewayError } from '#core'

export type WireFault =
  | 'connect-timeout'
  | 'not-http'
  | 'head-too-long'
  | 'wrong-length'
  | 'broken-off'
  | 'bad-header'
  | 'closed'

export class WireError extends Error {
  override readonly name = 'WireError'
  readonly code: WireFault

  constructor(code: WireFault, message: string) {
    super(message)
    this.code = code
  }
}

/** What is no fault of the wire is one of ours. */
export function faultOf(thrown: unknown): Error {
  return thrown instanceof WireError ? thrown : asGatewayError(thrown)
}

export function brokenOff(): WireError {
  return new WireError('broken-off', 'The other side closed the connection before its answer was complete.')
}
