/**
 * JSON Schema as OpenAPI 3.0 has it: one type in capitals, `nullable`, enums of strings, no references. What falls away is
 * told in the description, where the model still reads it.
 */

import { arrayOf, isObject } from '#core'
import type { JsonDraft, JsonObject, JsonValue } from '#core'
import { inlineRefs } from './inline.ts'
import { type Lost, mapEntries } from './walk.ts'

export function lowerToOpenApi(schema: JsonObject, lost: Lost): JsonObject {
  return lower(inlineRefs(schema, lost), lost)
}

/** Understood as they are. */
const KEPT: ReadonlySet<string> = new Set([
  'title',
  'description',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
  'pattern',
  'minimum',
  'maximum',
  'propertyOrdering',
])
/** Written by rules of their own. */
const SHAPED: ReadonlySet<string> = new Set([
  'type',
  'nullable',
  'enum',
  'const',
  'format',
  'properties',
  'required',
  'items',
  'prefixItems',
  'anyOf',
  'oneOf',
  'allOf',
  'exclusiveMinimum',
  'exclusiveMaximum',
])
/** Say nothing about what is allowed, or only what is usual anyway. */
const SILENT: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  '$anchor',
  'readOnly',
  'writeOnly',
  'deprecated',
])
const FORMATS: ReadonlySet<string> = new Set(['date-time', 'enum', 'int32', 'int64', 'float', 'double'])

function lower(given: JsonObject, lost: Lost): JsonDraft {
  const schema = merged(given)
  const union = unionOf(schema)
  if (union !== undefined) return lowerUnion(schema, union, lost)
  const out: JsonDraft = {}
  const told: string[] = []
  const tell = (keyword: string, value: JsonValue | undefined): void => {
    lost(keyword)
    told.push(`${keyword}: ${JSON.stringify(value)}`)
  }
  for (const [key, value] of Object.entries(schema)) {
    if (KEPT.has(key)) out[key] = value
    else if (!SHAPED.has(key) && !SILENT.has(key) && typeof value !== 'boolean') tell(key, value)
    else if (key === 'uniqueItems' && value === true) tell(key, value)
  }
  const kind = kindOf(schema)
  out['type'] = kind.toUpperCase()
  if (isNullable(schema)) out['nullable'] = true
  allowedValues(schema, kind, out, tell)
  bounds(schema, kind, out, tell)
  if (kind === 'object') members(schema, out, lost)
  if (kind === 'array') out['items'] = itemsOf(schema, lost)
  if (told.length > 0)
    out['description'] = [out['description'], `(${told.join(', ')})`].filter(isText).join(' ')
  return out
}

/** All of several is one with the members of each. */
function merged(schema: JsonObject): JsonObject {
  const { allOf, ...rest } = schema
  const all = arrayOf(allOf)
  if (all === undefined) return schema
  const out: JsonDraft = { ...rest }
  for (const each of all) {
    if (!isObject(each)) continue
    const one = merged(each)
    const properties = { ...object(out['properties']), ...object(one['properties']) }
    const required = [...new Set([...list(out['required']), ...list(one['required'])])]
    const description = out['description'] ?? one['description']
    Object.assign(out, one)
    if (Object.keys(properties).length > 0) out['properties'] = properties
    if (required.length > 0) out['required'] = required
    if (description !== undefined) out['description'] = description
  }
  return out
}

/** The alternatives of a schema that has several; a list of types counts as such. */
function unionOf(schema: JsonObject): JsonObject[] | undefined {
  const said = Array.isArray(schema['anyOf']) ? schema['anyOf'] : schema['oneOf']
  if (Array.isArray(said)) return said.filter(isObject)
  const types = typesOf(schema)
  return types.length > 1 ? types.map((type) => ({ type })) : undefined
}

