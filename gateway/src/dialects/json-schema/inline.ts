/** Writes what a schema refers to in place of the references. Circles are cut where they close. */

import { isObject } from '#core'
import type { JsonDraft, JsonObject, JsonValue } from '#core'
import { type Lost, mapSchemas } from './walk.ts'

/** A definition used everywhere multiplies; past this many schemas the rest is cut like a circle. */
const MOST_SCHEMAS = 5000

export function inlineRefs(root: JsonObject, lost: Lost): JsonObject {
  let count = 0

  const visit = (schema: JsonObject, open: readonly string[]): JsonObject => {
    if (++count > MOST_SCHEMAS) return cut(schema)
    const { $ref: ref, ...beside } = schema
    if (typeof ref !== 'string') return mapSchemas(schema, (inner) => visit(inner, open))
    const target = lookUp(root, ref)
    if (target === undefined) {
      lost('$ref')
      return mapSchemas(beside, (inner) => visit(inner, open))
    }
    if (open.includes(ref)) return cut(target)
    return visit({ ...target, ...beside }, [...open, ref])
  }

  /** Anything of the kind is allowed where the description ends. */
  const cut = (schema: JsonObject): JsonObject => {
    lost('$ref')
    const kind = typeof schema['type'] === 'string' ? schema['type'] : 'object'
    const said = typeof schema['description'] === 'string' ? { description: schema['description'] } : {}
    return { type: kind, ...said, ...(kind === 'array' ? { items: { type: 'object' } } : {}) }
  }

  const { $defs: _defs, definitions: _definitions, ...plain } = root
  return withoutDefinitions(visit(plain, ['#']))
}

function withoutDefinitions(schema: JsonObject): JsonDraft {
  const { $defs: _defs, definitions: _definitions, ...plain } = schema
  return mapSchemas(plain, withoutDefinitions)
}

/** A JSON pointer within the document: `#`, `#/$defs/x`, `#/properties/a~1b`. */
function lookUp(root: JsonObject, ref: string): JsonObject | undefined {
  if (!ref.startsWith('#')) return undefined
  let place: JsonValue | undefined = root
  for (const step of ref.slice(1).split('/').slice(1)) {
    const name = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~')
    if (Array.isArray(place)) place = place[Number(name)]
    else if (isObject(place) && Object.hasOwn(place, name)) place = place[name]
    else return undefined
  }
  return isObject(place) && (ref === '#' || ref.startsWith('#/')) ? place : undefined
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}
