/** A whole answer, decoded. Its items go through the same reader as the pieces of a stream. */

import {
  answerExtras,
  arrayOf,
  type ChatEvent,
  GatewayError,
  isObject,
  type JsonObject,
  type JsonValue,
  numberOf,
  objectOf,
  stringOf,
} from '#core'
import type { DecodeContext } from '../dialect.ts'
import { reportedError } from './answer-error.ts'
import { NAME, restOf } from './extra-fields.ts'
import { decodeFinish } from './finish.ts'
import { OutputReader } from './output-reader.ts'
import { decodeUsage } from './usage.ts'

/** What we write ourselves, or what only repeats the request. */
const KNOWN = new Set(
  (
    'id object created_at completed_at model status output output_text usage error incomplete_details instructions ' +
    'max_output_tokens parallel_tool_calls previous_response_id reasoning store temperature text tool_choice tools top_p ' +
    'truncation user metadata background'
  ).split(' '),
)

export function decodeResponse(wire: JsonValue, context: DecodeContext): ChatEvent[] {
  const error = reportedError(wire)
  if (error !== undefined) throw error
  const output = isObject(wire) ? arrayOf(wire['output']) : undefined
  if (!isObject(wire) || output === undefined)
    throw new GatewayError('bad-answer', 'The provider answered with something that is not a response.')
  const reader = new OutputReader(context)
  reader.writer.emit(startOf(wire))
  reader.list(output.filter(isObject))
  reader.end()
  const status = stringOf(wire['status']) ?? 'completed'
  for (const event of finishEvents(wire, status, reader)) reader.writer.emit(event)
  return reader.writer.take()
}

export function startOf(response: JsonObject): ChatEvent {
  const id = stringOf(response['id'])
  const model = stringOf(response['model'])
  const created = numberOf(response['created_at'])
  return {
    type: 'start',
    ...(id ? { id } : {}),
    ...(model ? { model } : {}),
    ...(created ? { created } : {}),
  }
}

export function finishEvents(response: JsonObject, status: string, reader: OutputReader): ChatEvent[] {
  const usage = objectOf(response['usage'])
  const reason = stringOf(objectOf(response['incomplete_details'])?.['reason'])
  const seen = { toolCall: reader.writer.sawToolCall, refusal: reader.refusal }
  return [
    ...(usage === undefined ? [] : [{ type: 'usage', usage: decodeUsage(usage) } as const]),
    {
      type: 'finish',
      ...decodeFinish(status, reason, seen),
      ...answerExtras(NAME, restOf(response, KNOWN).extras?.[NAME]),
    },
  ]
}
