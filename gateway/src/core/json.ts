/** Reading untyped JSON without casts: each reader gives the value when it has the asked shape, else undefined. */

export type JsonPrimitive = string | number | boolean | null
export type JsonValue = JsonPrimitive | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [key: string]: JsonValue
}
/** A JSON object under construction. */
export type JsonDraft = Record<string, JsonValue>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function objectOf(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined
}

export function arrayOf(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  return Array.isArray(value) ? value : undefined
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export function booleanOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

/** JSON.parse that gives undefined for text that is not JSON. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    // JSON.parse is typed `any`; whatever it yields is a JsonValue by construction.
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}
