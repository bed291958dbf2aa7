/** Providers that variables speak of and nothing makes: a URL without a key, a format without a URL. */

import type { PresetFacts } from '#providers'
import { API_FORMATS } from './api-format.ts'
import { placeInVariables, variableName, type Value } from './environment.ts'
import { nearest } from './nearest.ts'
import { presetCalled } from './preset-name.ts'
import { fieldOfVariable } from './variable-names.ts'
import { ALIAS_PREFIX, HEADER_PREFIX, PROVIDER_VARIABLES } from './variables.ts'

export interface StrayRules {
  /** Those that are made. */
  readonly providers: readonly string[]
  readonly presets: readonly PresetFacts[]
}

type Source = '.env' | 'environment'

interface Stray {
  /** As variables spell it. */
  readonly prefix: string
  readonly members: readonly Member[]
}

interface Member {
  readonly source: Source
  readonly suffix: string
  readonly value: Value
}

/** `variables`: those that nothing reads. */
export function strayProviders(
  variables: Readonly<Record<Source, readonly (readonly [string, Value])[]>>,
  { providers }: StrayRules,
): readonly Stray[] {
  const made = new Set(providers.map(variableName))
  const strays = new Map<string, Member[]>()
  for (const source of ['.env', 'environment'] as const) {
    for (const [upper, value] of variables[source]) {
      const { prefix, suffix } = memberOf(upper) ?? {}
      if (prefix === undefined || suffix === undefined || made.has(prefix) || value.value === '') continue
      strays.set(prefix, [...(strays.get(prefix) ?? []), { source, suffix, value }])
    }
  }
  return [...strays].map(([prefix, members]) => ({ prefix, members })).filter(isOurs)
}

const SUFFIXES = PROVIDER_VARIABLES.map(({ name }) => name).join('|')
const MEMBER = new RegExp(
  `^([A-Z0-9][A-Z0-9_]*?)_(${SUFFIXES}|(?:${HEADER_PREFIX}|${ALIAS_PREFIX})[A-Z0-9_]+)$`,
)

/** Whose variable it would be, were there such a provider. */
export function memberOf(upper: string): { readonly prefix: string; readonly suffix: string } | undefined {
  const [, prefix, suffix] = MEMBER.exec(upper) ?? []
  if (prefix === undefined || suffix === undefined) return undefined
  return fieldOfVariable(upper, []) === undefined ? { prefix, suffix } : undefined
}

/** In a file of ours a telling name is enough; in the environment it may be any program's. */
function isOurs({ members }: Stray): boolean {
  const has = (suffix: string) => members.some((member) => member.suffix === suffix)
  const format = members.find(({ suffix }) => suffix === 'API_FORMAT')?.value.value
  if (format !== undefined && API_FORMATS.dialectOf(format) !== undefined) return true
  if (has('BASE_URL') && members.length > 1) return true
  const inFile = members.some(({ source }) => source === '.env')
  return inFile && ['BASE_URL', 'API_FORMAT', 'DEFAULT_MODEL'].some(has)
}

export function strayWarning({ prefix, members }: Stray, { providers, presets }: StrayRules): string {
  const places = members.map(({ source, value }) => placeInVariables(source, value)).join(', ')
  const said = `${places}: not used, as nothing makes a provider "${prefix.toLowerCase()}"`
  const meant = nearest(prefix, providers.map(variableName))
  // Of a short name there is always something near.
  if (meant !== undefined && prefix.length > 3)
    return `${said} (did you mean "${meant}_${members[0]?.suffix ?? ''}"?)`
  return `${said}: set ${lackOf(prefix, new Set(members.map(({ suffix }) => suffix)), presets)}`
}

function lackOf(prefix: string, has: ReadonlySet<string>, presets: readonly PresetFacts[]): string {
  if (presetCalled(prefix, presets) !== undefined) return `${prefix}_API_KEY`
  if (has.has('BASE_URL')) return `${prefix}_API_KEY, or ${prefix}_API_FORMAT where it needs no key`
  return has.has('API_FORMAT') ? `${prefix}_BASE_URL` : `${prefix}_BASE_URL and ${prefix}_API_KEY`
}
