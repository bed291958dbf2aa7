/** LiteLLM's proxy configuration. */

import { isTable } from '#config'
import type { Imported, Importer, ImportParts, Reason } from './importer.ts'
import { type Deployment, deploymentOf } from './litellm-deployment.ts'
import { fallbacksOf } from './litellm-fallbacks.ts'
import { STRATEGIES, virtualModels } from './litellm-groups.ts'
import { clientsOf, KEY_REASONS } from './litellm-keys.ts'
import type { Part } from './part.ts'
import { type FileSettings, ProviderPool, withoutBlanks } from './provider-pool.ts'
import { References } from './references.ts'

const REASONS: readonly Reason[] = [
  ...KEY_REASONS,
  ['environment_variables', 'set the variables where Sluice runs'],
  ['include', 'other files are not read; import each of them'],
  ['model_list.*.model_info', 'what else is known of a model comes from the catalogue here'],
  ['model_list.*.litellm_params.*_cost_per_*', 'prices of this kind come from the catalogue here'],
  ['model_list.*.litellm_params.drop_params', 'what a model refuses is left out in any case'],
  ['model_list.*.litellm_params', 'no value can be set for every request to one model'],
  ['litellm_settings.drop_params', 'what a model refuses is left out in any case'],
  ['litellm_settings.cache*', 'answers are not cached'],
  ['litellm_settings.*callback*', 'there are no callbacks'],
  ['litellm_settings.set_verbose', 'use log_level'],
  ['litellm_settings.json_logs', 'logs are JSON in any case'],
  ['litellm_settings.content_policy_fallbacks', 'a refusal for its content is told, nobody else is asked'],
  ['router_settings.content_policy_fallbacks', 'a refusal for its content is told, nobody else is asked'],
  ['router_settings.redis*', 'counts are kept in one process'],
  ['router_settings.enable_pre_call_checks', 'what a model cannot take is checked in any case'],
  ['router_settings.retry_after', 'waits between retries grow by retry_policy'],
  ['general_settings.database*', 'there are no keys and no spending in a database'],
  ['general_settings.store_model_in_db', 'there are no keys and no spending in a database'],
  ['general_settings.alert*', 'there are no alerts'],
  ['guardrails', 'there are no guardrails'],
  ['mcp_servers', 'tools are not called by the gateway'],
]

export const litellm: Importer = {
  name: 'litellm',
  reasons: REASONS,
  keysApart: true,
  knows: (value) =>
    isTable(value) &&
    ['model_list', 'litellm_settings', 'router_settings'].some((key) => Object.hasOwn(value, key)),
  run: importLitellm,
}

function importLitellm({ root, keys, now }: ImportParts): Imported {
  const references = new References(/^os\.environ\/(?<name>\w+)$/)
  const pool = new ProviderPool()
  const strategy = root.at('router_settings').at('routing_strategy')
  const enforcesRates = String(strategy.value).startsWith('usage-based')
  const deployments = new Map<string, Deployment[]>()
  const credentials = credentialsOf(root.at('credential_list'))
  for (const entry of root.at('model_list').items()) {
    const found = deploymentOf(entry, { pool, references, credentials, enforcesRates })
    if (found !== undefined) deployments.set(found.group, [...(deployments.get(found.group) ?? []), found])
  }
  const settings: FileSettings = { ...gatewayOf(root, references), ...namesOf(root, deployments) }
  const clients = clientsOf(keys, { accessGroups: accessGroupsOf(root), now })
  return {
    settings: withoutBlanks({ ...settings, clients, providers: pool.settings }),
    references,
    hints: [...hintsOf(deployments), ...gateHints(root, keys)],
  }
}

/** Virtual models, aliases and the default provider. */
function namesOf(root: Part, deployments: ReadonlyMap<string, readonly Deployment[]>): FileSettings {
  const router = root.at('router_settings')
  const chosen = router.at('routing_strategy').text() ?? 'simple-shuffle'
  const strategy = STRATEGIES.get(chosen)
  if (strategy === undefined) router.at('routing_strategy').leave('names no strategy that has a counterpart')
  if (chosen.startsWith('usage-based'))
    router.at('routing_strategy').leave('becomes least_loaded, and rpm and tpm limits of the providers')
  const { fallbacks, standard } = fallbacksOf(root, new Set(deployments.keys()))
  const aliases = aliasesOf(router.at('model_group_alias'), deployments)
  const facts = [...deployments.values()]
    .flat()
    .flatMap(({ target, facts: known }) => (known === undefined ? [] : [[target, known] as const]))
  return {
    ...(facts.length === 0 ? {} : { model_facts: Object.fromEntries(facts) }),
    models: virtualModels({ deployments, fallbacks, standard, strategy: strategy ?? 'weighted' }),
    ...(aliases === undefined ? {} : { aliases, alias_substrings: false }),
  }
}

