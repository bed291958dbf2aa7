/** What variables say and nothing reads: told once, with the line and with what was probably meant (requirement G19). */

import { placeInVariables, variableName, type Value, type Variables } from './environment.ts'
import { OLLAMA_VARIABLE } from './implicit-ollama.ts'
import { didYouMean, nearest } from './nearest.ts'
import { SECRET_KEY_VARIABLE } from './sealed.ts'
import { fieldName, type Layer } from './setting.ts'
import { memberOf, strayProviders, strayWarning, type StrayRules } from './stray-providers.ts'
import { fieldOfVariable } from './variable-names.ts'
import { FILE_VARIABLE, GLOBAL_VARIABLES, PROVIDER_VARIABLES, SIZE_VARIABLES } from './variables.ts'

export interface UnusedParts extends StrayRules {
  readonly environment: Variables
  readonly dotenv: Variables
  /** What `.env` says. */
  readonly layer: Layer
  /** Upper-case names that something reads, or that are told of elsewhere. */
  readonly taken: ReadonlySet<string>
}

/** Read where they are needed, by nobody else. */
const READ_ELSEWHERE: ReadonlySet<string> = new Set([FILE_VARIABLE, SECRET_KEY_VARIABLE, OLLAMA_VARIABLE])

export function unusedVariables(parts: UnusedParts): readonly string[] {
  const free = (variables: Variables) => [...variables].filter((entry) => isFree(entry, parts))
  const inFiles = free(parts.dotenv).toSorted(([, a], [, b]) => (a.line ?? 0) - (b.line ?? 0))
  const isKeyed = (prefix: string) =>
    [parts.dotenv, parts.environment].some((one) => (one.get(`${prefix}_API_KEY`)?.value ?? '') !== '')
  // Why somebody with a key is no provider is told elsewhere.
  const strays = strayProviders({ '.env': inFiles, environment: free(parts.environment) }, parts).filter(
    ({ prefix }) => !isKeyed(prefix),
  )
  const ofStrays = new Set(strays.flatMap(({ members }) => members.map(({ value }) => value)))
  const others = inFiles.filter(([, value]) => !ofStrays.has(value))
  return [...unknownNames(others, parts), ...strays.map((stray) => strayWarning(stray, parts))]
}

/** A blank value of ours is as good as none. */
function isFree(
  [upper, { name, value }]: readonly [string, Value],
  { taken, providers }: UnusedParts,
): boolean {
  if (taken.has(upper) || taken.has(name.toUpperCase()) || READ_ELSEWHERE.has(upper)) return false
  return value !== '' || (fieldOfVariable(upper, providers) === undefined && memberOf(upper) === undefined)
}

function unknownNames(
  found: readonly (readonly [string, Value])[],
  { layer, providers }: UnusedParts,
): readonly string[] {
  const warnings: string[] = []
  // Files may be shared with other programs: what is none of ours takes one line of each.
  const others = new Map<string, string[]>()
  for (const [upper, value] of found) {
    const place = placeInVariables('.env', value)
    const winner = winnerOver(upper, layer, providers)
    const { suggestion } = suggestionFor(upper, providers)
    if (winner !== undefined) warnings.push(`${place}: not used, because ${winner} says the same and wins`)
    else if (suggestion !== undefined) warnings.push(`${place}: not used by Sluice (${suggestion})`)
    else {
      const { name, file = '.env', line } = value
      others.set(file, [...(others.get(file) ?? []), line === undefined ? name : `${name} (line ${line})`])
    }
  }
  const told = [...others].map(([file, names]) => {
    const list = names.toSorted().join(', ')
    return `${file}: not used by Sluice: ${list}; \`sluice config env\` lists what is`
  })
  return [...warnings, ...told]
}

function winnerOver(upper: string, layer: Layer, providers: readonly string[]): string | undefined {
  const field = fieldOfVariable(upper, providers)
  if (field === undefined) return undefined
  return layer.find(({ path }) => fieldName(path) === field)?.origin.name
}

const NAMES: readonly string[] = [
  ...[...GLOBAL_VARIABLES, ...SIZE_VARIABLES].map(({ name }) => name),
  ...READ_ELSEWHERE,
]

/** Of a provider's variables only its own are near. */
function suggestionFor(upper: string, providers: readonly string[]): { readonly suggestion?: string } {
  const prefix = providers.map((name) => `${variableName(name)}_`).find((own) => upper.startsWith(own))
  if (prefix === undefined) return didYouMean(upper, NAMES)
  const meant = nearest(
    upper.slice(prefix.length),
    PROVIDER_VARIABLES.map(({ name }) => name),
  )
  return meant === undefined ? {} : { suggestion: `did you mean "${prefix}${meant}"?` }
}
