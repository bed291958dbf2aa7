/**
 * Writes one stream to one client. Holds nothing back and nothing up: a client that reads slowly stops the provider's bytes at its
 * socket, a silent gap gets the dialect's keep-alive, and a client that stops reading altogether is let go.
 */

import type { ServerResponse } from 'node:http'
import type { ChatEvent, Clock, Timer } from '#core'
import type { StreamEncoder } from '#dialects'
import type { AnswerStream, Lane, StreamReader } from '#pipeline'

/** A client that takes nothing for so long has gone without saying so. */
const STALLED_CLIENT_MS = 300_000

export class StreamWriter implements StreamReader {
  readonly #response: ServerResponse
  readonly #clock: Clock
  readonly #lane: Lane
  readonly #newEncoder: () => StreamEncoder
  #encoder: StreamEncoder | undefined
  readonly #silence: Timer | undefined
  #stalled: Timer | undefined
  #stream: AnswerStream | undefined
  #blocked = false

  constructor(
    response: ServerResponse,
    clock: Clock,
    keepAliveMs: number,
    lane: Lane,
    newEncoder: () => StreamEncoder,
  ) {
    this.#response = response
    this.#clock = clock
    this.#lane = lane
    this.#newEncoder = newEncoder
    this.#silence = keepAliveMs > 0 ? clock.timer(keepAliveMs, () => this.#keepAlive()) : undefined
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

  onEvents(events: readonly ChatEvent[], raw: Uint8Array | undefined): void {
    if (this.#lane === 'same' && events.at(-1)?.type !== 'error') {
      if (raw !== undefined) this.#write(raw)
      return
    }
    let text = ''
    for (const event of events) {
      // What came before the failure in the same piece is already in no one's hands in this lane.
      if (this.#lane === 'translate' || event.type === 'error') text += this.#encode(event)
    }
    if (text !== '') this.#write(text)
  }

  onOver(): void {
    this.#release()
    if (!this.#response.destroyed) this.#response.end()
  }

  #encode(event: ChatEvent): string {
    this.#encoder ??= this.#newEncoder()
    return this.#encoder.push(event)
  }

  #write(piece: string | Uint8Array): void {
    if (this.#response.destroyed) return
    this.#silence?.refresh()
    if (this.#response.write(piece) || this.#blocked) return
    this.#blocked = true
    this.#stream?.pause()
    this.#stalled = this.#clock.timer(STALLED_CLIENT_MS, () => this.#response.destroy())
    this.#response.once('drain', () => {
      this.#blocked = false
      this.#stalled?.cancel()
      this.#stream?.resume()
    })
  }

  #keepAlive(): void {
    if (this.#response.destroyed || this.#response.writableEnded) return
    this.#encoder ??= this.#newEncoder()
    const text = this.#encoder.keepAlive()
    if (text !== '' && !this.#blocked) this.#response.write(text)
    this.#silence?.refresh()
  }

  #release(): void {
    this.#silence?.cancel()
    this.#stalled?.cancel()
  }
}
