/**
 * Fields that this dialect alone knows, kept beside the neutral ones. Keys that start with `~` are marks of our own: they remember
 * how the client spelled something and are never written to the wire.
 */

import type { JsonDraft, JsonObject, JsonValue, WithExtras } from '#core'

export const NAME = 'openai-responses'

/** Names of fields, written as words. */
export function fieldSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '))
}

/** What is not in `known`, plus marks that say something. Null means absent in this dialect's requests. */
export function restOf(
  wire: JsonObject,
  known: ReadonlySet<string>,
  marks: Record<string, JsonValue | undefined> = {},
): WithExtras {
  const rest: JsonDraft = {}
  for (const [key, value] of Object.entries(wire)) {
    if (value !== null && !known.has(key) && !key.startsWith('~')) rest[key] = value
  }
  for (const [key, value] of Object.entries(marks)) if (value !== undefined) rest[key] = value
  return Object.keys(rest).length === 0 ? {} : { extras: { [NAME]: rest } }
}

/** The fields to write back: extras of this dialect without the marks. */
export function spareOf(holder: WithExtras): JsonDraft {
  const own = holder.extras?.[NAME] ?? {}
  return Object.fromEntries(Object.entries(own).filter(([key]) => !key.startsWith('~')))
}

export function markOf(holder: WithExtras, mark: `~${string}`): JsonValue | undefined {
  return holder.extras?.[NAME]?.[mark]
}

/** Leaves out entries that are undefined, so that objects can be written as one literal. */
export function compact(fields: Record<string, JsonValue | undefined>): JsonDraft {
  const kept: JsonDraft = {}
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) kept[key] = value
  return kept
}
