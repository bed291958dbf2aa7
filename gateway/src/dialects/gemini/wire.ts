/**
 * Small readers and writers every file of this dialect shares. Clients spell fields in camelCase or snake_case; here they are
 * read in either and written in camelCase.
 */

import { isObject } from '#core'
import type { Extras, JsonDraft, JsonObject, JsonValue, WithExtras } from '#core'

/** The same object with its own keys in camelCase. Values stay: arguments, results and schemas are nobody's to rename. */
export function camel(wire: JsonObject): JsonObject {
  for (const key in wire) {
    if (key.includes('_'))
      return Object.fromEntries(Object.entries(wire).map(([name, value]) => [camelName(name), value]))
  }
  return wire
}

function camelName(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** The object under a key, in camelCase; undefined when there is none. */
export function camelAt(wire: JsonObject, key: string): JsonObject | undefined {
  const value = wire[key]
  return isObject(value) ? camel(value) : undefined
}

/** Protobuf's JSON takes a lone item for a list of one. */
export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

export function objectsOf(value: JsonValue | undefined): JsonObject[] {
  return listOf(value).filter(isObject).map(camel)
}

/** Fields of `wire` nobody else knows, for the neutral object's extras. A null says nothing and is left out. */
export function restOf(wire: JsonObject, known: ReadonlySet<string>): JsonDraft | undefined {
  let rest: JsonDraft | undefined
  for (const key of Object.keys(wire)) {
    const value = wire[key]
    if (value === undefined || value === null || known.has(key) || key === '__proto__' || key.startsWith('~'))
      continue
    rest ??= {}
    rest[key] = value
  }
  return rest
}

/** Keys that begin with `~` are our own notes of how a thing was spelled; they never go out as fields. */
export function withRest(rest: JsonObject | undefined, marks?: JsonObject): WithExtras {
  const own = { ...rest, ...marks }
  return Object.keys(own).length === 0 ? {} : { extras: { gemini: own } satisfies Extras }
}

/** Fields this dialect alone knows of a neutral object, to be written as they came. */
export function ownOf(carrier: WithExtras): JsonObject {
  const own = carrier.extras?.gemini
  if (own === undefined) return NONE
  return Object.fromEntries(Object.entries(own).filter(([key]) => !key.startsWith('~')))
}

const NONE: JsonObject = {}

export function markOf(carrier: WithExtras, mark: `~${string}`): JsonValue | undefined {
  return carrier.extras?.gemini?.[mark]
}

/** Leaves out what is undefined, so that objects can be written as one literal. */
export function compact(fields: Readonly<Record<string, JsonValue | undefined>>): JsonDraft {
  const kept: JsonDraft = {}
  for (const key in fields) {
    const value = fields[key]
    if (value !== undefined) kept[key] = value
  }
  return kept
}

export function fieldSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '))
}

export function isBlank(text: string): boolean {
  return text.trim() === ''
}
