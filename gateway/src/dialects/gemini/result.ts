/** What a function gave back. Here it is always a JSON object: other results stand under `result`, failures under `error`. */

import { isObject, parseJson } from '#core'
import type { JsonDraft, JsonObject, JsonValue } from '#core'

export interface ResultText {
  readonly text: string
  readonly failed: boolean
}

export function decodeResult(response: JsonObject): ResultText {
  const [only, ...others] = Object.entries(response)
  if (only === undefined) return { text: '{}', failed: false }
  const [key, value] = only
  if (others.length > 0) return { text: JSON.stringify(response), failed: false }
  if (key === 'error') return { text: plain(value), failed: true }
  const wrapped = key === 'result' || key === 'output'
  return { text: wrapped ? plain(value) : JSON.stringify(response), failed: false }
}

export function encodeResult({ text, failed }: ResultText): JsonObject {
  const value = structured(text)
  if (failed) return { error: value }
  return isObject(value) ? value : { result: value }
}

/** Whether writing what was read gives the same object again. */
export function isPlainResult(response: JsonObject): boolean {
  return JSON.stringify(encodeResult(decodeResult(response))) === JSON.stringify(response)
}

function plain(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Objects and lists as such; a bare number or word stays the text it was. */
function structured(text: string): JsonValue {
  if (!/^\s*[[{]/.test(text)) return text
  const parsed: JsonValue | undefined = parseJson(text)
  if (Array.isArray(parsed)) return parsed as readonly JsonValue[] // by the check
  return isObject(parsed) ? withoutProto(parsed) : text
}

/** A key that would change the object it is set on. */
function withoutProto(value: JsonObject): JsonDraft {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== '__proto__'))
}
