/** All variables that have a meaning, and which: that of their key, unless a variable is a special case. */

import { OLLAMA_VARIABLE } from './implicit-ollama.ts'
import { EXPLAINED } from './meanings.ts'
import { SECRET_KEY_VARIABLE } from './sealed.ts'
import { fieldName } from './setting.ts'
import {
  ALIAS_PREFIX,
  FILE_VARIABLE,
  GLOBAL_VARIABLES,
  HEADER_PREFIX,
  PROVIDER_VARIABLES,
  SIZE_VARIABLES,
} from './variables.ts'

export interface KnownVariable {
  /** `{NAME}` and `{N}` stand for names of the user's. */
  readonly name: string
  /** The key that it sets, if any. */
  readonly key?: string
  /** Where the reference page has it. */
  readonly group: string
  /** In Markdown, with variables where the key's meaning names keys. */
  readonly meaning: string
  readonly standard: string
}

/** What goes in place of a key's meaning, where that would mislead. */
const OWN: ReadonlyMap<string, string> = new Map([
  [
    'ENVIRONMENT',
    '`development`, `staging` or `production`: which `.env.…` file lies over `.env`; `production` refuses `RELOAD`',
  ],
  ['STREAMING_READ_TIMEOUT_SECONDS', 'older name of `STREAM_IDLE_TIMEOUT`, which wins'],
  ['STREAMING_CONNECT_TIMEOUT_SECONDS', 'older name of `CONNECT_TIMEOUT`, which wins'],
  ['{NAME}_TIMEOUT', 'older name of `{NAME}_REQUEST_TIMEOUT`, which wins'],
  [
    '{NAME}_API_KEY',
    'one key, or several with blanks between them; `!PASSTHRU` alone sends the caller’s key upstream',
  ],
  [
    'BIG_MODEL',
    'model of the big size class of the provider `openai`; ignored when the file names its models',
  ],
  ['MIDDLE_MODEL', 'the same for the middle class; unset means `BIG_MODEL`'],
  ['SMALL_MODEL', 'the same for the small class'],
])

/** A file has lists, a variable one text. */
const WITH_COMMAS: ReadonlySet<string> = new Set([
  'PORTS',
  'CORS_ORIGINS',
  'ALLOWED_HOSTS',
  'UPSTREAM_ALLOW',
  'TOP_MODELS_EXCLUDE',
])

/** Those that set no single key. */
const OTHERS: readonly Omit<KnownVariable, 'standard'>[] = [
  { name: FILE_VARIABLE, group: 'server', meaning: 'the configuration file, instead of the search for one' },
  {
    name: SECRET_KEY_VARIABLE,
    group: 'server',
    meaning: 'what opens the values of files that [`sluice config seal`](../guide/configuration.md) sealed',
  },
  {
    name: OLLAMA_VARIABLE,
    group: 'shared',
    meaning: 'where the Ollama of `IMPLICIT_OLLAMA` listens, as Ollama itself understands it',
  },
  {
    name: `${HEADER_PREFIX}{N}`,
    key: 'custom_headers.*',
    group: 'shared',
    meaning: 'a header for every provider, `_` standing for `-`; a provider’s own wins',
  },
  {
    name: `{NAME}_${HEADER_PREFIX}{N}`,
    key: 'providers.*.custom_headers.*',
    group: 'providers',
    meaning: 'a header for this provider, `_` standing for `-`',
  },
  {
    name: `{NAME}_${ALIAS_PREFIX}{N}`,
    key: 'providers.*.aliases.*',
    group: 'providers',
    meaning: 'an [alias](../guide/routing.md#rules) within this provider, `_` standing for `-`',
  },
]

interface Named {
  readonly name: string
  readonly key: string
  /** Where it is not that of the key. */
  readonly group?: string
}

const NAMED: readonly Named[] = [
  ...GLOBAL_VARIABLES.map(({ name, path }) => ({ name, key: fieldName(path) })),
  ...PROVIDER_VARIABLES.map(({ name, path }) => ({
    name: `{NAME}_${name}`,
    key: `providers.*.${fieldName(path)}`,
  })),
  ...SIZE_VARIABLES.map(({ name, path }) => ({ name, key: fieldName(path), group: 'sizes' })),
]

/** The strongest variable of each key. */
const VARIABLE_OF: ReadonlyMap<string, string> = new Map(
  NAMED.toReversed().map(({ name, key }) => [key, name]),
)

/** A name that stands twice stands in for another the second time. */
const WITH_KEYS = NAMED.filter(({ name }, at) => NAMED.findIndex((one) => one.name === name) === at)

export const KNOWN_VARIABLES: readonly KnownVariable[] = [
  ...WITH_KEYS.map(known),
  ...OTHERS.map((other) => ({ ...other, standard: '' })),
]

function known({ name, key, group }: Named): KnownVariable {
  const explained = EXPLAINED.get(key)
  const own = OWN.get(name)
  const strongest = VARIABLE_OF.get(key) ?? name
  const at = { name, key, group: group ?? explained?.group ?? '' }
  if (strongest !== name || explained === undefined)
    return { ...at, meaning: own ?? `another name of \`${strongest}\`, which wins`, standard: '' }
  const meaning = own ?? inVariables(explained.meaning)
  return {
    ...at,
    meaning: WITH_COMMAS.has(name) ? `${meaning}. Several have commas between them` : meaning,
    standard: inVariables(explained.standard),
  }
}

/** A text that names keys, for readers who set variables. */
function inVariables(text: string): string {
  return text.replaceAll(/`([\w.*]+)`/g, (whole, key: string) => {
    const variable = VARIABLE_OF.get(key)
    return variable === undefined ? whole : `\`${variable}\``
  })
}
