/** Reads a streamed answer: bytes to frames to events, and beside it the whole frames that may pass as they are. */

import { asGatewayError, type ChatEvent, type Framer, GatewayError } from '#core'
import type { StreamDecoder } from '#dialects'
import type { WholeFrames } from '#transport'

export interface Portion {
  readonly events: readonly ChatEvent[]
  readonly raw: Buffer | undefined
}

export class StreamBody {
  readonly #framer: Framer
  readonly #decoder: StreamDecoder
  readonly #frames: WholeFrames | undefined
  /** The terminal event has come out. */
  over = false

  constructor(framer: Framer, decoder: StreamDecoder, frames: WholeFrames | undefined) {
    this.#framer = framer
    this.#decoder = decoder
    this.#frames = frames
  }

  push(chunk: Buffer): Portion {
    const raw = this.#frames?.push(chunk)
    const events: ChatEvent[] = []
    try {
      for (const frame of this.#framer.push(chunk)) {
        for (const event of this.#decoder.push(frame)) events.push(event)
      }
    } catch (thrown) {
      if (!this.over) events.push({ type: 'error', error: badAnswer(thrown) })
    }
    return { events: this.#untilTerminal(events), raw }
  }

  /** The bytes ended. Always leaves the stream over. */
  end(): Portion {
    const events: ChatEvent[] = []
    try {
      for (const frame of this.#framer.end()) events.push(...this.#decoder.push(frame))
    } catch {
      // Half a frame at the end is a cut, which the decoder's own end tells.
    }
    if (!events.some(isTerminal)) events.push(...this.#decoder.end())
    if (!this.over && !events.some(isTerminal)) {
      events.push({
        type: 'error',
        error: new GatewayError('cut-stream', 'The provider ended its stream without finishing the answer.'),
      })
    }
    return { events: this.#untilTerminal(events), raw: this.#frames?.end() }
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