function aliasesOf(
  part: Part,
  deployments: ReadonlyMap<string, unknown>,
): Record<string, string> | undefined {
  const found = part.entries().flatMap(([name, value]) => {
    const target = isTable(value.value) ? value.at('model').text() : value.text()
    if (target === undefined) return []
    if (deployments.has(target)) return [[name, target] as const]
    value.leave('names no model of model_list')
    return []
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

/** Keys and addresses that several deployments share. */
function credentialsOf(list: Part): ReadonlyMap<string, Part> {
  return new Map(
    list.items().flatMap((item) => {
      const name = item.at('credential_name').text()
      return name === undefined ? [] : [[name, item.at('credential_values')] as const]
    }),
  )
}

/** Names of models by the group of them that a key may name in their place. */
function accessGroupsOf(root: Part): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  for (const entry of root.at('model_list').items()) {
    const name = entry.at('model_name').value
    for (const group of entry.at('model_info').at('access_groups').texts())
      if (typeof name === 'string') found.set(group, [...(found.get(group) ?? []), name])
  }
  return found
}

/** What the file cannot say of who may enter. */
function gateHints(root: Part, keys: Part): readonly string[] {
  const general = root.at('general_settings')
  const [here, all] = [keys.at('keys').items().length, keys.at('total_count').whole() ?? 0]
  for (const name of ['current_page', 'total_pages']) keys.at(name).whole()
  const hasKeys = general.at('database_url').present || general.at('store_model_in_db').value === true
  return [
    ...(general.at('master_key').present || keys.present
      ? []
      : ['No master_key is in the file: where LITELLM_MASTER_KEY is set, set PROXY_API_KEY to its value.']),
    ...(all > here
      ? [`The list has ${here} of ${all} keys: put those of its other pages into the file too.`]
      : []),
    ...(hasKeys && !keys.present
      ? [
          'Virtual keys are in its database: save /key/list?return_full_object=true, and name that file with --keys.',
        ]
      : []),
  ]
}

/** What holds for the gateway as a whole. */
function gatewayOf(root: Part, references: References): FileSettings {
  const router = root.at('router_settings')
  const calls = root.at('litellm_settings')
  const general = root.at('general_settings')
  const either = (name: string) => (router.at(name).present ? router : calls).at(name)
  const fails = either('allowed_fails').whole(0, 999_999)
  const megabytes = general.at('max_request_size_mb').number(1, 10_000)
  return {
    proxy_api_key: references.secret(general.at('master_key')),
    max_retries: either('num_retries').whole(0, 20),
    timeouts: withoutBlanks({
      headers: calls.at('request_timeout').number(0, 2_000_000),
      first_token: router.at('stream_timeout').number(0, 2_000_000),
      total: router.at('timeout').number(0, 2_000_000),
    }),
    circuit_breaker: withoutBlanks({
      enabled: router.at('disable_cooldowns').flag() === true ? false : undefined,
      failure_threshold: fails === undefined ? undefined : fails + 1,
      recovery_timeout: either('cooldown_time').number(0, 2_000_000),
    }),
    limits: withoutBlanks({ concurrency: general.at('global_max_parallel_requests').whole() }),
    server: withoutBlanks({ body_limit: megabytes === undefined ? undefined : megabytes * 1024 * 1024 }),
    health_check_interval: probesOf(general),
  }
}

function probesOf(general: Part): number | undefined {
  const background = general.at('background_health_checks').flag()
  const interval = general.at('health_check_interval')
  if (background !== true) {
    interval.leave('counts in LiteLLM only with background_health_checks')
    return background === false ? 0 : undefined
  }
  return interval.number(10, 2_000_000) ?? 300
}

function hintsOf(deployments: ReadonlyMap<string, readonly Deployment[]>): readonly string[] {
  return [...deployments].flatMap(([group, list]) =>
    list
      .filter(({ wildcard }) => wildcard)
      .map(({ provider }) => `"${group}" took any model: ask for ${provider}:MODEL.`),
  )
}
