/** A Portkey config: the object itself, or saved with its name around it. */

import { isTable } from '#config'
import type { Imported, Importer, ImportParts, Reason } from './importer.ts'
import type { Part } from './part.ts'
import { enterModels } from './portkey-groups.ts'
import { type Line, lineOf, modeOf } from './portkey-lines.ts'
import type { PortkeyTools } from './portkey-targets.ts'
import { kindNamed } from './provider-kinds.ts'
import { type FileModels, type FileSettings, ProviderPool, withoutBlanks } from './provider-pool.ts'
import { References } from './references.ts'

const REASONS: readonly Reason[] = [
  ['**.strategy.on_status_codes', 'which errors lead on to another target is decided by one table'],
  ['**.strategy.conditions', 'no target is chosen by what a request contains'],
  ['**.retry', 'the waits and codes of retries are decided by retry_policy and one table'],
  ['**.cache', 'answers are not cached'],
  ['**.override_params', 'no value can be set for every request to one model'],
  ['**.input_guardrails', 'there are no guardrails'],
  ['**.output_guardrails', 'there are no guardrails'],
]

export const portkey: Importer = {
  name: 'portkey',
  reasons: REASONS,
  knows: (value) => isTable(value) && [value, ...inside(value)].some(isConfig),
  run: importPortkey,
}

function inside(value: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  const data = isTable(value['data']) ? value['data']['config'] : undefined
  return [value['config'], data].filter(isTable)
}

function isConfig(value: Readonly<Record<string, unknown>>): boolean {
  const strategy = value['strategy']
  return (
    (isTable(strategy) && 'mode' in strategy) ||
    (Array.isArray(value['targets']) && value['targets'].some(isTable)) ||
    ['virtual_key', 'virtualKey'].some((key) => typeof value[key] === 'string') ||
    // One target alone.
    (typeof value['provider'] === 'string' && kindNamed(value['provider'].replace(/^@/, '')) !== undefined)
  )
}

function importPortkey({ root, title }: ImportParts): Imported {
  const holder = [root.at('data').at('config'), root.at('config')].find(({ present }) => present)
  const config = holder ?? root
  const name = nameOf(holder === undefined ? [] : [root, root.at('data')]) ?? title
  const tools = {
    pool: new ProviderPool(),
    references: new References(/\{\{\s*(?<name>\w+)\s*\}\}|\$\{(?<name>\w+)\}/),
  }
  const found =
    modeOf(config) === 'conditional' ? conditional(config, name, tools) : plain(config, name, tools)
  return { ...found, references: tools.references }
}

function nameOf(places: readonly Part[]): string | undefined {
  return places
    .flatMap((place) => ['slug', 'name', 'id'].map((key) => place.at(key).text()))
    .find((text) => text !== undefined)
}

type Found = Pick<Imported, 'settings' | 'hints'>

/** Virtual models where the config names the models; else the whole house, which takes any model. */
function plain(config: Part, name: string, tools: PortkeyTools): Found {
  const models: FileModels = {}
  if (!enterModels(config, name, [], tools, models)) return house(lineOf(config, [], tools), tools.pool)
  return {
    settings: { providers: tools.pool.settings, models },
    hints: [
      `Ask for the model "${name}": Portkey sent every request with this config there, whatever model it named.`,
    ],
  }
}

/** A name for nobody: no model belongs to a provider by its name alone, so that the strategy decides. */
const NOBODY = 'any'

function house({ leaves, weights, failsOver }: Line, pool: ProviderPool): Found {
  const providers = pool.settings
  leaves.forEach(({ provider, model }, i) => {
    const { models: _, ...settings } = providers[provider] ?? {}
    providers[provider] = withoutBlanks({
      ...settings,
      priority: settings.priority ?? i + 1,
      weight: weights?.[i],
      default_model: model,
    })
  })
  const hints = leaves.flatMap(({ provider, model }) =>
    model === undefined ? [] : [`"${provider}" asks for "${model}" only where the request names no model.`],
  )
  if (leaves.length < 2) return { settings: { providers }, hints }
  const settings = withoutBlanks<FileSettings>({
    providers,
    model_table: [{ match: '*', provider: NOBODY }],
    routing_strategy: weights === undefined ? 'priority' : 'weighted',
    fallback_strategy: weights !== undefined && !failsOver ? 'none' : undefined,
  })
  return { settings, hints }
}

/**
 * Each target of a name becomes a virtual model of that name, and of the names of models that lead to it. What else a condition asks for
 * has no counterpart.
 */
function conditional(config: Part, name: string, tools: PortkeyTools): Found {
  const models: FileModels = {}
  const names = new Set<string>()
  for (const target of config.at('targets').items()) {
    const own = target.at('name').text()
    if (own !== undefined && enterModels(target, own, [config], tools, models)) names.add(own)
    else target.leave('has no name or no model; a condition cannot be followed')
  }
  const byModel = conditionsOnModels(config.at('strategy').at('conditions'), models)
  const standard = config.at('strategy').at('default')
  const found = models[standard.text() ?? '']
  if (found === undefined) standard.leave('names no target')
  else models[name] ??= found
  const asked = [...names].map((each) => `"${each}"`).join(', ')
  return {
    settings: withoutBlanks({ providers: tools.pool.settings, models: { ...byModel, ...models } }),
    hints: [
      `Ask for one of the models ${asked} where a condition chose it, and for "${name}" where none did.`,
    ],
  }
}

/** A condition that asks for a name of a model and nothing else makes that name one for its target. The first that holds decides. */
function conditionsOnModels(conditions: Part, models: FileModels): FileModels {
  const found: Record<string, FileModels[string]> = {}
  for (const condition of conditions.items()) {
    const then = condition.at('then')
    const model = models[String(then.value)]
    const [[field, test] = ['', undefined], ...others] = condition.at('query').entries()
    const names = field === 'params.model' && others.length === 0 ? namesIn(test) : []
    if (model === undefined || names.length === 0) continue
    then.text()
    for (const name of names) found[name] ??= model
  }
  return found
}

/** `"a"`, `{"$eq": "a"}` or `{"$in": ["a", "b"]}`. */
function namesIn(test: Part | undefined): readonly string[] {
  if (test === undefined) return []
  if (typeof test.value === 'string') return test.texts()
  const [[operator, value] = ['', undefined], ...others] = test.entries()
  return others.length === 0 && (operator === '$eq' || operator === '$in') ? (value?.texts() ?? []) : []
}
