/** Settings from variables: the same rules for the process environment and for `.env`. */

import type { PresetFacts } from '#providers'
import { keylessByPort } from './guess.ts'
import { placeOf, type Origin } from './origin.ts'
import { presetCalled } from './preset-name.ts'
import type { Path, Setting } from './setting.ts'
import {
  ALIAS_PREFIX,
  GLOBAL_VARIABLES,
  HEADER_PREFIX,
  PROVIDER_VARIABLES,
  SIZE_VARIABLES,
  type Variable,
} from './variables.ts'

export interface Value {
  /** As its source spells it. */
  readonly name: string
  readonly value: string
  /** As in `Origin`. */
  readonly file?: string
  readonly line?: number
}

/** Values by upper-case name. */
export type Variables = ReadonlyMap<string, Value>

/** Names ignore case; where two differ only in case the upper-case one counts. */
export function variablesOf(source: Readonly<Record<string, string | undefined>>): Variables {
  const variables = new Map<string, Value>()
  for (const [name, value] of Object.entries(source)) {
    const upper = name.toUpperCase()
    if (value === undefined || (name !== upper && variables.has(upper))) continue
    variables.set(upper, { name, value: value.trim() })
  }
  return variables
}

/** Keys of our own gate, and names that package managers put into the environment: they make no provider. */
const NO_PROVIDER = /^(?:(?:PROXY|ADMIN|SLUICE|VDM)_API_KEY$|NPM_|.*CUSTOM_HEADER_)/

/**
 * Names of the providers that the variables bring into being. A key does; a URL does together with a type or format or
 * when its port tells; a preset's switch does. Anything weaker is too likely to be another program's variable.
 */
export function providersIn(variables: Variables, presets: readonly PresetFacts[]): readonly string[] {
  const names = new Set<string>()
  for (const [variable, { value }] of variables) {
    const [, upper, suffix] =
      /^([A-Z0-9][A-Z0-9_]*?)_(API_KEY|BASE_URL|TYPE|ENABLED|ACCESS_KEY)$/.exec(variable) ?? []
    if (upper === undefined || NO_PROVIDER.test(variable)) continue
    const preset = presetCalled(upper, presets)
    const says = (other: string) => (variables.get(`${upper}_${other}`)?.value ?? '') !== ''
    const makes =
      suffix === 'API_KEY' ||
      (suffix === 'BASE_URL' &&
        value !== '' &&
        (says('TYPE') || says('API_FORMAT') || preset?.needsKey === false || keylessByPort(value))) ||
      (suffix === 'TYPE' && presetCalled(value, presets) !== undefined) ||
      (suffix === 'ACCESS_KEY' && preset?.account !== undefined && value !== '') ||
      (suffix === 'ENABLED' && preset !== undefined && value !== '')
    if (makes) names.add(upper.toLowerCase())
  }
  return [...names]
}

/** The settings of one source. `names` are all providers known from anywhere. */
export function environmentLayer(
  source: 'environment' | '.env',
  variables: Variables,
  names: readonly string[],
): readonly Setting[] {
  const settings = new Map<string, Setting>()
  const put = (path: Path, said: Value, refusesBlank = false) => {
    const { value } = said
    const key = JSON.stringify(path)
    if ((value !== '' || refusesBlank) && !settings.has(key))
      settings.set(key, { path, value, origin: originOf(source, said) })
  }
  const putAll = (table: readonly Variable[], prefix: string, under: Path) => {
    for (const { name, path, refusesBlank } of table) {
      const found = variables.get(prefix + name)
      if (found !== undefined) put([...under, ...path], found, refusesBlank)
    }
  }
  const putHeaders = (prefix: string, under: Path) => {
    for (const [variable, value] of variables) {
      if (!variable.startsWith(prefix) || variable.length === prefix.length) continue
      put([...under, 'custom_headers', variable.slice(prefix.length).replaceAll('_', '-')], value)
    }
  }
  const putAliases = (prefix: string, under: Path) => {
    for (const [variable, value] of variables) {
      if (!variable.startsWith(prefix) || variable.length === prefix.length) continue
      put([...under, 'aliases', variable.slice(prefix.length).toLowerCase().replaceAll('_', '-')], value)
    }
  }
  putAll(GLOBAL_VARIABLES, '', [])
  putAll(SIZE_VARIABLES, '', [])
  putHeaders(HEADER_PREFIX, [])
  for (const name of names) {
    putAll(PROVIDER_VARIABLES, `${variableName(name)}_`, ['providers', name])
    putHeaders(`${variableName(name)}_${HEADER_PREFIX}`, ['providers', name])
    putAliases(`${variableName(name)}_${ALIAS_PREFIX}`, ['providers', name])
  }
  return [...settings.values()]
}

function originOf(source: '.env' | 'environment', { name, file, line }: Value): Origin {
  return {
    source,
    name,
    ...(line === undefined ? {} : { line }),
    ...(file === undefined ? {} : { file }),
  }
}

/** `environment PORT`, `.env:3 PORT`. */
export function placeInVariables(source: '.env' | 'environment', said: Value): string {
  return placeOf(originOf(source, said))
}

/** `my-acme` is `MY_ACME` in variables. */
export function variableName(provider: string): string {
  return provider.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
}
