/** A schema of OpenAPI 3.0's kind as JSON Schema: types in small letters, `nullable` as a union with null. */

import type { JsonDraft, JsonObject, JsonValue } from '#core'
import { mapSchemas } from './walk.ts'

/** Counts travel as text in protobuf's JSON. */
const COUNTS: ReadonlySet<string> = new Set([
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
])
/** Order is a hint to one dialect's models, and no keyword. */
const DROPPED: ReadonlySet<string> = new Set(['nullable', 'propertyOrdering', 'example'])

export function raiseFromOpenApi(given: JsonObject): JsonObject {
  const schema = camelCased(given)
  const nullable = schema['nullable'] === true
  const out: JsonDraft = {}
  for (const [key, value] of Object.entries(mapSchemas(schema, raiseFromOpenApi))) {
    if (DROPPED.has(key)) continue
    if (COUNTS.has(key) && typeof value === 'string') out[key] = Number(value)
    else if (key === 'type') typeInto(out, value, nullable)
    else if (key === 'enum' && nullable && Array.isArray(value) && !value.includes(null))
      out[key] = [...value, null]
    else if (key === 'anyOf' && nullable && Array.isArray(value)) out[key] = [...value, { type: 'null' }]
    else if (key !== 'format' || value !== 'enum') out[key] = value
  }
  return out
}

/** With `enum-encoding=int` types are numbers. */
const NUMBERED = ['TYPE_UNSPECIFIED', 'STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT', 'NULL']

function typeInto(out: JsonDraft, given: JsonValue, nullable: boolean): void {
  const type = typeof given === 'number' ? (NUMBERED[given] ?? given) : given
  if (typeof type !== 'string') out['type'] = type
  else if (type !== 'TYPE_UNSPECIFIED')
    out['type'] = nullable ? [type.toLowerCase(), 'null'] : type.toLowerCase()
}

/** `any_of` and `min_items` are as good as `anyOf` and `minItems`. */
function camelCased(schema: JsonObject): JsonObject {
  const snake = Object.keys(schema).some((key) => /^[a-z]+_[a-z]/.test(key))
  if (!snake) return schema
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  )
}
