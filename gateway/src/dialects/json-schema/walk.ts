/** Where schemas stand inside a schema. A property may be called `default` or `items`: names are not keywords. */

import { isObject } from '#core'
import type { JsonDraft, JsonObject, JsonValue } from '#core'

/** Told once for each keyword that the target cannot say. */
export type Lost = (keyword: string) => void

const MAPS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
])
const LISTS: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems', 'items'])
const SINGLE: ReadonlySet<string> = new Set([
  'items',
  'additionalProperties',
  'unevaluatedProperties',
  'contains',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
])

/** The same schema with `change` made to each schema directly inside it. */
export function mapSchemas(schema: JsonObject, change: (inner: JsonObject) => JsonObject): JsonDraft {
  const out: JsonDraft = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key !== '__proto__') out[key] = mapped(key, value, change)
  }
  return out
}

function mapped(key: string, value: JsonValue, change: (inner: JsonObject) => JsonObject): JsonValue {
  if (MAPS.has(key) && isObject(value))
    return mapEntries(value, (each) => (isObject(each) ? change(each) : each))
  if (LISTS.has(key) && Array.isArray(value)) {
    return value.map((each: JsonValue) => (isObject(each) ? change(each) : each))
  }
  return SINGLE.has(key) && isObject(value) ? change(value) : value
}

export function mapEntries(map: JsonObject, change: (value: JsonValue) => JsonValue): JsonDraft {
  const out: JsonDraft = {}
  for (const [name, value] of Object.entries(map)) if (name !== '__proto__') out[name] = change(value)
  return out
}
