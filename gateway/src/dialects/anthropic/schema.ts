/**
 * JSON Schemas lowered to what this dialect enforces: closed objects, no bounds on numbers, lengths or counts, no recursion.
 * A bound that is taken away is told in the description, so the model still reads it.
 */

import { isObject } from '#core'
import type { JsonDraft, JsonObject, JsonValue } from '#core'

const BOUNDS: ReadonlySet<string> = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
])

/** Keywords whose value maps names to schemas: a property may well be called `pattern`. */
const MAPS: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions'])
const LISTS: ReadonlySet<string> = new Set(['anyOf', 'allOf', 'oneOf', 'prefixItems'])

/** The lowered schema, or undefined when it cannot be said because it refers to itself. */
export function lowerSchema(schema: JsonObject): JsonObject | undefined {
  return isRecursive(schema) ? undefined : lower(schema)
}

function lower(schema: JsonObject): JsonDraft {
  const out: JsonDraft = {}
  const told: string[] = []
  for (const [key, value] of Object.entries(schema)) {
    if (BOUNDS.has(key) && !(key === 'minItems' && (value === 0 || value === 1)))
      told.push(`${key}: ${JSON.stringify(value)}`)
    else if (key !== '__proto__') out[key] = lowerUnder(key, value)
  }
  if (out['type'] === 'object' || out['properties'] !== undefined) out['additionalProperties'] = false
  if (told.length > 0) {
    const before = typeof out['description'] === 'string' ? `${out['description']} ` : ''
    out['description'] = `${before}(${told.join(', ')})`
  }
  return out
}

function lowerUnder(key: string, value: JsonValue): JsonValue {
  if (MAPS.has(key) && isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, isObject(each) ? lower(each) : each]),
    )
  }
  if (LISTS.has(key) && Array.isArray(value)) {
    return value.map((each: JsonValue) => (isObject(each) ? lower(each) : each))
  }
  return key === 'items' && isObject(value) ? lower(value) : value
}

/** Whether following references from any definition leads back to it. */
function isRecursive(root: JsonObject): boolean {
  const edges = new Map<string, Set<string>>()
  for (const place of ['$defs', 'definitions']) {
    const definitions = root[place]
    if (!isObject(definitions)) continue
    for (const [name, schema] of Object.entries(definitions))
      edges.set(`#/${place}/${name}`, references(schema))
  }
  if (references(root).has('#')) return true
  const reaches = (from: string, goal: string, seen: Set<string>): boolean => {
    for (const next of edges.get(from) ?? []) {
      if (next === goal) return true
      if (seen.has(next)) continue
      seen.add(next)
      if (reaches(next, goal, seen)) return true
    }
    return false
  }
  return [...edges.keys()].some((name) => reaches(name, name, new Set()))
}

function references(value: JsonValue | undefined, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const each of value) references(each, found)
  else if (isObject(value)) {
    for (const [key, each] of Object.entries(value)) {
      if (key === '$ref' && typeof each === 'string') found.add(each)
      else references(each, found)
    }
  }
  return found
}
