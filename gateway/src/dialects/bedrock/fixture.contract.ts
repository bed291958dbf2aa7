/** What this room's tests hand to the codecs. */

import { fold, unfold } from '#core'
import type { ChatEvent, ChatRequest, ChatResponse, JsonObject, JsonValue, Message, Note } from '#core'
import type { AnswerContext, DecodeContext, EncodeContext, Traits } from '../dialect.ts'
import { decodeFrames, framesOf } from '../frames.contract.ts'
import { bedrock } from './index.ts'

export const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'

export const DECODE: DecodeContext = { provider: 'br', exchangeId: 'x1' }

export function encodeContext(traits: Traits = {}, model = CLAUDE, notes: Note[] = []): EncodeContext {
  return { model, provider: 'br', traits, note: (note) => notes.push(note) }
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

export interface Sending {
  readonly traits?: Traits
  readonly model?: string
  readonly notes?: Note[]
}

/** A neutral request as it reaches the upstream. */
export function sent(request: Partial<ChatRequest>, { traits, model, notes }: Sending = {}): JsonObject {
  const whole: ChatRequest = { model: 'm', stream: false, messages: [user('hi')], ...request }
  return bedrock.chat.encodeRequest(whole, encodeContext(traits, model, notes))
}

export function sentMessages(messages: readonly Message[], sending: Sending = {}): JsonValue | undefined {
  return sent({ messages }, sending)['messages']
}

export function decoded(wire: JsonObject): ChatRequest {
  const messages = [{ role: 'user', content: [{ text: 'hi' }] }]
  return bedrock.chat.decodeRequest({ messages, ...wire }, 'chat', { model: CLAUDE, stream: false })
}

/** A client's body through our request codec and out again. */
export function throughRequest(wire: JsonObject, sending: Sending = {}): JsonObject {
  return bedrock.chat.encodeRequest(
    decoded(wire),
    encodeContext(sending.traits, sending.model, sending.notes),
  )
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

/** The client's stream, read back item by item: each under its type. */
export function streamed(events: readonly ChatEvent[], context = answerContext()): JsonObject[] {
  const encoder = bedrock.chat.streamEncoder(context)
  const text = events.map((event) => encoder.push(event)).join('')
  return framesOf(new TextEncoder().encode(text), 'event-stream', []).map((frame) => ({
    [frame.event ?? '']: JSON.parse(frame.data) as JsonObject, // our own encoder's output
  }))
}

/** A server's stream of these items, each under its type, decoded. */
export function understood(...items: readonly JsonObject[]): ChatEvent[] {
  const frames = items.flatMap((item) =>
    Object.entries(item).map(([event, value]) => ({ event, data: JSON.stringify(value) })),
  )
  return decodeFrames(bedrock.chat.streamDecoder(DECODE), frames)
}

export function answer(parts: ChatResponse['parts'], more: Partial<ChatResponse> = {}): ChatResponse {
  return fold(unfold({ start: {}, parts, finish: { reason: 'stop' }, ...more }))
}

export function body(response: ChatResponse, notes: Note[] = []): JsonObject {
  return bedrock.chat.encodeResponse(response, answerContext({}, notes))
}
