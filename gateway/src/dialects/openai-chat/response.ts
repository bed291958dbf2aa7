/** A whole answer, both ways. Decoding feeds the message to the same reader as the stream's deltas. */

import {
  answerExtras,
  type ChatEvent,
  type ChatResponse,
  GatewayError,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  numberOf,
  objectOf,
  stringOf,
  type Usage,
} from '#core'
import type { AnswerContext, DecodeContext } from '../dialect.ts'
import { decodeSources } from './annotations.ts'
import { reportedError } from './answer-error.ts'
import { encodeMessage } from './answer-message.ts'
import { compact, restOf, spareOf, fieldSet } from './extra-fields.ts'
import { decodeFinish, encodeFinish } from './finish.ts'
import { decodeLogprobs, encodeLogprobs, tokensOf } from './logprobs.ts'
import { MessageReader } from './message-reader.ts'
import { countUsage, decodeUsage, encodeUsage } from './usage.ts'

const BODY = fieldSet('id object created model choices usage error')
const CHOICE = fieldSet('index message delta text finish_reason stop_reason logprobs')
const MESSAGE = fieldSet(
  'role content refusal tool_calls function_call annotations images audio reasoning ' +
    'reasoning_content reasoning_text reasoning_details thinking',
)

/** The body and its choice; throws the error the body reports. */
function answerIn(wire: JsonValue): { wire: JsonObject; choice: JsonObject } {
  const error = reportedError(wire)
  if (error !== undefined) throw error
  const choice = isObject(wire) ? firstChoice(wire) : undefined
  if (!isObject(wire) || choice === undefined) {
    throw new GatewayError(
      'bad-answer',
      'The provider answered with something that is not a chat completion.',
    )
  }
  if (choice['finish_reason'] === 'error') {
    throw new GatewayError('provider-error', 'The provider failed while answering.')
  }
  return { wire, choice }
}

export function inspectResponse(body: JsonValue): Usage | undefined {
  const usage = usageOf(answerIn(body).wire)
  return usage === undefined ? undefined : countUsage(usage)
}

export function decodeResponse(body: JsonValue, context: DecodeContext): ChatEvent[] {
  const { wire, choice } = answerIn(body)
  const message = objectOf(choice['message']) ?? objectOf(choice['delta']) ?? textMessage(choice) ?? {}
  const reader = new MessageReader(context)
  reader.writer.emit(startOf(wire))
  const logprobs = decodeLogprobs(choice['logprobs'])
  reader.push(message, logprobs)
  for (const citation of decodeSources(wire)) reader.cite(citation)
  reader.end()
  const usage = usageOf(wire)
  if (usage !== undefined) reader.writer.emit({ type: 'usage', usage: decodeUsage(usage) })
  const raw = stringOf(choice['finish_reason']) || undefined
  const seen = { toolCall: reader.writer.sawToolCall, refusal: reader.refusal }
  const rest = answerRest(wire, choice, message, logprobs?.rest)
  reader.writer.emit({
    type: 'finish',
    ...decodeFinish(raw, stringOf(choice['stop_reason']), seen),
    ...reader.writer.strayTokens(),
    ...answerExtras('openai-chat', rest),
  })
  return reader.writer.take()
}

/** What `/completions` gives in place of a message. */
export function textMessage({ text }: JsonObject): JsonObject | undefined {
  return typeof text === 'string' ? { content: text } : undefined
}

/** The choice with index 0; alternatives are not translated. */
export function firstChoice(wire: JsonObject): JsonObject | undefined {
  const choices = wire['choices']
  if (!Array.isArray(choices)) return undefined
  const first: JsonValue | undefined = choices[0]
  // Checked apart: this runs for every chunk of a stream.
  if (choices.length === 1) return isObject(first) && !first['index'] ? first : undefined
  return choices.find((choice) => isObject(choice) && !choice['index'])
}

export function startOf(wire: JsonObject): ChatEvent {
  const id = stringOf(wire['id'])
  const model = stringOf(wire['model'])
  const created = numberOf(wire['created'])
  return {
    type: 'start',
    ...(id ? { id } : {}),
    ...(model ? { model } : {}),
    ...(created ? { created } : {}),
  }
}

/** Groq puts it into `x_groq` when streaming. */
export function usageOf(wire: JsonObject): JsonObject | undefined {
  const usage = wire['usage']
  if (isObject(usage)) return usage
  const groq = wire['x_groq']
  return isObject(groq) ? objectOf(groq['usage']) : undefined
}

/** Fields only this dialect knows; those of the choice and of the message under marks. */
export function answerRest(
  wire: JsonObject,
  choice: JsonObject,
  message: JsonObject,
  logprobs?: JsonObject,
): JsonDraft | undefined {
  const marks = compact({
    '~choice': restOf(choice, CHOICE),
    '~message': restOf(message, MESSAGE),
    '~logprobs': logprobs,
  })
  return restOf(wire, BODY, Object.keys(marks).length === 0 ? undefined : marks)
}

export function encodeResponse(response: ChatResponse, context: AnswerContext): JsonDraft {
  const { finish } = response
  const own = finish.extras?.['openai-chat']
  const legacy = isLegacy(context)
  const toolCall = response.parts.some((part) => part.type === 'tool-call')
  const texts = response.parts.filter((part) => part.type === 'text')
  const content = [...tokensOf(texts, false), ...(finish.probabilities ?? [])]
  return {
    id: `chatcmpl-${context.exchangeId}`,
    object: 'chat.completion',
    created: Math.floor(context.startedAt / 1000),
    model: context.model,
    choices: [
      {
        index: 0,
        message: { ...objectOf(own?.['~message']), ...encodeMessage(response, context, legacy) },
        logprobs: encodeLogprobs(content, tokensOf(texts, true), objectOf(own?.['~logprobs'])),
        ...objectOf(own?.['~choice']),
        finish_reason: encodeFinish(finish, toolCall, legacy, context.note),
      },
    ],
    usage: encodeUsage(response.usage),
    ...spareOf(finish),
  }
}

/** The client asked with `functions`: it reads `function_call`. */
export function isLegacy(context: AnswerContext): boolean {
  return context.request.extras?.['openai-chat']?.['~legacy'] === true
}
