/** The shape an answer must have: a media type, and a schema in this dialect's own subset or plain. */

import { isObject, stringOf } from '#core'
import type { ChatRequest, JsonDraft, JsonObject, ResponseFormat } from '#core'
import { lowerToOpenApi, raiseFromOpenApi } from '../json-schema/index.ts'
import type { EncodeContext } from '../dialect.ts'
import { compact, markOf } from './wire.ts'

export interface DecodedFormat {
  readonly responseFormat?: ResponseFormat
  /** Mark for the request's extras. */
  readonly mark?: JsonObject
  /** Fields left for the extras: no other dialect has such a format. */
  readonly rest?: JsonObject
}

export const FORMAT_FIELDS = ['responseMimeType', 'responseSchema', 'responseJsonSchema'] as const

export function decodeFormat(config: JsonObject): DecodedFormat {
  const fields = compact(
    Object.fromEntries(FORMAT_FIELDS.map((field) => [field, config[field] ?? undefined])),
  )
  const mime = stringOf(fields['responseMimeType'])
  const plain = fields['responseJsonSchema']
  const own = fields['responseSchema']
  if (mime !== undefined && mime !== JSON_TYPE) return { rest: fields }
  if (isObject(plain))
    return { responseFormat: { type: 'json-schema', schema: plain }, mark: { '~format': fields } }
  if (isObject(own)) {
    return {
      responseFormat: { type: 'json-schema', schema: raiseFromOpenApi(own) },
      mark: { '~format': fields },
    }
  }
  return mime === undefined ? {} : { responseFormat: { type: 'json' } }
}

const JSON_TYPE = 'application/json'

/** Fields of `generationConfig`. */
export function encodeFormat(request: ChatRequest, context: EncodeContext): JsonDraft {
  const wanted = request.responseFormat
  if (wanted === undefined || wanted.type === 'text') return {}
  if (wanted.type === 'json') return { responseMimeType: JSON_TYPE }
  const native = markOf(request, '~format')
  // What a client of this dialect asked for goes as it came.
  if (
    isObject(native) &&
    !(context.traits.jsonSchema === false && native['responseJsonSchema'] !== undefined)
  ) {
    return { ...native }
  }
  if (context.traits.jsonSchema) return { responseMimeType: JSON_TYPE, responseJsonSchema: wanted.schema }
  const lost = new Set<string>()
  const responseSchema = lowerToOpenApi(wanted.schema, (keyword) => lost.add(keyword))
  for (const keyword of lost) {
    const reason = 'this part of JSON Schema is not enforced; the description tells it'
    context.note({ kind: 'changed', field: `response_format.${keyword}`, reason })
  }
  return { responseMimeType: JSON_TYPE, responseSchema }
}
