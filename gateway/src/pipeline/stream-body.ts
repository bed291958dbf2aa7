/** Reads a streamed answer: bytes to frames to events, and beside it the whole frames that may pass as they are. */

import { asGatewayError, type ChatEvent, type Framer, GatewayError } from '#core'
import type { Framing, StreamDecoder } from '#dialects'
import type { WholeFrames } from '#transport'
import { bytesOfFrames } from './before-failure.ts'
import { framerOf, type Framers } from './framing.ts'
import { RepeatedFrames } from './repeated-frames.ts'

export interface Portion {
  readonly events: readonly ChatEvent[]
  readonly raw: Buffer | undefined
  /** What came whole in the same piece as the failure that this one tells: bytes that may pass. */
  readonly before?: Portion
}

export interface StreamBodyParts {
  readonly framing: Framing
  readonly framers: Framers
  readonly decoder: StreamDecoder
  /** The bytes go on to the client as they are. */
  readonly forward: boolean
  /** Every event is wanted, also of frames that differ in their text alone. */
  readonly complete: boolean
  /** Somebody listens to every event though the bytes pass as they are. */
  readonly heard: boolean
}

export class StreamBody {
  readonly #parts: StreamBodyParts
  readonly #framer: Framer
  readonly #frames: WholeFrames
  readonly #repeated: RepeatedFrames | undefined
  /** The terminal event has come out. */
  over = false
  /** Of the piece that is read, the frames before the one that failed, and what they say. */
  #goodFrames = 0
  #goodEvents = 0

  constructor(parts: StreamBodyParts) {
    this.#parts = parts
    const { decoder, complete, forward, framing, framers } = parts
    this.#framer = framerOf(framing, framers)
    this.#frames = framers.wholeFrames(framing)
    this.#repeated =
      decoder.repeats === true && !complete ? new RepeatedFrames(!forward || parts.heard) : undefined
  }

  push(chunk: Buffer): Portion {
    const whole = this.#frames.push(chunk)
    const raw = this.#parts.forward ? whole : undefined
    // Nothing is left over from before, and nothing of this piece either.
    const complete = whole === chunk && !this.over
    const repeats = complete ? this.#repeated?.read(chunk) : undefined
    const events = repeats ?? this.#readAll(chunk, complete)
    return raw !== undefined && this.#goodFrames > 0 ? this.#failed(events, raw) : { events, raw }
  }

  /** How a provider packs its bytes is no reason to lose any of the answer. */
  #failed(events: readonly ChatEvent[], raw: Buffer): Portion {
    const { framing, framers } = this.#parts
    const end = bytesOfFrames(raw, this.#goodFrames, framing, framers)
    this.#goodFrames = 0
    if (end === 0) return { events, raw }
    const before = { events: events.slice(0, this.#goodEvents), raw: raw.subarray(0, end) }
    return { events: events.slice(this.#goodEvents), raw: undefined, before }
  }

  #readAll(chunk: Buffer, complete: boolean): ChatEvent[] {
    const { decoder } = this.#parts
    const events: ChatEvent[] = []
    // Those that were read, and what they said.
    let count = 0
    let said = 0
    try {
      for (const frame of this.#framer.push(chunk)) {
        for (const event of decoder.push(frame)) events.push(event)
        if (events.at(-1)?.type === 'error') break
        count++
        said = events.length
      }
    } catch (thrown) {
      if (!this.over) events.push({ type: 'error', error: badAnswer(thrown) })
    }
    if (complete) this.#repeated?.learn(chunk, count, events)
    else this.#repeated?.forget()
    const told = this.#untilTerminal(events)
    if (told.at(-1)?.type === 'error') {
      this.#goodFrames = count
      this.#goodEvents = said
    }
    return told
  }

  /** The bytes ended. Always leaves the stream over. */
  end(): Portion {
    const { decoder, forward } = this.#parts
    const events: ChatEvent[] = []
    try {
      for (const frame of this.#framer.end()) events.push(...decoder.push(frame))
    } catch {
      // Half a frame at the end is a cut, which the decoder's own end tells.
    }
    if (!events.some(isTerminal)) events.push(...decoder.end())
    if (!this.over && !events.some(isTerminal)) {
      events.push({
        type: 'error',
        error: new GatewayError('cut-stream', 'The provider ended its stream without finishing the answer.'),
      })
    }
    const rest = this.#frames.end()
    return { events: this.#untilTerminal(events), raw: forward ? rest : undefined }
  }

  #untilTerminal(events: ChatEvent[]): ChatEvent[] {
    if (this.over) return []
    const at = events.findIndex(isTerminal)
    if (at === -1) return events
    this.over = true
    return at === events.length - 1 ? events : events.slice(0, at + 1)
  }
}

export function isTerminal(event: ChatEvent): boolean {
  return event.type === 'finish' || event.type === 'error'
}

function badAnswer(thrown: unknown): GatewayError {
  const error = asGatewayError(thrown)
  return error.type === 'internal'
    ? new GatewayError('bad-answer', 'The provider sent something the gateway cannot read.', {
        cause: thrown,
      })
    : error
}
