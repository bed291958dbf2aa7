/** All variables there are, with what they mean and what holds now: for `sluice config env`. */

import { variableName } from './environment.ts'
import type { Effective } from './inspect.ts'
import { KNOWN_VARIABLES, type KnownVariable } from './known-variables.ts'
import { plainText } from './meaning.ts'
import { GLOBAL_NO_EFFECT, PROVIDER_NO_EFFECT } from './no-effect.ts'
import { placeOf } from './origin.ts'
import { fieldName } from './setting.ts'

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
  const listed = ({ name, key = '', meaning }: KnownVariable): ListedVariable => {
    const entry = now.get(key)
    const plain = { name, meaning: plainText(meaning) }
    return entry === undefined ? plain : { ...plain, value: entry.value, place: placeOf(entry.origin) }
  }
  const providers = [...config.providers, ...config.partial].map(({ name }) => name)
  const own = KNOWN_VARIABLES.filter(({ name }) => name.startsWith('{NAME}_') && !name.endsWith('_{N}'))
  return [
    ...KNOWN_VARIABLES.map(listed),
    ...providers.flatMap((provider) =>
      own.map((one) => listed(ofProvider(one, provider))).filter(({ place }) => place !== undefined),
    ),
    ...GLOBAL_NO_EFFECT.map(({ name, reason }) => ({ name, meaning: `no effect: ${reason}` })),
    ...PROVIDER_NO_EFFECT.map(({ name, reason }) => ({
      name: `{NAME}_${name}`,
      meaning: `no effect: ${reason}`,
    })),
  ]
}

/** A variable for any provider as that of one. */
function ofProvider({ name, key = '', meaning, ...rest }: KnownVariable, provider: string): KnownVariable {
  const named = (text: string) => text.replaceAll('{NAME}', variableName(provider))
  return { ...rest, name: named(name), key: key.replace('*', fieldName([provider])), meaning: named(meaning) }
}
