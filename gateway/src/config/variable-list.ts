/** All variables there are, with what they mean and what holds now: for `sluice config env`. */

import { variableName } from './environment.ts'
import type { Effective } from './inspect.ts'
import { meaningOf } from './meanings.ts'
import { GLOBAL_NO_EFFECT, PROVIDER_NO_EFFECT } from './no-effect.ts'
import { placeOf } from './origin.ts'
import { fieldName, type Path } from './setting.ts'
import {
  FILE_VARIABLE,
  GLOBAL_VARIABLES,
  HEADER_PREFIX,
  PROVIDER_VARIABLES,
  SIZE_VARIABLES,
} from './variables.ts'

export interface ListedVariable {
  readonly name: string
  readonly meaning: string
  /** What holds now, whoever said it; absent: nothing does. */
  readonly value?: unknown
  /** Who said it. */
  readonly place?: string
}

export function listVariables({ entries, config }: Effective): readonly ListedVariable[] {
  const now = new Map(entries.map((entry) => [entry.field, entry]))
  const listed = (name: string, path: Path): ListedVariable => {
    const field = fieldName(path)
    const entry = now.get(field)
    const meaning = meaningOf(field) ?? ''
    return entry === undefined
      ? { name, meaning }
      : { name, meaning, value: entry.value, place: placeOf(entry.origin) }
  }
  const providers = [...config.providers, ...config.partial].map(({ name }) => name)
  const known = [
    ...GLOBAL_VARIABLES.map(({ name, path }) => listed(name, path)),
    ...SIZE_VARIABLES.map(({ name, path }) => listed(name, path)),
    { name: FILE_VARIABLE, meaning: 'the configuration file, instead of the search for one' },
    { name: `${HEADER_PREFIX}{N}`, meaning: 'a header for every provider' },
    ...PROVIDER_VARIABLES.map(({ name, path }) => ({
      name: `{NAME}_${name}`,
      meaning: meaningOf(fieldName(['providers', '*', ...path])) ?? '',
    })),
    { name: `{NAME}_${HEADER_PREFIX}{N}`, meaning: 'a header for one provider' },
    ...providers.flatMap((provider) =>
      PROVIDER_VARIABLES.map(({ name, path }) =>
        listed(`${variableName(provider)}_${name}`, ['providers', provider, ...path]),
      ).filter(({ place }) => place !== undefined),
    ),
    ...GLOBAL_NO_EFFECT.map(({ name, reason }) => ({ name, meaning: `no effect: ${reason}` })),
    ...PROVIDER_NO_EFFECT.map(({ name, reason }) => ({
      name: `{NAME}_${name}`,
      meaning: `no effect: ${reason}`,
    })),
  ]
  const seen = new Set<string>()
  return known.filter(({ name }) => !seen.has(name) && seen.add(name))
}
