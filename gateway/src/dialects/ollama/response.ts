/** Whole answers, both ways: one object that is the only line of its stream. */

import { answerExtras, GatewayError, isObject, stringOf } from '#core'
import type {
  ChatEvent,
  ChatResponse,
  FinishEvent,
  JsonDraft,
  JsonObject,
  JsonValue,
  NoteSink,
  TokenProbability,
  Usage,
} from '#core'
import { BlockWriter } from '../block-writer.ts'
import type { AnswerContext, DecodeContext } from '../dialect.ts'
import { errorInside } from './errors.ts'
import { decodeFinish, encodeFinish } from './finish.ts'
import { isAnswer, LineReader, restOf, startOf } from './line.ts'
import { encodeLogprobs } from './logprobs.ts'
import { noPlace, onceEach } from './loss.ts'
import { encodeContent } from './message-encode.ts'
import { timestamp } from './timestamp.ts'
import { argumentsObject, parseArguments } from './tool-arguments.ts'
import { decodeUsage, encodeCounters } from './usage.ts'

/** The body; throws the error it reports. */
function answerIn(wire: JsonValue): JsonObject {
  if (!isObject(wire)) throw new GatewayError('bad-answer', "The provider's answer is no JSON object.")
  if (wire['error'] !== undefined && wire['error'] !== null) throw errorInside(wire)
  if (!isAnswer(wire))
    throw new GatewayError('bad-answer', "The provider's answer is not in Ollama's format.")
  if (wire['done'] !== true && stringOf(wire['done_reason']) === undefined) {
    throw new GatewayError('cut-stream', 'The provider ended its answer without finishing it.')
  }
  return wire
}

export function inspectResponse(body: JsonValue): Usage | undefined {
  return decodeUsage(answerIn(body))
}

export function decodeResponse(body: JsonValue, context: DecodeContext): ChatEvent[] {
  const wire = answerIn(body)
  const blocks = new BlockWriter()
  blocks.emit(startOf(wire))
  new LineReader(blocks, context.exchangeId).read(wire)
  blocks.closeAll()
  const usage = decodeUsage(wire)
  if (usage !== undefined) blocks.emit({ type: 'usage', usage })
  const reason = stringOf(wire['done_reason']) || undefined
  blocks.emit({
    type: 'finish',
    ...decodeFinish(reason, blocks.sawToolCall),
    ...blocks.strayTokens(),
    ...answerExtras('ollama', restOf(wire)),
  })
  return blocks.take()
}

export function encodeResponse(response: ChatResponse, context: AnswerContext): JsonObject {
  const said = sayAll(response, context)
  const tokens = response.parts.flatMap((part) => (part.type === 'text' ? (part.probabilities ?? []) : []))
  return encodeLast(said, { finish: response.finish, tokens, usage: response.usage, firstMs: 0 }, context)
}

function sayAll(response: ChatResponse, context: AnswerContext): JsonObject {
  const note = onceEach(context.note)
  const { content, images } = encodeContent(response.parts, '', note)
  const thoughts = response.parts.filter((part) => part.type === 'reasoning')
  if (thoughts.some((part) => part.opaque !== undefined)) note(noPlace('reasoning state'))
  const thinking = thoughts.map((part) => part.text).join('')
  const thought = thinking === '' ? {} : { thinking }
  const calls = response.parts.filter((part) => part.type === 'tool-call')
  if (context.request.operation === 'generate') {
    if (images !== undefined) note(noPlace('media'))
    if (calls.length > 0) {
      note({ kind: 'unsupported', field: 'tool_calls', reason: 'a prompt completion has no calls' })
    }
    return { response: content, ...thought }
  }
  if (calls.some((call) => parseArguments(call.arguments) === undefined)) {
    note({ kind: 'changed', field: 'tool_calls[].arguments', reason: 'the arguments are no JSON object' })
  }
  const said = calls.map(({ id, name, arguments: text }) => ({
    id,
    function: { name, arguments: argumentsObject(text) },
  }))
  return {
    message: {
      role: 'assistant',
      content,
      ...thought,
      ...(images === undefined ? {} : { images }),
      ...(said.length === 0 ? {} : { tool_calls: said }),
    },
  }
}

interface Ending {
  readonly finish: Omit<FinishEvent, 'type'>
  /** Of text that was not said on lines of its own. */
  readonly tokens?: readonly TokenProbability[]
  readonly usage: Usage | undefined
  /** When the first content went out, 0 where it is not known. */
  readonly firstMs: number
}

/** The last object of an answer: what is still to say, why it ended, and the counters measured here. */
export function encodeLast(said: JsonObject, ending: Ending, context: AnswerContext): JsonObject {
  const elapsedMs = context.elapsedMs()
  noteCounters(ending.usage, context.note)
  const upstream: JsonDraft = { ...ending.finish.extras?.ollama }
  // An upstream's own sum would leave out what happened on the way to it.
  delete upstream['total_duration']
  const tokens = [...(ending.tokens ?? []), ...(ending.finish.probabilities ?? [])]
  return {
    model: context.model,
    created_at: timestamp(Math.floor(context.startedAt + elapsedMs)),
    ...said,
    ...(tokens.length === 0 ? {} : { logprobs: encodeLogprobs(tokens) }),
    done: true,
    done_reason: encodeFinish(ending.finish, context.note),
    ...(context.request.operation === 'generate' ? { context: [] } : {}),
    ...encodeCounters(ending.usage, elapsedMs, ending.firstMs),
    ...upstream,
  }
}

/** Ollama has one count for what was read and one for what was written. */
function noteCounters(usage: Usage | undefined, note: NoteSink): void {
  if (usage?.reasoningTokens) note(noPlace('usage.reasoning'))
  if (usage?.cacheReadTokens || usage?.cacheWriteTokens) note(noPlace('usage.cache'))
}
