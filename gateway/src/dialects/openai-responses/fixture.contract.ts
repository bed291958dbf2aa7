/** Contexts and shorthands for this folder's tests. */

import type { ChatEvent, ChatRequest, ChatResponse, JsonObject, Note } from '#core'
import { parseJson, isObject, stringOf } from '#core'
import type { AnswerContext, DecodeContext, EncodeContext, Traits } from '../dialect.ts'
import { openaiResponses } from './index.ts'

export const FROM: DecodeContext = { provider: 'up', exchangeId: 'ex-1' }

export function decode(wire: JsonObject): ChatRequest {
  const body = { model: 'm', input: 'hi', ...wire }
  openaiResponses.chat.check(body)
  return openaiResponses.chat.decodeRequest(body)
}

export interface Written {
  readonly body: JsonObject
  readonly input: readonly JsonObject[]
  readonly notes: Note[]
}

export function encode(request: Partial<ChatRequest>, traits: Traits = {}): Written {
  const notes: Note[] = []
  const context: EncodeContext = {
    model: 'up-m',
    provider: 'up',
    traits,
    note: (note) => void notes.push(note),
  }
  const full = { model: 'm', messages: [], stream: false, ...request }
  const body = openaiResponses.chat.encodeRequest(full, context)
  // Every request of ours has a list of items.
  return { body, input: (body['input'] ?? []) as readonly JsonObject[], notes }
}

export function rewrite(wire: JsonObject, traits: Traits = {}): Written {
  return encode(decode(wire), traits)
}

export function client(request: Partial<ChatRequest> = {}, notes: Note[] = []): AnswerContext {
  return {
    exchangeId: 'ex-1',
    model: 'fast',
    startedAt: 1_700_000_000_500,
    request: { model: 'fast', messages: [], stream: true, ...request },
    elapsedMs: () => 1500,
    note: (note) => void notes.push(note),
  }
}

/** Events of a stream given as wire events (objects) and raw frames (strings). */
export function stream(frames: readonly (JsonObject | string)[]): ChatEvent[] {
  const decoder = openaiResponses.chat.streamDecoder(FROM)
  const events = frames.flatMap((frame) =>
    decoder.push({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) }),
  )
  return [...events, ...decoder.end()]
}

/** What our encoder writes for these events: the events of the wire, and the text. */
export function written(
  events: readonly ChatEvent[],
  context = client(),
): { text: string; wire: JsonObject[] } {
  const encoder = openaiResponses.chat.streamEncoder(context)
  const text = events.map((event) => encoder.push(event)).join('')
  return { text, wire: wireOf(text) }
}

export function wireOf(text: string): JsonObject[] {
  return text
    .split('\n\n')
    .map((frame) => parseJson(frame.split('\ndata: ')[1] ?? ''))
    .filter(isObject)
}

export function typesOf(wire: readonly JsonObject[]): string[] {
  return wire.map((event) => (stringOf(event['type']) ?? '').replace('response.', ''))
}

/** Items of an answer of ours, whole. */
export function items(response: ChatResponse, context = client()): readonly JsonObject[] {
  // Every answer of ours has a list of items.
  return openaiResponses.chat.encodeResponse(response, context)['output'] as readonly JsonObject[]
}

export function answer(parts: ChatResponse['parts'], more: Partial<ChatResponse> = {}): ChatResponse {
  return { start: {}, parts, finish: { reason: 'stop' }, ...more }
}

export const START: ChatEvent = { type: 'start', id: 'r', model: 'up-m' }
export const STOP: ChatEvent = { type: 'finish', reason: 'stop' }

export function textEvents(index: number, ...pieces: string[]): ChatEvent[] {
  return [
    { type: 'text-start', index },
    ...pieces.map((text): ChatEvent => ({ type: 'text-delta', index, text })),
    { type: 'text-end', index },
  ]
}

export function callEvents(index: number, id: string, name: string, ...pieces: string[]): ChatEvent[] {
  return [
    { type: 'tool-call-start', index, id, name },
    ...pieces.map((text): ChatEvent => ({ type: 'tool-call-delta', index, arguments: text })),
    { type: 'tool-call-end', index },
  ]
}
