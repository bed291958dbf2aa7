/** Small readers and writers every file of this dialect shares: own extras, cache marks, verbatim blocks. */

import { isObject, stringOf } from '#core'
import type { CacheMark, Extras, JsonDraft, JsonObject, JsonValue, WithExtras } from '#core'

/** Fields of `wire` nobody else knows, for the neutral object's extras. A null says nothing and is left out. */
export function rest(wire: JsonObject, known: ReadonlySet<string>): WithExtras {
  let own: JsonDraft | undefined
  for (const key of Object.keys(wire)) {
    const value = wire[key]
    if (value === undefined || value === null || key === '__proto__' || isMark(key)) continue
    if (known.has(key) || (key === 'cache_control' && isPlainMark(wire))) continue
    own ??= {}
    own[key] = value
  }
  return own === undefined ? {} : { extras: { anthropic: own } }
}

/** Fields this dialect alone knows of a neutral object, to be written as they came. */
export function ownOf(carrier: WithExtras): JsonObject {
  const own = carrier.extras?.anthropic
  if (own === undefined) return NONE
  if (!Object.keys(own).some(isMark)) return own
  return Object.fromEntries(Object.entries(own).filter(([key]) => !isMark(key)))
}

const NONE: JsonObject = {}

/** Keys that begin so are our own notes of how a thing was spelled, and never go out as fields. */
function isMark(key: string): boolean {
  return key.startsWith('~')
}

export function markOf(carrier: WithExtras, mark: Mark): JsonValue | undefined {
  return carrier.extras?.anthropic?.[mark]
}

/** The same extras with one mark more. */
export function marked(carrier: WithExtras, mark: Mark, value: JsonValue): { extras: Extras } {
  return { extras: { anthropic: { ...carrier.extras?.anthropic, [mark]: value } } }
}

/**
 * - `~block`: a block other dialects read in a simpler form (a tool reference as text, a search result as a document), whole
 * - `~content`: a system turn that holds more than text, whole
 * - `~client`: a tool with a type of its own that the client runs, whole
 * - `~thinking`, `~effort`, `~format`, `~strict`: what the client said of these, in its own words
 */
export type Mark = '~block' | '~client' | '~content' | '~thinking' | '~effort' | '~format' | '~strict'

export function cacheOf(wire: JsonObject): { cache?: CacheMark } {
  const mark = wire['cache_control']
  if (!isObject(mark)) return {}
  const ttl = stringOf(mark['ttl'])
  return { cache: ttl === undefined ? {} : { ttl } }
}

export function cacheControl(cache: CacheMark | undefined): JsonDraft {
  if (cache === undefined) return {}
  return { cache_control: { type: 'ephemeral', ...(cache.ttl === undefined ? {} : { ttl: cache.ttl }) } }
}

/** A mark with fields beyond these (a scope, say) also rides in the extras, whole. */
function isPlainMark(wire: JsonObject): boolean {
  const mark = wire['cache_control']
  return isObject(mark) && Object.keys(mark).every((key) => key === 'type' || key === 'ttl')
}

export function verbatim(wire: JsonObject): { extras: Extras } {
  return marked({}, '~block', wire)
}

export function verbatimOf(carrier: WithExtras): JsonObject | undefined {
  const block = markOf(carrier, '~block')
  return isObject(block) ? block : undefined
}

export function isBlank(text: string): boolean {
  return text.trim() === ''
}
