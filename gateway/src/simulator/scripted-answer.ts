/** A scripted model answer as bytes, with its mishaps in place. Worded once and kept: benchmarks ask for it again and again. */

import { Buffer } from 'node:buffer'
import { GatewayError, isContent, type ChatEvent, type ChatRequest } from '#core'
import type { AnswerContext, Dialect } from '#dialects'
import { answerContext, answerFrames, wholeBody, type AnswerFrame } from './answer-frames.ts'
import { eventStreamMessage } from './event-stream.ts'
import type { ModelAnswer } from './script.ts'
import { scriptedEvents } from './scripted-events.ts'

export interface WordedStream {
  readonly frames: readonly AnswerFrame[]
  /** What happens after the last frame. */
  readonly ending: 'end' | 'cut' | 'stall'
}

export interface WordedWhole {
  readonly status: number
  readonly bytes: Uint8Array
  /** Bytes to send before `ending`; fewer than all when something happens in the middle. */
  readonly sent: number
  readonly ending: 'end' | 'cut' | 'stall'
}

export function wordStream(dialect: Dialect, answer: ModelAnswer, request: ChatRequest): WordedStream {
  const events = scriptedEvents(answer, request.model)
  const heard = answer.noTerminator ? events.filter((event) => event.type !== 'finish') : events
  const frames = [...answerFrames(dialect, withError(answer, heard), contextOf(request))]
  if (answer.malformedAfter !== undefined) {
    frames.splice(placeAfter(frames, answer.malformedAfter), 0, { bytes: garbage(dialect), content: false })
  }
  const stop = answer.cutAfter ?? answer.stallAfter
  if (stop === undefined) return { frames, ending: 'end' }
  return {
    frames: frames.slice(0, placeAfter(frames, stop)),
    ending: answer.cutAfter === undefined ? 'stall' : 'cut',
  }
}

export function wordWhole(dialect: Dialect, answer: ModelAnswer, request: ChatRequest): WordedWhole {
  const context = contextOf(request)
  if (answer.errorAfter !== undefined) {
    const error = dialect.errors.encode(errorOf(answer), context.exchangeId)
    const bytes = Buffer.from(JSON.stringify(error.body))
    return { status: error.status, bytes, sent: bytes.length, ending: 'end' }
  }
  const bytes = wholeBody(dialect, scriptedEvents(answer, request.model), context)
  const half = Math.floor(bytes.length / 2)
  if (answer.malformedAfter !== undefined) {
    return { status: 200, bytes: bytes.subarray(0, half), sent: half, ending: 'end' }
  }
  if (answer.cutAfter !== undefined) return { status: 200, bytes, sent: half, ending: 'cut' }
  if (answer.stallAfter !== undefined) return { status: 200, bytes, sent: half, ending: 'stall' }
  return { status: 200, bytes, sent: bytes.length, ending: 'end' }
}

// The same bytes for the same script, so the moment is as fixed as the text. 2025-01-01.
function contextOf(request: ChatRequest): AnswerContext {
  return answerContext(request, 'scripted', 1_735_689_600_000)
}

/** Puts the scripted error behind so many content-bearing events, at the latest where the answer would finish. */
function* withError(answer: ModelAnswer, events: readonly ChatEvent[]): Generator<ChatEvent> {
  const after = answer.errorAfter
  if (after === undefined) return yield* events
  let left = after
  for (const event of events) {
    if (event.type === 'finish' || (left <= 0 && isContent(event))) break
    yield event
    if (isContent(event)) left--
  }
  yield { type: 'error', error: errorOf(answer) }
}

function errorOf(answer: ModelAnswer): GatewayError {
  const { type = 'overloaded', message = 'The simulated provider failed in the middle of its answer.' } =
    answer.error ?? {}
  return new GatewayError(type, message)
}

/** Index behind the n-th content frame; for 0, of the first. */
function placeAfter(frames: readonly AnswerFrame[], n: number): number {
  let seen = 0
  let behindLast = frames.length
  for (const [i, frame] of frames.entries()) {
    if (!frame.content) continue
    if (n === 0) return i
    behindLast = i + 1
    if (++seen === n) return i + 1
  }
  return behindLast
}

function garbage(dialect: Dialect): Uint8Array {
  switch (dialect.framing) {
    case 'sse':
      return Buffer.from('data: {"broken": "fra\n\n')
    case 'ndjson':
      return Buffer.from('{"broken": "fra\n')
    case 'event-stream':
      return eventStreamMessage('contentBlockDelta', '{"broken": "fra')
  }
}
