/**
 * Writes one stream to one client. Holds nothing back and nothing up: a client that reads slowly stops the provider's bytes at its
 * socket, a silent gap gets the dialect's keep-alive, and a client that stops reading altogether is let go.
 */

import { type ChatEvent, type Clock, IdleTimer, type Timer } from '#core'
import { onlyComments, type StreamEncoder } from '#dialects'
import type { AnswerStream, Lane, StreamReader } from '#pipeline'
import { ChunkedBody } from './chunked-body.ts'
import type { DownstreamResponse } from './downstream.ts'

/** A client that takes nothing for so long has gone without saying so. */
const STALLED_CLIENT_MS = 300_000

const NOTHING: readonly ChatEvent[] = []

export interface StreamWriterParts {
  readonly clock: Clock
  readonly keepAliveMs: number
  readonly lane: Lane
  readonly newEncoder: () => StreamEncoder
  readonly onFault: (fault: unknown) => void
  /** The client may pass over an error that stands in the stream. */
  readonly errorsPassUnseen?: boolean
  /** Makes bytes of what the encoder writes, where the stream is not text. */
  readonly packed?: (lines: string) => Buffer
}

export class StreamWriter implements StreamReader {
  readonly #response: DownstreamResponse
  readonly #parts: StreamWriterParts
  #encoder: StreamEncoder | undefined
  readonly #body: ChunkedBody
  readonly #silence: IdleTimer | undefined
  #stalled: Timer | undefined
  #stream: AnswerStream | undefined
  #lane: Lane
  /** The first and the latest of the provider's own bytes that say something. */
  #first: Buffer | undefined
  #last: Buffer | undefined
  #shown: Buffer | undefined
  #blocked = false
  #failed = false

  constructor(response: DownstreamResponse, parts: StreamWriterParts) {
    const { clock, keepAliveMs } = parts
    this.#response = response
    this.#parts = parts
    this.#lane = parts.lane
    this.#body = new ChunkedBody(response)
    this.#silence = keepAliveMs > 0 ? new IdleTimer(clock, keepAliveMs, () => this.#keepAlive()) : undefined
    response.on('close', () => this.#release())
  }

  follow(stream: AnswerStream): void {
    this.#stream = stream
    stream.read(this)
  }

  /** For an answer that came whole. */
  writeAll(events: readonly ChatEvent[]): void {
    this.onEvents(events, undefined)
    this.onOver()
  }

  onEvents(events: readonly ChatEvent[], raw: Buffer | undefined): void {
    try {
      this.#failed = events.at(-1)?.type === 'error'
      if (this.#lane === 'same' && !this.#failed) {
        if (raw !== undefined) {
          // What comes behind a comment would not know where the answer is.
          if (!onlyComments(raw)) {
            this.#first ??= raw
            this.#last = raw
          }
          this.#write(raw)
        }
        // So that the encoder can go on where the bytes may break off.
        if (this.#stream?.continues === true) this.#pass(events, raw)
      } else {
        this.#write(this.#piece(this.#textOf(events)))
      }
    } catch (fault) {
      // The head is out: a broken connection is the only honest word left for a fault of our own. The close cancels the exchange.
      this.#parts.onFault(fault)
      this.#response.destroy()
    }
  }

  #textOf(events: readonly ChatEvent[]): string {
    let text = ''
    for (const event of events) {
      // What came before the failure in the same piece is already in no one's hands in the same-language lane.
      if (this.#lane === 'translate' || event.type === 'error') text += this.#encode(event)
    }
    return text
  }

  onContinued(): void {
    this.#lane = 'translate'
  }

  onOver(): void {
    this.#release()
    if (this.#failed && this.#parts.errorsPassUnseen === true) this.#body.breakOff()
    else this.#body.end()
  }

  #encode(event: ChatEvent): string {
    return this.#encoderNow().push(event)
  }

  #pass(events: readonly ChatEvent[], raw: Buffer | undefined): void {
    const encoder = (this.#encoder ??= this.#parts.newEncoder())
    if (raw !== undefined && encoder.passed !== undefined) encoder.passed(events, raw)
    else for (const event of events) encoder.push(event)
  }

  /** One that speaks in the middle of the provider's bytes is shown how they began, and where they are. */
  #encoderNow(): StreamEncoder {
    const encoder = (this.#encoder ??= this.#parts.newEncoder())
    if (this.#last === this.#shown || this.#stream?.continues === true) return encoder
    if (this.#shown === undefined && this.#first !== undefined) encoder.passed?.(NOTHING, this.#first)
    if (this.#last !== undefined && this.#last !== this.#first) encoder.passed?.(NOTHING, this.#last)
    this.#shown = this.#last
    return encoder
  }

  #piece(text: string): string | Buffer {
    return this.#parts.packed === undefined || text === '' ? text : this.#parts.packed(text)
  }

  #write(piece: string | Buffer): void {
    if (this.#body.closed || piece.length === 0) return
    this.#silence?.touch()
    if (this.#body.write(piece) || this.#blocked) return
    this.#blocked = true
    this.#stream?.pause()
    this.#stalled = this.#parts.clock.timer(STALLED_CLIENT_MS, () => this.#response.destroy())
    this.#body.onDrain(() => {
      this.#blocked = false
      this.#stalled?.cancel()
      this.#stream?.resume()
    })
  }

  #keepAlive(): void {
    if (this.#body.closed || this.#blocked) return
    const text = this.#encoderNow().keepAlive()
    if (text !== '') this.#body.write(this.#piece(text))
  }

  #release(): void {
    this.#silence?.cancel()
    this.#stalled?.cancel()
  }
}
