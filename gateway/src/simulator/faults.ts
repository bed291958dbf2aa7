/** Scripted answers that are no answer of a model: error statuses, resets, silence, raw bytes, floods. */

import { Buffer } from 'node:buffer'
import type { ChatEvent, ChatRequest } from '#core'
import { answerContext, errorOfStatus, framesIn, STREAM_TYPES } from './answer-frames.ts'
import type { FloodAnswer, RawAnswer, RawChunk, ResetAnswer, StatusAnswer } from './script.ts'
import { dialectOf, errorDialect, type Visit } from './visit.ts'
import { headerMap } from './wire.ts'
import type { SimulatedDialect } from './surface.ts'

export async function playStatus(visit: Visit, answer: StatusAnswer): Promise<void> {
  const { wire, record, surface } = visit
  await wire.pause(answer.headersDelayMs ?? 0)
  const worded = errorDialect(surface).errors.encode(errorOfStatus(answer.status), `sim-${record.id}`)
  const body = answer.body ?? worded.body
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
  const own = answer.body === undefined ? headerMap(worded.headers) : {}
  wire.answer(answer.status, { 'content-type': type, ...own, ...answer.headers }, Buffer.from(text))
}

/** `on-connect` is played by the server as soon as the request line is known. */
export async function playReset(visit: Visit, answer: ResetAnswer): Promise<void> {
  const { wire, surface } = visit
  if (answer.when === 'after-headers') {
    const framing = surface === undefined ? 'sse' : dialectOf(surface.dialect).framing
    wire.head(200, { 'content-type': STREAM_TYPES[framing] })
    wire.flushHead()
  }
  await wire.reset()
}

export async function playRaw(visit: Visit, answer: RawAnswer): Promise<void> {
  const { wire } = visit
  wire.head(answer.status, answer.headers)
  wire.flushHead()
  for (const [n, chunk] of answer.chunks.entries()) {
    if (n > 0) await wire.pause(answer.gapMs ?? 0)
    if (wire.gone) return
    await wire.write(bytesOf(chunk))
    await wire.turn()
  }
  wire.end()
}

function bytesOf(chunk: RawChunk): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk)
  return chunk instanceof Uint8Array ? chunk : Buffer.from(chunk.base64, 'base64')
}

/** Frames written between two turns of the event loop: a flood that never let go would stall every other answer. */
const FRAMES_PER_TURN = 16

export async function playFlood(
  visit: Visit,
  answer: FloodAnswer,
  request: ChatRequest,
  on: SimulatedDialect,
): Promise<void> {
  const { wire, record } = visit
  const dialect = dialectOf(on)
  const encoder = dialect.chat.streamEncoder(answerContext(request, `flood-${record.id}`, record.startedAt))
  const bytesFor = (event: ChatEvent) => Buffer.concat(framesIn(encoder.push(event), dialect))
  const say = (event: ChatEvent) => wire.write(bytesFor(event))
  wire.head(200, { 'content-type': STREAM_TYPES[dialect.framing] })
  await say({ type: 'start', model: request.model })
  await say({ type: 'text-start', index: 0 })
  const delta = bytesFor({ type: 'text-delta', index: 0, text: 'flood '.repeat(160) })
  let words = 0
  while (record.bytesSent < answer.bytes && !wire.gone) {
    await wire.write(delta)
    words += 160
    if (words % (160 * FRAMES_PER_TURN) === 0) await wire.turn()
  }
  await say({ type: 'text-end', index: 0 })
  await say({ type: 'usage', usage: { inputTokens: 10, outputTokens: words } })
  await say({ type: 'finish', reason: 'stop' })
  wire.end()
}
