/**
 * Bifrost's virtual keys as named clients. What such a key may not ask for, its client may not either; since Bifrost 1.5 an empty list
 * allows nothing, unless the file says `version: 1`.
 */

import { ClientList } from './client-list.ts'
import type { Part } from './part.ts'
import type { FileSettings } from './provider-pool.ts'
import type { References } from './references.ts'

/** A provider of ours that came from one of Bifrost's. */
export interface Account {
  readonly provider: string
  /** Of Bifrost's keys in it. */
  readonly keyNames: readonly string[]
}

export interface VirtualKeyTools {
  readonly references: References
  /** By Bifrost's name of the provider. */
  readonly accounts: ReadonlyMap<string, readonly Account[]>
  /** Whether an empty list allows everything. */
  readonly emptyIsAll: boolean
}

export function clientsOf(governance: Part, tools: VirtualKeyTools): FileSettings['clients'] {
  const list = new ClientList()
  for (const part of governance.at('virtual_keys').items()) {
    if (part.at('is_active').flag() === false) {
      part.leave('is switched off')
      continue
    }
    if (!part.at('value').present) {
      part.leave('has no value: Bifrost makes one at its start; put it into key of a client')
      continue
    }
    const models = modelsOf(part.at('provider_configs'), tools)
    if (models?.length === 0) {
      part.leave('may ask for nothing')
      continue
    }
    const wish = part.at('name').text() ?? part.at('id').text() ?? ''
    for (const name of ['id', 'description']) part.at(name).take(undefined)
    const key = tools.references.secret(part.at('value'))
    list.add(wish, { key, ...(models === undefined ? {} : { models: [...models] }) })
  }
  return list.settings
}

/** Patterns of `provider:model`; undefined: everything. */
function modelsOf(configs: Part, tools: VirtualKeyTools): readonly string[] | undefined {
  const items = configs.items()
  if (items.length === 0) return tools.emptyIsAll ? undefined : []
  return items.flatMap((config) => {
    const name = config.at('provider').text() ?? ''
    config.at('weight').leave('the model’s name says whose it is; shares belong to virtual models')
    config.at('id').take(undefined)
    const allowed = listOf(config, 'allowed_models', tools)
    const excluded = config.at('blacklisted_models').texts()
    const all = tools.accounts.get(name) ?? []
    if (all.length === 0) config.at('provider').leave('names no provider of the file that was taken over')
    const accounts = accountsOf(config, all, tools)
    // Its own name for a model is that of every account together.
    const named = accounts.length === all.length && all.length > 0 ? [`${name}/`] : []
    const places = [...named, ...accounts.map(({ provider }) => `${provider}:`)]
    return places.flatMap((place) => [
      ...allowed.map((model) => place + model),
      ...excluded.map((model) => `!${place}${model}`),
    ])
  })
}

function listOf(config: Part, key: string, { emptyIsAll }: VirtualKeyTools): readonly string[] {
  const named = config.at(key).texts()
  if (named.length > 0) return named
  if (emptyIsAll) return ['*']
  const place = config.at(key).present ? config.at(key) : config.at('provider')
  place.leave(
    `without ${key} Bifrost 1.5 allows nothing; with "version": 1 in the file it is read as everything`,
  )
  return []
}

/** Those whose every key it may use. */
function accountsOf(config: Part, all: readonly Account[], tools: VirtualKeyTools): readonly Account[] {
  const named = new Set(listOf(config, 'key_ids', tools))
  if (named.has('*')) return all
  return all.filter(({ keyNames }) => keyNames.some((key) => named.has(key)))
}

/** Keys that some virtual key singles out: each has to be an account of its own. */
export function singledOut(governance: Part): ReadonlySet<string> {
  const configs = governance
    .at('virtual_keys')
    .items()
    .flatMap((key) => key.at('provider_configs').items())
  return new Set(
    configs.flatMap((config) => {
      const { value } = config.at('key_ids')
      return Array.isArray(value) ? value.filter((key) => typeof key === 'string' && key !== '*') : []
    }),
  )
}
