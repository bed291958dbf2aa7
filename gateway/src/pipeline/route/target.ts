/** Reads `provider:model`. */

import { GatewayError } from '#core'
import type { Provider } from '#providers'
import type { Target } from '../exchange.ts'

/**
 * Splits at the first colon, and only when what stands before it names a provider: model ids contain colons of their own
 * (`llama3:8b`, `vendor/model:free`; requirements R11).
 */
export function splitPrefix(name: string, providers: ReadonlyMap<string, Provider>): Target | undefined {
  const last = LAST.get(providers)
  if (last?.name === name) return last.target
  const target = split(name, providers)
  LAST.set(providers, { name, target })
  return target
}

/** The last model asked for is nearly always the next. */
const LAST = new WeakMap<
  ReadonlyMap<string, Provider>,
  { readonly name: string; readonly target: Target | undefined }
>()

function split(name: string, providers: ReadonlyMap<string, Provider>): Target | undefined {
  const colon = name.indexOf(':')
  if (colon <= 0) return undefined
  const provider = providers.get(name.slice(0, colon).toLowerCase())
  const model = name.slice(colon + 1)
  return provider === undefined || model === '' ? undefined : { provider, model }
}

/** `provider:model`, or a provider alone for its default model; undefined when there is no such provider. */
export function targetNamed(text: string, providers: ReadonlyMap<string, Provider>): Target | undefined {
  const target = splitPrefix(text, providers)
  if (target !== undefined) return target
  const bare = providers.get(text.toLowerCase())
  return bare?.defaultModel === undefined ? undefined : { provider: bare, model: bare.defaultModel }
}

/** Under the name its provider has for the model. */
export function spelt(target: Target): Target {
  const { provider, model } = target
  const name = provider.spells?.(model)
  return name === undefined || name === model ? target : { provider, model: name }
}

/** A target that must exist: from a header. */
export function parseTarget(text: string, providers: ReadonlyMap<string, Provider>, where: string): Target {
  const target = targetNamed(text, providers)
  if (target !== undefined) return target
  throw new GatewayError(
    'invalid-request',
    `${where} names "${text}", which is not provider:model of a configured provider (${knownNames(providers)}).`,
    { param: where },
  )
}

export function knownNames(providers: ReadonlyMap<string, Provider>): string {
  return [...providers.keys()].join(', ')
}
