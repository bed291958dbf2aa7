/** The provider a request names, or why it cannot be had. */

import { GatewayError } from '#core'
import { knownNames } from '#pipeline'
import type { Provider } from '#providers'
import type { House } from './context.ts'

type Providers = Pick<House, 'providers'>

/** By its own name, or by a type that only one has. */
export function findProvider(text: string, { providers }: Providers): Provider | undefined {
  const name = text.toLowerCase()
  const named = providers.get(name)
  if (named !== undefined) return named
  const [typed, ...more] = [...providers.values()].filter((provider) => provider.type === name)
  return more.length === 0 ? typed : undefined
}

/** Throws `not-found`; for one that is known and cannot be used, what it lacks. */
export function providerNamed(
  name: string,
  { providers, absent }: Pick<House, 'providers' | 'absent'>,
): Provider {
  const provider = findProvider(name, { providers })
  if (provider !== undefined) return provider
  const known = absent.find((other) => other.name === name.toLowerCase())
  if (known === undefined) {
    throw new GatewayError('not-found', `There is no provider "${name}". Known: ${knownNames(providers)}.`, {
      param: 'provider',
    })
  }
  if (known.status === 'disabled')
    throw new GatewayError('unavailable', `Provider "${known.name}" is switched off.`)
  const { reason = 'it is not complete' } = known
  // The one thing it may lack that callers know a status for.
  const type = /key/i.test(reason) ? 'provider-authentication' : 'unavailable'
  throw new GatewayError(type, `Provider "${known.name}" cannot be used: ${reason}.`, {
    provider: known.name,
  })
}
