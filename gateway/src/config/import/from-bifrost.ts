/** Bifrost's `config.json`. */

import { isTable } from '../setting.ts'
import { type KeyGroup, keyGroups, keyWeights } from './bifrost-keys.ts'
import type { Imported, Importer, ImportParts, Reason } from './importer.ts'
import type { Part } from './part.ts'
import { kindNamed } from './provider-kinds.ts'
import { type FileModels, type FileProvider, ProviderPool, withoutBlanks } from './provider-pool.ts'
import { References } from './references.ts'

const REASONS: readonly Reason[] = [
  ['$schema', 'only editors read it'],
  [
    'governance',
    'there is one gate key; named keys, teams, budgets and rules of this kind have no counterpart',
  ],
  ['mcp', 'tools are not called by the gateway'],
  ['plugins', 'its plugins do not run here'],
  ['config_store', 'the configuration is a file'],
  ['logs_store', 'requests are not kept in a database'],
  ['vector_store', 'answers are not cached'],
  ['encryption_key', 'nothing is kept that it would encrypt'],
  ['auth_config', 'there is no administrator with a password'],
  ['client', 'is about how it works inside'],
  ['providers.*.network_config.retry_backoff*', 'waits between retries grow by retry_policy'],
  [
    'providers.*.concurrency_and_buffer_size.buffer_size',
    'one line of waiting serves all providers: limits.queue_size',
  ],
  ['providers.*.proxy_config', 'calls go out directly'],
  ['providers.*.send_back_raw*', 'nothing of the kind is added to answers'],
  ['providers.*.custom_provider_config', 'operations cannot be forbidden one by one'],
]

export const bifrost: Importer = {
  name: 'bifrost',
  reasons: REASONS,
  knows: (value) =>
    isTable(value) &&
    isTable(value['providers']) &&
    Object.values(value['providers']).some(
      (each) => isTable(each) && ['keys', 'network_config'].some((key) => key in each),
    ),
  run: importBifrost,
}

interface Serving {
  readonly provider: string
  readonly model: string
  readonly weight: number
}

function importBifrost({ root }: ImportParts): Imported {
  const references = new References(/^env\.(?<name>\w+)$/)
  const pool = new ProviderPool()
  const served = new Map<string, Serving[]>()
  const hints: string[] = []
  for (const [name, part] of root.at('providers').entries()) {
    const shared = sharedOf(name, part, references)
    if (shared === undefined) continue
    const groups = keyGroups(part, references)
    for (const group of groups.length === 0 ? [KEYLESS] : groups) {
      const provider = pool.add(name, withoutBlanks({ ...shared, ...group.settings, ...keysOf(group) }))
      if (group.models === undefined) {
        pool.servesAll(provider)
        hints.push(`"${name}/MODEL" took any model: ask for ${provider}:MODEL.`)
      }
      for (const model of new Set([...(group.models ?? []), ...group.deployments.keys()])) {
        const upstream = group.deployments.get(model) ?? model
        pool.lists(provider, upstream)
        const weight = group.weights.reduce((sum, each) => sum + each, 0)
        const asked = `${name}/${model}`
        served.set(asked, [...(served.get(asked) ?? []), { provider, model: upstream, weight }])
      }
    }
  }
  return {
    settings: withoutBlanks({ ...gatewayOf(root), providers: pool.settings, models: modelsOf(served) }),
    references,
    hints,
  }
}

const KEYLESS: KeyGroup = { settings: {}, keys: [], weights: [], models: undefined, deployments: new Map() }

function keysOf({ keys, weights }: KeyGroup): FileProvider {
  const [only] = keys
  if (only === undefined) return {}
  return {
    api_key: keys.length === 1 ? only : keys,
    key_weights: keys.length === 1 ? undefined : keyWeights(weights),
  }
}

/** Everything of a provider but its keys. */
function sharedOf(name: string, part: Part, references: References): FileProvider | undefined {
  const network = part.at('network_config')
  const base = part.at('custom_provider_config').at('base_provider_type').text()
  const kind = kindNamed(base ?? name)
  const baseUrl = references.text(network.at('base_url')) ?? kind?.baseUrl
  if (kind === undefined && baseUrl === undefined) {
    part.leave('is a provider that is not known here; add it by hand, with its base_url')
    return undefined
  }
  const seconds = (key: string) => network.at(key).number(0, 2_000_000)
  return withoutBlanks<FileProvider>({
    type: kind?.type ?? 'custom',
    base_url: baseUrl,
    max_retries: network.at('max_retries').whole(0, 20),
    timeouts: withoutBlanks({
      headers: seconds('default_request_timeout_in_seconds'),
      idle: seconds('stream_idle_timeout_in_seconds'),
    }),
    custom_headers: references.headers(network.at('extra_headers')),
    max_concurrent_requests: part.at('concurrency_and_buffer_size').at('concurrency').whole(),
    connections: network.at('max_conns_per_host').whole(1, 10_000),
  })
}

function gatewayOf(root: Part) {
  const megabytes = root.at('client').at('max_request_body_size_mb').number(1, 10_000)
  return {
    server: withoutBlanks({ body_limit: megabytes === undefined ? undefined : megabytes * 1024 * 1024 }),
  }
}

/** Names as Bifrost has them; several accounts of a model share it by the weights of their keys. */
function modelsOf(served: ReadonlyMap<string, readonly Serving[]>): FileModels {
  return Object.fromEntries(
    [...served].map(([name, list]) => {
      const targets = list.map(({ provider, model }) => `${provider}:${model}`)
      const weights = list.map(({ weight }) => weight)
      return [name, targets.length === 1 ? { targets } : { targets, strategy: 'weighted', weights }]
    }),
  )
}