/** Beside `anyOf` nothing else may stand, so what stood there goes into each alternative. */
function lowerUnion(schema: JsonObject, union: readonly JsonObject[], lost: Lost): JsonDraft {
  const { anyOf: _any, oneOf: _one, type, nullable: _nullable, ...beside } = schema
  const nullable = isNullable(schema) || union.some(isNull)
  const shared = typeof type === 'string' ? { ...beside, type } : beside
  const branches = union
    .filter((each) => !isNull(each))
    .map((each) => ({ ...shared, ...each, ...(nullable ? { nullable: true } : {}) }))
  const [only] = branches
  if (only === undefined) return lower({ ...shared, nullable: true }, lost)
  return branches.length === 1 ? lower(only, lost) : { anyOf: branches.map((each) => lower(each, lost)) }
}

function isNull(schema: JsonObject): boolean {
  const types = schema['type']
  return (
    types === 'null' ||
    (Array.isArray(types) && types.length === 1 && types[0] === 'null') ||
    schema['const'] === null
  )
}

function isNullable(schema: JsonObject): boolean {
  const { type, enum: values } = schema
  return (
    schema['nullable'] === true ||
    (Array.isArray(type) && type.includes('null')) ||
    (Array.isArray(values) && values.includes(null))
  )
}

function typesOf(schema: JsonObject): string[] {
  return list(schema['type']).filter((each) => isText(each) && each !== 'null') as string[] // by the filter
}

/** Servers insist on a type; one that is not said is read from the rest. */
function kindOf(schema: JsonObject): string {
  const said = typeof schema['type'] === 'string' ? schema['type'] : typesOf(schema)[0]
  if (said !== undefined && said !== 'null') return said.toLowerCase()
  if (schema['properties'] !== undefined || schema['additionalProperties'] !== undefined) return 'object'
  if (schema['items'] !== undefined || schema['prefixItems'] !== undefined) return 'array'
  const [value] = constants(schema)
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  if (typeof value === 'boolean') return 'boolean'
  const counts = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']
  return counts.some((key) => schema[key] !== undefined) ? 'number' : 'string'
}

function constants(schema: JsonObject): readonly JsonValue[] {
  const said = schema['const'] === undefined ? list(schema['enum']) : [schema['const']]
  return said.filter((each) => each !== null)
}

type Tell = (keyword: string, value: JsonValue | undefined) => void

function allowedValues(schema: JsonObject, kind: string, out: JsonDraft, tell: Tell): void {
  const allowed = constants(schema)
  if (allowed.length > 0) {
    if (kind === 'string' && allowed.every(isText)) out['enum'] = allowed
    else tell(schema['const'] === undefined ? 'enum' : 'const', schema['const'] ?? schema['enum'])
  }
  const { format } = schema
  if (format === undefined) return
  if (isText(format) && FORMATS.has(format)) out['format'] = format
  else tell('format', format)
}

/** Among whole numbers, above 0 means from 1. */
function bounds(schema: JsonObject, kind: string, out: JsonDraft, tell: Tell): void {
  for (const [keyword, plain, step] of [
    ['exclusiveMinimum', 'minimum', 1],
    ['exclusiveMaximum', 'maximum', -1],
  ] as const) {
    const bound = schema[keyword]
    if (bound === undefined) continue
    if (kind === 'integer' && typeof bound === 'number') {
      out[plain] = step > 0 ? Math.floor(bound) + step : Math.ceil(bound) + step
      continue
    }
    if (typeof bound === 'number') out[plain] = bound
    tell(keyword, bound)
  }
}

function members(schema: JsonObject, out: JsonDraft, lost: Lost): void {
  const properties = object(schema['properties'])
  const names = Object.keys(properties)
  if (names.length > 0) out['properties'] = mapEntries(properties, (each) => lower(object(each), lost))
  const required = list(schema['required']).filter((each) => isText(each) && names.includes(each))
  if (required.length > 0) out['required'] = required
}

function itemsOf(schema: JsonObject, lost: Lost): JsonObject {
  const { items, prefixItems } = schema
  const tuple = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : undefined
  if (tuple === undefined) return lower(object(items), lost)
  lost('prefixItems')
  const kinds = new Map(tuple.filter(isObject).map((each: JsonObject) => [JSON.stringify(each), each]))
  return lower({ anyOf: [...kinds.values()] }, lost)
}

function object(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {}
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : []
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string'
}
