/** The shape an answer must have: the provider's own structured output, or an instruction at the end of the system prompt. */

import { isObject, stringOf } from '#core'
import type { ChatRequest, JsonObject, ResponseFormat } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { lowerSchema } from './schema.ts'
import { markOf } from './wire.ts'

/** `output_config.format`, or `output_format` as it was called before. */
export function formatOf(wire: JsonObject): JsonObject | undefined {
  const config = wire['output_config']
  const format = (isObject(config) ? config['format'] : undefined) ?? wire['output_format']
  return isObject(format) ? format : undefined
}

export function decodeFormat(format: JsonObject | undefined): { responseFormat?: ResponseFormat } {
  if (format === undefined || format['type'] !== 'json_schema' || !isObject(format['schema'])) return {}
  const name = stringOf(format['name'])
  return {
    responseFormat: {
      type: 'json-schema',
      ...(name === undefined ? {} : { name }),
      schema: format['schema'],
    },
  }
}

export interface FormatPlan {
  /** For `output_config`. */
  readonly format?: JsonObject
  /** For the system prompt. */
  readonly instruction?: string
}

export function planFormat(request: ChatRequest, context: EncodeContext): FormatPlan {
  const wanted = request.responseFormat
  if (wanted === undefined || wanted.type === 'text') return {}
  const { structuredOutput } = context.traits
  const native = markOf(request, '~format')
  // What a client of this dialect asked for goes as it came, unless the target is known not to have it.
  if (structuredOutput !== false && isObject(native)) return { format: native }
  if (wanted.type === 'json-schema' && structuredOutput) {
    const schema = lowerSchema(wanted.schema)
    if (schema !== undefined) return { format: { type: 'json_schema', schema } }
  }
  context.note({
    kind: 'changed',
    field: 'response_format',
    reason: 'said as an instruction in the system prompt',
  })
  return { instruction: instructionFor(wanted) }
}

function instructionFor(wanted: Exclude<ResponseFormat, { readonly type: 'text' }>): string {
  const plain = 'Answer with one JSON value and nothing else: no prose around it and no code fence.'
  return wanted.type === 'json'
    ? plain
    : `${plain} It must match this JSON Schema:\n${JSON.stringify(wanted.schema)}`
}
