/** One request on its way through the pool, and what is told of its answer. */

import { connectionError } from '../connection-error.ts'
import { decompressor } from '../decompress.ts'
import type { Receiver, UploadRequest, UpstreamCall, UpstreamRequest } from '../upstream.ts'
import type { Connection } from './connection.ts'
import type { ResponseHead } from './response-head.ts'

export class Call implements UpstreamCall {
  readonly request: UpstreamRequest | UploadRequest
  paused = false
  over = false
  readonly #receiver: Receiver
  #queue: Set<Call> | undefined
  #connection: Connection | undefined
  #unpack: ReturnType<typeof decompressor>

  constructor(request: UpstreamRequest | UploadRequest, receiver: Receiver) {
    this.request = request
    this.#receiver = receiver
  }

  /** All connections are taken: it stands in line until one is free or it is given up. */
  waitIn(queue: Set<Call>): void {
    this.#queue = queue.add(this)
  }

  carriedBy(connection: Connection): void {
    this.#connection = connection
    connection.carry(this)
  }

  // UpstreamCall

  pause(): void {
    if (this.paused) return
    this.paused = true
    this.#unpack?.pause()
    this.#connection?.pause()
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.#unpack?.resume()
    this.#connection?.resume()
  }

  abort(): void {
    this.over = true
    this.#unpack?.close()
    this.#queue?.delete(this)
    this.#connection?.close()
    this.#connection = undefined
  }

  // What its connection tells

  onHead({ status, header }: ResponseHead): void {
    this.#unpack = decompressor(header('content-encoding'), this.#receiver, () => this.abort())
    this.#receiver.onHead(status, header)
  }

  onBody(piece: Buffer): void {
    if (this.#unpack === undefined) this.#receiver.onData(piece)
    else this.#unpack.write(piece)
  }

  onComplete(): void {
    this.#connection = undefined
    if (this.over) return
    this.over = true
    if (this.#unpack === undefined) this.#receiver.onEnd()
    else this.#unpack.end()
  }

  failed(cause: Error): void {
    this.#connection = undefined
    if (this.over) return
    this.over = true
    this.#unpack?.close()
    this.#receiver.onError(connectionError(cause))
  }
}
