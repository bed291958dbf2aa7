/** A plain request on its way in: its head is there, its body comes. */

import type { IncomingHttpHeaders } from 'node:http'
import type { DownstreamRequest } from '../downstream.ts'
import type { PlainHead } from './request-head.ts'

export class PlainRequest implements DownstreamRequest {
  readonly method = 'POST'
  url: string
  readonly headers: IncomingHttpHeaders
  complete = false
  /** What has come before anybody listened. */
  #early: Buffer[] = []
  #onData: ((piece: Buffer) => void) | undefined
  #onEnd: (() => void) | undefined
  #onClose: (() => void) | undefined

  constructor({ url, headers }: PlainHead) {
    this.url = url
    this.headers = headers
  }

  /** One listener of each kind. Who wants the body listens for `data` before `end`. */
  on(event: 'data', listener: (piece: Buffer) => void): this
  on(event: 'end' | 'close', listener: () => void): this
  on(event: 'data' | 'end' | 'close', listener: (piece: Buffer) => void): this {
    if (event === 'data') {
      this.#onData = listener
      if (this.#early.length > 0) for (const piece of this.#early.splice(0)) listener(piece)
    } else if (event === 'end') {
      this.#onEnd = listener as () => void // by the overloads
      if (this.complete) this.#onEnd()
    } else {
      this.#onClose = listener as () => void // by the overloads
    }
    return this
  }

  get whole(): Buffer | undefined {
    return this.complete && this.#early.length === 1 ? this.#early[0] : undefined
  }

  push(piece: Buffer): void {
    if (this.#onData === undefined) this.#early.push(piece)
    else this.#onData(piece)
  }

  finish(): void {
    this.complete = true
    this.#onEnd?.()
  }

  /** Its client has gone. */
  closed(): void {
    this.#early = []
    this.#onClose?.()
  }
}
