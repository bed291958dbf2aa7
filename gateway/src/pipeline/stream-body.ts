/** Reads a streamed answer: bytes to frames to events, and beside it the whole frames that may pass as they are. */

import { asGatewayError, type ChatEvent, type Framer, GatewayError } from '#core'
import type { StreamDecoder } from '#dialects'
import type { WholeFrames } from '#transport'
import { RepeatedFrames } from './repeated-frames.ts'

export interface Portion {
  readonly events: readonly ChatEvent[]
  readonly raw: Buffer | undefined
}

export interface StreamBodyParts {
  readonly framer: Framer
  readonly decoder: StreamDecoder
  readonly frames: WholeFrames
  /** The bytes go on to the client as they are. */
  readonly forward: boolean
  /** Every event is wanted, also of frames that differ in their text alone. */
  readonly complete: boolean
  /** Somebody listens to every event though the bytes pass as they are. */
  readonly heard: boolean
}

export class StreamBody {
  readonly #parts: StreamBodyParts
  readonly #repeated: RepeatedFrames | undefined
  /** The terminal event has come out. */
  over = false

  constructor(parts: StreamBodyParts) {
    this.#parts = parts
    const { decoder, complete, forward } = parts
    this.#repeated =
      decoder.repeats === true && !complete ? new RepeatedFrames(!forward || parts.heard) : undefined
  }

  push(chunk: Buffer): Portion {
    const { frames, forward } = this.#parts
    const whole = frames.push(chunk)
    const raw = forward ? whole : undefined
    // Nothing is left over from before, and nothing of this piece either.
    const complete = whole === chunk && !this.over
    const repeats = complete ? this.#repeated?.read(chunk) : undefined
    return { events: repeats ?? this.#readAll(chunk, complete), raw }
  }

  #readAll(chunk: Buffer, complete: boolean): ChatEvent[] {
    const { framer, decoder } = this.#parts
    const events: ChatEvent[] = []
    let count = 0
    try {
      for (const frame of framer.push(chunk)) {
        count++
        for (const event of decoder.push(frame)) events.push(event)
      }
    } catch (thrown) {
      if (!this.over) events.push({ type: 'error', error: badAnswer(thrown) })
    }
    if (complete) this.#repeated?.learn(chunk, count, events)
    else this.#repeated?.forget()
    return this.#untilTerminal(events)
  }

  /** The bytes ended. Always leaves the stream over. */
  end(): Portion {
    const { framer, decoder, frames, forward } = this.#parts
    const events: ChatEvent[] = []
    try {
      for (const frame of framer.end()) events.push(...decoder.push(frame))
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
    const rest = frames.end()
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
