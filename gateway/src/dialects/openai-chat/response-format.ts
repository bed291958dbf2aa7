/** `response_format`, both ways. The schema is wrapped here, bare in the neutral model. */

import {
  booleanOf,
  isObject,
  type JsonDraft,
  type JsonObject,
  objectOf,
  type ResponseFormat,
  stringOf,
} from '#core'
import { compact } from './extra-fields.ts'

/** Undefined for kinds we do not know; those are kept verbatim. */
export function decodeFormat(format: JsonObject): ResponseFormat | undefined {
  switch (format['type']) {
    case 'text':
      return { type: 'text' }
    case 'json_object':
      return isObject(format['schema']) ? { type: 'json-schema', schema: format['schema'] } : { type: 'json' }
    case 'json_schema':
      return decodeSchema(objectOf(format['json_schema']) ?? {})
    default:
      return undefined
  }
}

function decodeSchema(wrapper: JsonObject): ResponseFormat | undefined {
  const schema = objectOf(wrapper['schema'])
  if (schema === undefined) return undefined
  const name = stringOf(wrapper['name'])
  const description = stringOf(wrapper['description'])
  const strict = booleanOf(wrapper['strict'])
  return {
    type: 'json-schema',
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    schema,
    ...(strict === undefined ? {} : { strict }),
  }
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
        json_schema: compact({
          // A name is required and has a narrow alphabet.
          name: (format.name ?? 'response').replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'response',
          description: format.description,
          schema: format.schema,
          strict: format.strict,
        }),
      }
  }
}
