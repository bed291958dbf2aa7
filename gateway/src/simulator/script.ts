/** What a scripted provider does: plain data, so that a script can also arrive as JSON. */

import type { ErrorType, FinishReason, Usage } from '#core'
import type { RecordedRequest } from './requests.ts'
import type { HeaderMap } from './wire.ts'

/**
 * Answers in the order of the requests, the last one for ever; or a function of the request and its number (from 0).
 * Only requests for an answer use one up: side questions (model list, token count) see the next one without taking it.
 */
export type Script = ScriptedAnswer | readonly ScriptedAnswer[] | ScriptFunction
export type ScriptFunction = (request: RecordedRequest, n: number) => ScriptedAnswer | Promise<ScriptedAnswer>

export type ScriptedAnswer =
  | ModelAnswer
  | StatusAnswer
  | ResetAnswer
  | SilenceAnswer
  | RawAnswer
  | FloodAnswer
  | EchoAnswer

/** An answer of the model, worded in the dialect of the path, whole or streamed as the request asks. */
export interface ModelAnswer extends Content, Pace, Mishaps {
  readonly kind: 'answer'
  /** Forces the wrong mode: `sse` streams (in the dialect's framing), `json` answers whole. */
  readonly as?: 'sse' | 'json'
  readonly headers?: HeaderMap
}

export interface Content {
  readonly text?: string
  /** Number of text deltas. Default: one per word of `text`. */
  readonly deltas?: number
  /** The text of every delta, instead of `text`. */
  readonly deltaText?: string
  readonly reasoning?: string
  readonly toolCalls?: readonly ScriptedToolCall[]
  /** `false`: the provider does not say. */
  readonly usage?: Usage | false
  /** Told in a stream to those as well who did not ask, in dialects where one asks. */
  readonly usageUnasked?: boolean
  readonly finish?: FinishReason
  /** Default: the model asked for. */
  readonly model?: string
}

export interface ScriptedToolCall {
  readonly id?: string
  readonly name: string
  /** An object is printed; a string goes as it is, valid or not. */
  readonly arguments: string | object
  /** Number of pieces the arguments come in. Default 1. */
  readonly fragments?: number
}

export interface Pace {
  readonly headersDelayMs?: number
  readonly firstTokenDelayMs?: number
  readonly gapMs?: number
  /** Bytes per write. */
  readonly drip?: number
  /** Writes all events in one turn of the event loop. Default: each event travels alone. */
  readonly burst?: boolean
}

/** What goes wrong, each after this many content-bearing frames. In a whole answer: in the middle of the body. */
export interface Mishaps {
  /** The connection ends. */
  readonly cutAfter?: number
  /** Nothing more comes, the connection stays. */
  readonly stallAfter?: number
  /** One frame of garbage, then on as if nothing had happened. A whole answer ends in the middle. */
  readonly malformedAfter?: number
  /** The dialect's error inside the stream. A whole answer becomes an error answer. */
  readonly errorAfter?: number
  readonly error?: { readonly type?: ErrorType; readonly message?: string }
  /** The bytes end properly but the dialect's finish and terminator are missing. */
  readonly noTerminator?: boolean
}

/** An error answer. Without a body, one in the dialect's own shape. */
export interface StatusAnswer {
  readonly kind: 'status'
  readonly status: number
  readonly headers?: HeaderMap
  readonly body?: string | object
  readonly headersDelayMs?: number
}

/** A TCP reset. `on-connect` comes as soon as the request line names the script, with the body unread. */
export interface ResetAnswer {
  readonly kind: 'reset'
  readonly when: 'on-connect' | 'before-headers' | 'after-headers'
}

/** Never answers. */
export interface SilenceAnswer {
  readonly kind: 'silence'
}

/** These very bytes, one write each. In JSON, bytes are `{"base64": "…"}`. */
export interface RawAnswer {
  readonly kind: 'raw'
  readonly status: number
  readonly headers: HeaderMap
  readonly chunks: readonly RawChunk[]
  readonly gapMs?: number
}

export type RawChunk = string | Uint8Array | { readonly base64: string }

/** A fast text stream of at least this many bytes that waits whenever the socket is full. */
export interface FloodAnswer {
  readonly kind: 'flood'
  readonly bytes: number
}

/** Takes the body piece by piece and keeps none of it. In lists only: a function is asked when the body is complete. */
export interface EchoAnswer {
  readonly kind: 'echo'
  /** `body`: the same bytes back as they come, under the same type. `digest`: JSON that tells their number and SHA-256. */
  readonly as: 'body' | 'digest'
  /** Between two pieces of the request. */
  readonly gapMs?: number
}
