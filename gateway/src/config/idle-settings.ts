/** Settings that are read and checked but that this version does not act on yet; whoever writes one is told so. */

import type { Origin } from './origin.ts'
import { placeOf } from './origin.ts'

/** Beginnings of field names, `*` for one name of the user's. */
const IDLE: readonly string[] = ['providers.*.model_page']

const PATTERNS = IDLE.map(
  (field) => new RegExp(`^${field.replaceAll('.', '\\.').replaceAll('*', '(?:[\\w-]+|"[^"]*")')}(?:\\.|$)`),
)

/** One line for each such setting, not for each entry in it. */
export function idleWarnings(origins: ReadonlyMap<string, Origin>): readonly string[] {
  const warnings = new Map<string, string>()
  for (const [field, origin] of origins) {
    const subject = PATTERNS.map((pattern) => pattern.exec(field)?.[0].replace(/\.$/, '')).find(Boolean)
    if (subject === undefined || warnings.has(subject)) continue
    warnings.set(subject, `${placeOf(origin)}: ${subject}: read, but this version does not act on it yet`)
  }
  return [...warnings.values()]
}
