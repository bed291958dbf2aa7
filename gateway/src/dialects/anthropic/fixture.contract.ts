/** What this room's tests hand to the codecs. */

import { fold, stringOf, unfold } from '#core'
import type { ChatEvent, ChatRequest, ChatResponse, JsonObject, JsonValue, Message, Note } from '#core'
import type { AnswerContext, DecodeContext, EncodeContext, Traits } from '../dialect.ts'
import { decodeFrames, framesOf } from '../frames.contract.ts'
import { anthropic } from './index.ts'

export const DECODE: DecodeContext = { provider: 'an', exchangeId: 'x1' }

export function encodeContext(traits: Traits = {}, model = 'up', notes: Note[] = []): EncodeContext {
  return { model, provider: 'an', traits, note: (note) => notes.push(note) }
}

export function answerContext(request?: Partial<ChatRequest>, notes: Note[] = []): AnswerContext {
  return {
    exchangeId: 'x1',
    model: 'asked',
    startedAt: 0,
    request: { model: 'asked', stream: true, messages: [], ...request },
    elapsedMs: () => 1,
    note: (note) => notes.push(note),
  }
}

/** A neutral request as it reaches the upstream. */
export function sent(request: Partial<ChatRequest>, traits: Traits = {}, notes: Note[] = []): JsonObject {
  const whole: ChatRequest = { model: 'm', stream: false, messages: [user('hi')], ...request }
  return anthropic.chat.encodeRequest(whole, encodeContext(traits, 'up', notes))
}

export function sentMessages(
  messages: readonly Message[],
  traits: Traits = {},
  notes: Note[] = [],
): JsonValue | undefined {
  return sent({ messages }, traits, notes)['messages']
}

/** A client's body through our request codec and out again. */
export function throughRequest(wire: JsonObject, traits: Traits = {}, notes: Note[] = []): JsonObject {
  return anthropic.chat.encodeRequest(
    anthropic.chat.decodeRequest(wire, 'chat'),
    encodeContext(traits, 'up', notes),
  )
}

export function decoded(wire: JsonObject): ChatRequest {
  return anthropic.chat.decodeRequest({ model: 'm', max_tokens: 9, ...wire }, 'chat')
}

export function user(text: string): Message {
  return { role: 'user', parts: [{ type: 'text', text }] }
}

export function assistant(text: string): Message {
  return { role: 'assistant', parts: [{ type: 'text', text }] }
}

export function calls(...ids: readonly string[]): Message {
  return {
    role: 'assistant',
    parts: ids.map((id) => ({ type: 'tool-call', id, name: 'f', arguments: '{}' })),
  }
}

export function results(...ids: readonly string[]): Message {
  return {
    role: 'tool',
    parts: ids.map((id) => ({
      type: 'tool-result',
      callId: id,
      content: [{ type: 'text', text: `of ${id}` }],
    })),
  }
}

/** The client's stream, read back item by item. */
export function streamed(
  events: readonly ChatEvent[],
  context = answerContext(),
): { event: string; data: JsonObject }[] {
  const encoder = anthropic.chat.streamEncoder(context)
  const text = events.map((event) => encoder.push(event)).join('')
  return framesOf(new TextEncoder().encode(text), 'sse', []).map((frame) => ({
    event: frame.event ?? '',
    data: JSON.parse(frame.data) as JsonObject, // our own encoder's output
  }))
}

/** A server's stream of these items, decoded. */
export function understood(...items: readonly JsonObject[]): ChatEvent[] {
  return decodeFrames(
    anthropic.chat.streamDecoder(DECODE),
    items.map((item) => ({ event: stringOf(item['type']), data: JSON.stringify(item) })),
  )
}

export function answer(parts: ChatResponse['parts'], more: Partial<ChatResponse> = {}): ChatResponse {
  return fold(unfold({ start: { id: 'chatcmpl-1' }, parts, finish: { reason: 'stop' }, ...more }))
}

export function body(response: ChatResponse): JsonObject {
  return anthropic.chat.encodeResponse(response, answerContext())
}
