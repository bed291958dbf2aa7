/** Contexts and shorthands for this folder's tests. */

import type { ChatEvent, ChatRequest, ChatResponse, JsonObject, Note } from '#core'
import type { AnswerContext, DecodeContext, EncodeContext, Traits } from '../dialect.ts'
import { openaiChat } from './index.ts'

export const FROM: DecodeContext = { provider: 'up', exchangeId: 'ex-1' }

/** Decodes a request of this dialect and writes it for a target with these traits. */
export function rewrite(wire: JsonObject, traits: Traits = {}): { body: JsonObject; notes: Note[] } {
  return encode(openaiChat.chat.decodeRequest({ model: 'm', ...wire }), traits)
}

export function encode(
  request: Partial<ChatRequest>,
  traits: Traits = {},
): { body: JsonObject; notes: Note[] } {
  const notes: Note[] = []
  const context: EncodeContext = {
    model: 'up-m',
    provider: 'up',
    traits,
    note: (note) => void notes.push(note),
  }
  const body = openaiChat.chat.encodeRequest({ model: 'm', messages: [], stream: false, ...request }, context)
  return { body, notes }
}

export function client(request: Partial<ChatRequest> = {}, notes: Note[] = []): AnswerContext {
  return {
    exchangeId: 'ex-1',
    model: 'fast',
    startedAt: 1_700_000_000_500,
    request: { model: 'fast', messages: [], stream: true, ...request },
    elapsedMs: () => 0,
    note: (note) => void notes.push(note),
  }
}

/** A stream given as chunks (objects) and raw frames (strings). */
export function stream(frames: readonly (JsonObject | string)[]): ChatEvent[] {
  const decoder = openaiChat.chat.streamDecoder(FROM)
  const events = frames.flatMap((frame) =>
    decoder.push({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) }),
  )
  return [...events, ...decoder.end()]
}

export function delta(fields: JsonObject, finish: string | null = null): JsonObject {
  return {
    id: 'c1',
    created: 7,
    model: 'up-m',
    choices: [{ index: 0, delta: fields, finish_reason: finish }],
  }
}

export function callDelta(call: JsonObject, finish: string | null = null): JsonObject {
  return delta({ tool_calls: [call] }, finish)
}

/** The text our encoder writes for these events, and its frames parsed. */
export function written(
  events: readonly ChatEvent[],
  context: AnswerContext,
): { text: string; chunks: JsonObject[] } {
  const encoder = openaiChat.chat.streamEncoder(context)
  const text = events.map((event) => encoder.push(event)).join('')
  const chunks = text
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'))
    // Every such frame is an object of ours.
    .map((frame) => JSON.parse(frame.slice(6)) as JsonObject)
  return { text, chunks }
}

export function answer(parts: ChatResponse['parts'], more: Partial<ChatResponse> = {}): ChatResponse {
  return { start: {}, parts, finish: { reason: 'stop' }, ...more }
}
