/** `text`: the answer's format and verbosity. The schema lies flat beside its name here (pitfall 150). */

import {
  booleanOf,
  type ChatRequest,
  type JsonDraft,
  type JsonObject,
  objectOf,
  type ResponseFormat,
  stringOf,
} from '#core'
import { compact, fieldSet, markOf, restOf } from './extra-fields.ts'

const FORMAT = fieldSet('format')

/** What is beside a known format, or the whole of an unknown one. */
export function textRest(text: JsonObject): JsonObject | undefined {
  const format = objectOf(text['format'])
  const known = format === undefined || decodeFormat(format) !== undefined
  return known ? restOf(text, FORMAT).extras?.['openai-responses'] : text
}

export function decodeFormat(format: JsonObject): ResponseFormat | undefined {
  switch (format['type']) {
    case 'text':
      return { type: 'text' }
    case 'json_object':
      return { type: 'json' }
    case 'json_schema':
      return decodeSchema(format)
    default:
      return undefined
  }
}

function decodeSchema(format: JsonObject): ResponseFormat | undefined {
  const schema = objectOf(format['schema'])
  if (schema === undefined) return undefined
  const name = stringOf(format['name'])
  const description = stringOf(format['description'])
  const strict = booleanOf(format['strict'])
  return {
    type: 'json-schema',
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    schema,
    ...(strict === undefined ? {} : { strict }),
  }
}

export function encodeText(request: ChatRequest): JsonDraft {
  const format = request.responseFormat === undefined ? undefined : encodeFormat(request.responseFormat)
  // Chat completions say the same word at the top level.
  const verbosity = stringOf(request.extras?.['openai-chat']?.['verbosity'])
  const text = compact({ format, verbosity, ...objectOf(markOf(request, '~text')) })
  return Object.keys(text).length === 0 ? {} : { text }
}

export function encodeFormat(format: ResponseFormat): JsonDraft {
  switch (format.type) {
    case 'text':
      return { type: 'text' }
    case 'json':
      return { type: 'json_object' }
    case 'json-schema':
      return {
        type: 'json_schema',
        // A name is required and has a narrow alphabet.
        name: (format.name ?? '').replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'response',
        ...compact({
          description: format.description,
          schema: format.schema,
          strict: format.strict,
        }),
      }
  }
}
