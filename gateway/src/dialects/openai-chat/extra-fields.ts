/**
 * Fields that this dialect alone knows, kept beside the neutral ones. Keys that start with `~` are marks of our own:
 * they remember how the client spelled something and are never written to the wire.
 */

import type { JsonDraft, JsonObject, JsonValue, WithExtras } from '#core'

const NAME = 'openai-chat'

/** Names of fields, written as words. */
export function fieldSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '))
}

/** What is not in `known`, without nulls, plus marks. Null means absent everywhere in this dialect's requests. */
export function restOf(
  wire: JsonObject,
  known: ReadonlySet<string>,
  marks?: JsonObject,
): JsonDraft | undefined {
  let rest: JsonDraft | undefined
  for (const key in wire) {
    const value = wire[key]
    if (value === undefined || value === null || known.has(key) || key.startsWith('~')) continue
    rest ??= {}
    rest[key] = value
  }
  return marks === undefined ? rest : { ...rest, ...marks }
}

export function withRest(rest: JsonObject | undefined): WithExtras {
  return rest === undefined ? {} : { extras: { [NAME]: rest } }
}

/** The fields to write back: extras of this dialect without the marks. */
export function spareOf(holder: WithExtras): JsonDraft {
  const own = holder.extras?.[NAME]
  const spare: JsonDraft = {}
  if (own === undefined) return spare
  for (const key in own) {
    const value = own[key]
    if (value !== undefined && !key.startsWith('~')) spare[key] = value
  }
  return spare
}

export function markOf(holder: WithExtras, mark: `~${string}`): JsonValue | undefined {
  return holder.extras?.[NAME]?.[mark]
}

/** Deletes entries that are undefined, so that objects can be written as one literal. */
export function compact(fields: Record<string, JsonValue | undefined>): JsonDraft {
  const kept: JsonDraft = {}
  for (const key in fields) {
    const value = fields[key]
    if (value !== undefined) kept[key] = value
  }
  return kept
}
