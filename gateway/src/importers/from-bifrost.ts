/** Bifrost's `config.json`. */

import { isTable } from '#config'
import { type KeyGroup, keyGroups, keyWeights } from './bifrost-keys.ts'
import { type Account, clientsOf, singledOut } from './bifrost-virtual-keys.ts'
import type { Imported, Importer, ImportParts, Reason } from './importer.ts'
import type { Part } from './part.ts'
import { kindNamed } from './provider-kinds.ts'
import { type FileModels, type FileProvider, ProviderPool, withoutBlanks } from './provider-pool.ts'
import { References } from './references.ts'

const REASONS: readonly Reason[] = [
  ['$schema', 'only editors read it'],
  ['governance.budgets', 'there are no budgets'],
  ['governance.rate_limits', 'limits are those of the gateway and its providers, not of a client'],
  ['governance.model_configs', 'limits are those of the gateway and its providers, not of a client'],
  ['governance.virtual_keys.*.*_id', 'clients have no teams, budgets or limits of their own'],
  ['governance.virtual_keys.*.provider_configs.*.*_id', 'clients have no budgets or limits of their own'],
  ['governance.virtual_keys.*.mcp_configs', 'tools are not called by the gateway'],
  ['governance.routing_rules', 'no target is chosen by what a request contains; ask for a model by its name'],
  ['governance.auth_config', 'there is no administrator with a password; see admin_api_key'],
  ['governance', 'clients belong to nobody: teams, customers and what is of that kind have no counterpart'],
  ['mcp', 'tools are not called by the gateway'],
  ['plugins', 'its plugins do not run here'],
  ['config_store', 'the configuration is a file'],
  ['logs_store', 'requests are not kept in a database'],
  ['vector_store', 'answers are not cached'],
  ['encryption_key', 'nothing is kept that it would encrypt'],
  ['auth_config', 'there is no administrator with a password; see admin_api_key'],
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
  const accounts = new Map<string, Account[]>()
  const governance = root.at('governance')
  const version = root.at('version').whole()
  const apart = singledOut(governance)
  for (const [name, part] of root.at('providers').entries()) {
    const shared = sharedOf(name, part, references)
    if (shared === undefined) continue
    const groups = keyGroups(part, references, apart)
    const own = (groups.length === 0 ? [KEYLESS] : groups).map((group) => ({
      group,
      provider: pool.add(name, withoutBlanks({ ...shared, ...group.settings, ...keysOf(group) })),
    }))
    accounts.set(
      name,
      own.map(({ provider, group }) => ({ provider, keyNames: group.names })),
    )
    serve(name, own, pool, served)
  }
  const clients = clientsOf(governance, { references, accounts, emptyIsAll: version === 1 })
  return {
    settings: withoutBlanks({
      ...gatewayOf(root),
      clients,
      providers: pool.settings,
      models: modelsOf(served),
    }),
    references,
    hints: hintsOf(root, clients),
  }
}

interface Held {
  readonly provider: string
  readonly group: KeyGroup
}

/** Enters all names that a provider's accounts are asked for. What one is asked for by name, those for any model serve too. */
function serve(name: string, own: readonly Held[], pool: ProviderPool, served: Map<string, Serving[]>): void {
  const aliases = new Set(own.flatMap(({ group }) => [...group.deployments.keys()]))
  const named = new Set([...own.flatMap(({ group }) => group.models ?? []), ...aliases, '*'])
  for (const { provider, group } of own) {
    if (group.models === undefined) pool.servesAll(provider)
    const weight = group.weights.reduce((sum, each) => sum + each, 0)
    for (const model of named) {
      // An alias means nothing to an account that does not have it.
      const anyway = group.models === undefined && !aliases.has(model)
      if (!anyway && group.models?.includes(model) !== true && !group.deployments.has(model)) continue
      const upstream = group.deployments.get(model) ?? model
      if (model !== '*') pool.lists(provider, upstream)
      const asked = `${name}/${model}`
      served.set(asked, [...(served.get(asked) ?? []), { provider, model: upstream, weight }])
    }
  }
}

const KEYLESS: KeyGroup = {
  settings: {},
  keys: [],
  names: [],
  weights: [1],
  models: undefined,
  deployments: new Map(),
}

/** Who enters is decided differently. */
function hintsOf(root: Part, clients: object | undefined): readonly string[] {
  const client = root.at('client')
  const enforced = client.either('enforce_auth_on_inference', 'enforce_governance_header').flag()
  if (clients === undefined)
    return enforced === true
      ? [
          'Bifrost let nobody in without a virtual key, and none could be taken over: set proxy_api_key or clients.',
        ]
      : []
  return [
    'A virtual key is sent as bearer token, x-api-key or x-goog-api-key; x-bf-vk is not read.',
    ...(enforced === true
      ? []
      : ['Bifrost let requests without a virtual key in; where there are clients, everybody needs a key.']),
  ]
}

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
  const client = root.at('client')
  const megabytes = client.at('max_request_body_size_mb').number(1, 10_000)
  const origins = client.at('allowed_origins').texts()
  return {
    server: withoutBlanks({
      body_limit: megabytes === undefined ? undefined : megabytes * 1024 * 1024,
      cors_origins: origins.length === 0 ? undefined : [...origins],
    }),
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
