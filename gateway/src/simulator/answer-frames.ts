/** Events worded by a dialect's encoder: as frames of a stream, or as the body of a whole answer. */

import { Buffer } from 'node:buffer'
import { fold, GatewayError, isContent, type ChatEvent, type ChatRequest, type ErrorType } from '#core'
import type { AnswerContext, Dialect } from '#dialects'
import { eventStreamMessages } from './event-stream.ts'

export interface AnswerFrame {
  readonly bytes: Uint8Array
  /** Carries something a person would see. */
  readonly content: boolean
}

export const STREAM_TYPES = {
  sse: 'text/event-stream; charset=utf-8',
  ndjson: 'application/x-ndjson',
  'event-stream': 'application/vnd.amazon.eventstream',
} as const

/** Milliseconds are zero and notes go nowhere: the simulator is the end of the road and answers the same way twice. */
export function answerContext(request: ChatRequest, id: string, startedAt: number): AnswerContext {
  return { exchangeId: id, model: request.model, startedAt, request, elapsedMs: () => 0, note: () => {} }
}

export function wholeBody(dialect: Dialect, events: Iterable<ChatEvent>, context: AnswerContext): Uint8Array {
  return Buffer.from(JSON.stringify(dialect.chat.encodeResponse(fold(events), context)))
}

/** One packet's worth each: an encoder may word one event as several frames, or several events as one. */
export function* answerFrames(
  dialect: Dialect,
  events: Iterable<ChatEvent>,
  context: AnswerContext,
): Generator<AnswerFrame> {
  const encoder = dialect.chat.streamEncoder(context)
  // An encoder may hold content back (a tool call until it is complete): the next text it writes carries it.
  let owed = false
  for (const event of events) {
    owed ||= isContent(event)
    const frames = framesIn(encoder.push(event), dialect)
    for (const [i, bytes] of frames.entries()) {
      yield { bytes, content: owed && i === frames.length - 1 }
    }
    if (frames.length > 0) owed = false
  }
}

/** What an encoder wrote, as the frames that go out. */
export function framesIn(text: string, { framing }: Dialect): Uint8Array[] {
  if (framing === 'event-stream') return eventStreamMessages(text)
  const frames = text.match(framing === 'sse' ? /[^]*?\n\n|[^]+$/g : /[^\n]*\n|[^\n]+$/g) ?? []
  return frames.map((frame) => Buffer.from(frame))
}

const TYPE_OF_STATUS: Readonly<Record<number, ErrorType>> = {
  400: 'invalid-request',
  401: 'authentication',
  402: 'billing',
  403: 'permission',
  404: 'model-not-found',
  405: 'method-not-allowed',
  408: 'timeout',
  413: 'too-large',
  422: 'unprocessable',
  429: 'rate-limited',
  500: 'internal',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
}

/** A provider's error of this status. */
export function errorOfStatus(
  status: number,
  message = `The simulated provider answers ${status}.`,
): GatewayError {
  const type = TYPE_OF_STATUS[status] ?? (status < 500 ? 'invalid-request' : 'provider-error')
  return new GatewayError(type, message, { status })
}
