/** `format`: the word `json` or a bare JSON schema. */

import { invalid, isObject, type JsonValue, type NoteSink, type ResponseFormat } from '#core'

export function checkFormat(value: JsonValue | undefined): void {
  if (value === undefined || value === null || value === '' || value === 'json' || isObject(value)) return
  throw invalid(
    `invalid format: ${JSON.stringify(value)}; expected "json" or a valid JSON Schema object`,
    'format',
  )
}

export function decodeFormat(value: JsonValue | undefined): { responseFormat?: ResponseFormat } {
  if (value === 'json') return { responseFormat: { type: 'json' } }
  return isObject(value) ? { responseFormat: { type: 'json-schema', schema: value } } : {}
}

export function encodeFormat(format: ResponseFormat | undefined, note: NoteSink): JsonValue | undefined {
  if (format === undefined || format.type === 'text') return undefined
  if (format.type === 'json') return 'json'
  for (const field of ['name', 'description', 'strict'] as const) {
    if (format[field] === undefined) continue
    note({ kind: 'dropped', field: `response_format.${field}`, reason: 'Ollama takes the bare schema' })
  }
  return format.schema
}
