/**
 * What each key of the file means, and what holds without it: for the reference page, for editors, for `sluice config`. The
 * one place where it is said; the tables stand beside this file, by room of the schema.
 */

import { DEFAULTS } from './defaults.ts'
import { type Meaning, plainText } from './meaning.ts'
import { MODEL_MEANINGS } from './meanings-models.ts'
import { PLUGIN_MEANINGS } from './meanings-plugins.ts'
import { PROVIDER_MEANINGS } from './meanings-providers.ts'
import { RESILIENCE_MEANINGS } from './meanings-resilience.ts'
import { ROUTING_MEANINGS } from './meanings-routing.ts'
import { SERVER_MEANINGS } from './meanings-server.ts'
import { SHARED_MEANINGS } from './meanings-shared.ts'
import { fieldName } from './setting.ts'

/** Each has its tables on the reference page. */
const GROUPS = {
  server: SERVER_MEANINGS,
  routing: ROUTING_MEANINGS,
  resilience: RESILIENCE_MEANINGS,
  models: MODEL_MEANINGS,
  plugins: PLUGIN_MEANINGS,
  shared: SHARED_MEANINGS,
  providers: PROVIDER_MEANINGS,
} as const

export interface ExplainedKey {
  readonly key: string
  readonly group: string
  /** Markdown, as are links in it: as seen from the reference page. */
  readonly meaning: string
  /** What holds where nobody says anything, as it is shown; empty where nothing does. */
  readonly standard: string
}

const STANDARDS: ReadonlyMap<string, unknown> = new Map(
  DEFAULTS.map(({ path, value }) => [fieldName(path), value]),
)

const MEBIBYTE = 1024 * 1024

/** Keys with `*` for a name of the user's. */
export const EXPLAINED: ReadonlyMap<string, ExplainedKey> = new Map(
  Object.entries(GROUPS).flatMap(([group, meanings]) =>
    Object.entries(meanings).map(([key, said]) => [key, explained(key, group, said)] as const),
  ),
)

function explained(key: string, group: string, said: Meaning): ExplainedKey {
  const meaning = typeof said === 'string' ? said : said.meaning
  const otherwise = typeof said === 'string' ? '' : said.otherwise
  return { key, group, meaning, standard: STANDARDS.has(key) ? shown(STANDARDS.get(key)) : otherwise }
}

function shown(value: unknown): string {
  const isSize = typeof value === 'number' && value > 0 && value % MEBIBYTE === 0
  return isSize ? `${value / MEBIBYTE} MiB` : String(value)
}

const PATTERNS = [...EXPLAINED.values()].map(({ key, meaning }) => ({
  match: new RegExp(`^${key.replaceAll('.', String.raw`\.`).replaceAll('*', '(?:[^."]+|"[^"]*")')}$`),
  meaning,
}))

/** Of a field or of a key with `*` for names, as plain text; undefined for tables and what is no key. */
export function meaningOf(field: string): string | undefined {
  const meaning = EXPLAINED.get(field)?.meaning ?? PATTERNS.find(({ match }) => match.test(field))?.meaning
  return meaning === undefined ? undefined : plainText(meaning)
}
