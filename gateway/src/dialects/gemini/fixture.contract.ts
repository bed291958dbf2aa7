/** What this room's tests hand to the codecs. */

import { fold, unfold } from '#core'
import type { ChatEvent, ChatRequest, ChatResponse, JsonObject, JsonValue, Message, Note } from '#core'
import type { Address, AnswerContext, DecodeContext, EncodeContext, Traits } from '../dialect.ts'
import { decodeFrames, framesOf } from '../frames.contract.ts'
import { gemini } from './index.ts'

export const DECODE: DecodeContext = { provider: 'go', exchangeId: 'x1' }
export const ADDRESS: Address = { model: 'gemini-x', stream: false }

export function encodeContext(traits: Traits = {}, notes: Note[] = []): EncodeContext {
  return { model: 'up', provider: 'go', traits, note: (note) => notes.push(note) }
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
  return gemini.chat.encodeRequest(whole, encodeContext(traits, notes))
}

export function sentContents(
  messages: readonly Message[],
  traits: Traits = {},
  notes: Note[] = [],
): JsonValue | undefined {
  return sent({ messages }, traits, notes)['contents']
}

export function sentConfig(
  request: Partial<ChatRequest>,
  traits: Traits = {},
  notes: Note[] = [],
): JsonValue | undefined {
  return sent(request, traits, notes)['generationConfig']
}

/** A client's body, checked and decoded. */
export function decoded(wire: JsonObject): ChatRequest {
  const whole = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }], ...wire }
  gemini.chat.check(whole, 'chat', ADDRESS)
  return gemini.chat.decodeRequest(whole, 'chat', ADDRESS)
}

/** A client's body through our request codec and out again. */
export function throughRequest(wire: JsonObject, traits: Traits = {}, notes: Note[] = []): JsonObject {
  return gemini.chat.encodeRequest(decoded(wire), encodeContext(traits, notes))
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

/** A server's answer whose only candidate has these parts. */
export function candidate(parts: readonly JsonObject[], more: JsonObject = {}): JsonObject {
  return { candidates: [{ content: { role: 'model', parts }, ...more }] }
}

/** A server's whole answer, folded. */
export function answered(
  parts: readonly JsonObject[],
  more: JsonObject = { finishReason: 'STOP' },
): ChatResponse {
  return fold(gemini.chat.decodeResponse(candidate(parts, more), DECODE))
}

/** A server's stream of these chunks, decoded. */
export function understood(...chunks: readonly JsonObject[]): ChatEvent[] {
  return decodeFrames(
    gemini.chat.streamDecoder(DECODE),
    chunks.map((chunk) => ({ data: JSON.stringify(chunk) })),
  )
}

/** The text of the client's stream. */
export function streamText(events: readonly ChatEvent[], context = answerContext()): string {
  const encoder = gemini.chat.streamEncoder(context)
  return events.map((event) => encoder.push(event)).join('')
}

/** The client's stream, read back chunk by chunk. */
export function streamed(events: readonly ChatEvent[], context = answerContext()): JsonObject[] {
  return framesOf(new TextEncoder().encode(streamText(events, context)), 'sse', []).map(
    (frame) => JSON.parse(frame.data) as JsonObject, // our own encoder's output
  )
}

export function answer(parts: ChatResponse['parts'], more: Partial<ChatResponse> = {}): ChatResponse {
  return fold(unfold({ start: { id: 'a1' }, parts, finish: { reason: 'stop' }, ...more }))
}

export function body(response: ChatResponse, notes: Note[] = []): JsonObject {
  return gemini.chat.encodeResponse(response, answerContext({}, notes))
}

/** The parts of the only candidate. */
export function partsOf(wire: JsonObject): JsonValue | undefined {
  const [first] = (wire['candidates'] ?? []) as readonly { content: JsonObject }[] // as this dialect's bodies are
  return first?.content['parts']
}
