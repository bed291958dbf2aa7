/**
 * The models of all providers as one list. Each name is one a client may send: bare for the default provider, `provider:model` for
 * the others, virtual models first. A provider that fails contributes nothing.
 */

import { GatewayError, type ModelInfo } from '#core'
import { effectiveDefault, fetchJson } from '#pipeline'
import type { Provider } from '#providers'
import type { House } from './context.ts'

/** Claude Code gives a model list three seconds. */
const LIST_LIMIT_MS = 2500

export async function allModels(house: House, callerKey: string | undefined): Promise<ModelInfo[]> {
  const standard = effectiveDefault(house.rules.defaultProvider, house.providers)
  const lists = await Promise.all(
    [...house.providers.values()].map(async (provider) => {
      const models = await listOf(provider, house, callerKey).catch(() => [])
      return provider === standard
        ? models
        : models.map((model) => ({ ...model, id: `${provider.name}:${model.id}` }))
    }),
  )
  const virtual = [...house.rules.virtual.keys()].map((id): ModelInfo => ({ id, ownedBy: 'sluice' }))
  return [...virtual, ...lists.flat()]
}

/** Rejects with the provider's error when it cannot be asked. */
export async function listOf(
  provider: Provider,
  house: House,
  callerKey: string | undefined,
): Promise<ModelInfo[]> {
  const configured = provider.models.map((id): ModelInfo => ({ id }))
  const listed =
    configured.length > 0
      ? configured
      : provider.dialect.models.decode((await rawList(provider, house, callerKey)).wire)
  return listed.map((model) => ({ ownedBy: provider.name, ...model, provider: provider.name }))
}

export function rawList(provider: Provider, house: House, callerKey: string | undefined) {
  return fetchJson(
    provider,
    { method: 'GET', path: provider.dialect.models.path, limitMs: LIST_LIMIT_MS, callerKey },
    house.clock,
  )
}

/** The model a client names, bare or with its provider's prefix. Throws `model-not-found`. */
export async function findModel(
  id: string,
  house: House,
  callerKey: string | undefined,
  same: (a: string, b: string) => boolean = (a, b) => a === b,
): Promise<ModelInfo> {
  const models = await allModels(house, callerKey)
  const found = models.find((model) => same(model.id, id) || same(`${model.provider ?? ''}:${model.id}`, id))
  if (found === undefined)
    throw new GatewayError('model-not-found', `model '${id}' not found`, { param: 'model' })
  return found
}
