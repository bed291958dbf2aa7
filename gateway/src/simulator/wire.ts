/** One answer on its socket: paced writing, back-pressure, and the ways an answer can go wrong below HTTP. */

import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import type { Clock } from '#core'
import type { RequestRecord } from './requests.ts'

export type HeaderMap = Readonly<Record<string, string>>

/** Of a flat list of names and values. */
export function headerMap(flat: readonly string[] = []): HeaderMap {
  return Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : [])))
}

export class Wire {
  readonly clock: Clock
  readonly #response: ServerResponse
  readonly #record: RequestRecord
  readonly #closed: Promise<void>
  #gone = false
  #ours = false

  /** `closing` tells whether the simulator itself is ending its sockets. */
  constructor(response: ServerResponse, record: RequestRecord, clock: Clock, closing: () => boolean) {
    this.#response = response
    this.#record = record
    this.clock = clock
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#closed = promise
    response.once('close', () => {
      this.#gone = true
      record.finished = response.writableFinished && !this.#ours
      record.closedByClient = !response.writableFinished && !this.#ours && !closing()
      resolve()
    })
    response.on('error', () => resolve())
  }

  /** Nobody is listening any more. */
  get gone(): boolean {
    return this.#gone
  }

  get begun(): boolean {
    return this.#response.headersSent
  }

  head(status: number, headers: HeaderMap): void {
    if (!this.#gone)
      this.#response.writeHead(status, { 'x-request-id': `sim-${this.#record.id}`, ...headers })
  }

  /** Sends the headers before any body exists. */
  flushHead(): void {
    if (!this.#gone) this.#response.flushHeaders()
  }

  /** Resolves when the socket can take more. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#gone || bytes.length === 0) return
    const flowing = this.#response.write(bytes)
    this.#record.bytesSent += bytes.length
    if (!flowing) await this.#drained()
  }

  /** Writes all frames without giving the event loop a turn. */
  burst(frames: readonly { readonly bytes: Uint8Array }[]): void {
    for (const { bytes } of frames) {
      if (this.#gone) return
      this.#response.write(bytes)
      this.#record.bytesSent += bytes.length
    }
  }

  /** Gives the event loop a turn, so that what was written leaves as a packet of its own. */
  turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve))
  }

  /** Waits, or returns early when the client leaves. */
  async pause(ms: number): Promise<void> {
    if (ms <= 0 || this.#gone) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = this.clock.timer(ms, resolve)
    await Promise.race([promise, this.#closed])
    timer.cancel()
  }

  end(bytes?: Uint8Array): void {
    if (this.#gone) return
    if (bytes !== undefined) this.#record.bytesSent += bytes.length
    this.#response.end(bytes)
  }

  /** A whole answer. */
  answer(status: number, headers: HeaderMap, bytes: Uint8Array): void {
    this.head(status, { ...headers, 'content-length': String(bytes.length) })
    this.end(bytes)
  }

  answerJson(status: number, body: unknown, headers: HeaderMap = {}): void {
    this.answer(status, { 'content-type': 'application/json', ...headers }, Buffer.from(JSON.stringify(body)))
  }

  /** Ends the connection without ending the answer; what was written before still arrives. */
  async cut(): Promise<void> {
    await this.#settled()
    this.#ours = true
    this.#response.destroy()
  }

  /** Ends the connection with a TCP reset. */
  async reset(): Promise<void> {
    await this.#settled()
    this.resetNow()
  }

  /** A TCP reset without caring what of the answer got through. */
  resetNow(): void {
    this.#ours = true
    this.#response.socket?.resetAndDestroy()
  }

  /** Says nothing more until the client gives up. */
  silence(): Promise<void> {
    return this.#closed
  }

  async #drained(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#response.once('drain', resolve)
    await Promise.race([promise, this.#closed])
    this.#response.off('drain', resolve)
  }

  // Node corks what is written within one turn; an empty write of our own is called back once all before it has left.
  async #settled(): Promise<void> {
    await this.turn()
    const socket = this.#response.socket
    if (socket === null || this.#gone) return
    const { promise, resolve } = Promise.withResolvers<void>()
    socket.write('', () => resolve())
    await Promise.race([promise, this.#closed])
  }
}
