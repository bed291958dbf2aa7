/** Small readers and writers every file of this dialect shares: own extras, cache points, verbatim blocks. */

import { arrayOf, isObject, stringOf } from '#core'
import type { CacheMark, Extras, JsonDraft, JsonObject, JsonValue, WithExtras } from '#core'

/** Fields of `wire` nobody else knows, for the neutral object's extras. A null says nothing and is left out. */
export function rest(wire: JsonObject, known: ReadonlySet<string>): WithExtras {
  const own = remainder(wire, known)
  return own === undefined ? {} : { extras: { bedrock: own } }
}

export function remainder(wire: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  let own: JsonDraft | undefined
  for (const key of Object.keys(wire)) {
    const value = wire[key]
    if (value === undefined || value === null || key === '__proto__' || isMark(key) || known.has(key))
      continue
    own ??= {}
    own[key] = value
  }
  return own
}

/** Fields this dialect alone knows of a neutral object, to be written as they came. */
export function ownOf(carrier: WithExtras): JsonObject {
  const own = carrier.extras?.bedrock
  if (own === undefined) return NONE
  if (!Object.keys(own).some(isMark)) return own
  return Object.fromEntries(Object.entries(own).filter(([key]) => !isMark(key)))
}

const NONE: JsonObject = {}

/** Keys that begin so are our own notes of how a thing was spelled, and never go out as fields. */
function isMark(key: string): boolean {
  return key.startsWith('~')
}

/**
 * - `~block`: a block other dialects read in a simpler form, whole
 * - `~unsigned`: thinking that came without a signature in this dialect's own history
 * - `~fields`, `~format`: what the client said in `additionalModelRequestFields` and `outputConfig`, whole
 * - `~invoke`: the family of a body of InvokeModel
 */
export type Mark = '~block' | '~unsigned' | '~fields' | '~format' | '~invoke'

export function markOf(carrier: WithExtras, mark: Mark): JsonValue | undefined {
  return carrier.extras?.bedrock?.[mark]
}

/** The same extras with one mark more. */
export function marked(carrier: WithExtras, mark: Mark, value: JsonValue): { extras: Extras } {
  return { extras: { ...carrier.extras, bedrock: { ...carrier.extras?.bedrock, [mark]: value } } }
}

export function verbatim(wire: JsonObject): { extras: Extras } {
  return marked({}, '~block', wire)
}

export function verbatimOf(carrier: WithExtras): JsonObject | undefined {
  const block = markOf(carrier, '~block')
  return isObject(block) ? block : undefined
}

/** The mark a `cachePoint` block stands for; undefined for other blocks, and for points with fields of later versions. */
export function cacheIn(block: JsonObject): CacheMark | undefined {
  const point = block['cachePoint']
  if (!isObject(point)) return undefined
  const ttl = stringOf(point['ttl'])
  const plain = Object.keys(point).every((key) => key === 'type' || key === 'ttl')
  return plain ? (ttl === undefined ? {} : { ttl }) : undefined
}

export function cachePoint(mark: CacheMark): JsonDraft {
  return { cachePoint: { type: 'default', ...(mark.ttl === undefined ? {} : { ttl: mark.ttl }) } }
}

export function objectsOf(value: JsonValue | undefined): JsonObject[] {
  return (arrayOf(value) ?? []).filter(isObject)
}

/** A union is an object with one key: which it is, and what stands there. */
export function memberOf(block: JsonObject): readonly [name: string, value: JsonValue | undefined] {
  const name = Object.keys(block).find((key) => block[key] !== null && key !== '__proto__') ?? ''
  return [name, block[name]]
}

export function isBlank(text: string): boolean {
  return text.trim() === ''
}
