/** The shape an answer must have: `outputConfig`, or an instruction at the end of the system prompt. */

import { isObject, parseJson, stringOf } from '#core'
import type { ChatRequest, JsonObject, JsonValue, ResponseFormat } from '#core'
import { lowerSchema } from '../anthropic/schema.ts'
import type { EncodeContext } from '../dialect.ts'
import { markOf } from './wire.ts'

export function decodeFormat(config: JsonValue | undefined): { responseFormat?: ResponseFormat } {
  const format = isObject(config) ? config['textFormat'] : undefined
  const structure = isObject(format) ? format['structure'] : undefined
  const json = isObject(structure) ? structure['jsonSchema'] : undefined
  if (!isObject(json)) return {}
  // The schema is text here.
  const schema = parseJson(stringOf(json['schema']) ?? '')
  if (!isObject(schema)) return {}
  const name = stringOf(json['name'])
  const description = stringOf(json['description'])
  return {
    responseFormat: {
      type: 'json-schema',
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      schema,
    },
  }
}

export interface FormatPlan {
  readonly outputConfig?: JsonObject
  /** For the system prompt. */
  readonly instruction?: string
}

export function planFormat(request: ChatRequest, context: EncodeContext): FormatPlan {
  const native = markOf(request, '~format')
  // What a client of this dialect asked for goes as it came, unless the target is known not to have it.
  if (isObject(native) && context.traits.structuredOutput !== false) return { outputConfig: native }
  const wanted = request.responseFormat
  if (wanted === undefined || wanted.type === 'text') return {}
  if (wanted.type === 'json-schema' && context.traits.structuredOutput) {
    const schema = lowerSchema(wanted.schema)
    if (schema !== undefined) return { outputConfig: outputConfig(wanted, schema) }
  }
  context.note({
    kind: 'changed',
    field: 'response_format',
    reason: 'said as an instruction in the system prompt',
  })
  return { instruction: instructionFor(wanted) }
}

function outputConfig(
  wanted: Extract<ResponseFormat, { readonly type: 'json-schema' }>,
  schema: JsonObject,
): JsonObject {
  const { name, description } = wanted
  const jsonSchema = {
    schema: JSON.stringify(schema),
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
  }
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } }
}

function instructionFor(wanted: Exclude<ResponseFormat, { readonly type: 'text' }>): string {
  const plain = 'Answer with one JSON value and nothing else: no prose around it and no code fence.'
  return wanted.type === 'json'
    ? plain
    : `${plain} It must match this JSON Schema:\n${JSON.stringify(wanted.schema)}`
}
