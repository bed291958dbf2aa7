/** One request on its way through the pool, and what is told of its answer. */

import type { Readable } from 'node:stream'
import { asGatewayError, type GatewayError } from '#core'
import { connectionError } from '../connection-error.ts'
import { decompressor, type Unpacker } from '../decompress.ts'
import type { Receiver, UpstreamCall } from '../upstream.ts'
import type { Connection } from './connection.ts'
import { isStream, type RequestBytes } from './request-bytes.ts'
import type { ResponseHead } from './response-head.ts'

export class Call implements UpstreamCall {
  /** Until it is sent: it may be long, and the answer may take long. */
  request: RequestBytes | undefined
  readonly #upload: Readable | undefined
  readonly #receiver: Receiver
  #paused = false
  /** The unpacking is behind. */
  #full = false
  /** Streams tell their end to who pauses at their last piece, too. */
  #endWaits = false
  #over = false
  #aborted = false
  #queue: Set<Call> | undefined
  #connection: Connection | undefined
  #unpack: Unpacker | undefined

  constructor(body: RequestBytes['body'], receiver: Receiver) {
    this.#upload = isStream(body) ? body : undefined
    this.#receiver = receiver
    // Whether it failed is asked when its turn has come; until then nobody listens.
    this.#upload?.on('error', () => {})
  }

  /** It wants nothing of its answer now. */
  get held(): boolean {
    return this.#paused || this.#full
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
    if (this.#paused) return
    this.#paused = true
    this.#unpack?.pause()
    this.#connection?.pause()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#unpack?.resume()
    if (!this.held) this.#connection?.resume()
    if (this.#endWaits) process.nextTick(() => this.#paused || this.#end())
  }

  abort(): void {
    this.#aborted = true
    this.#letGo()
    this.#connection?.close()
    this.#connection = undefined
  }

  // What its connection tells

  onHead({ status, header }: ResponseHead): void {
    const encoding = header('content-encoding')
    if (encoding !== undefined) this.#unpack = this.#unpacker(encoding)
    this.#receiver.onHead(status, header)
  }

  onBody(piece: Buffer): void {
    if (this.#unpack === undefined) return this.#receiver.onData(piece)
    if (this.#unpack.write(piece)) return
    this.#full = true
    this.#connection?.pause()
  }

  onComplete(): void {
    this.#connection = undefined
    if (this.#unpack === undefined) this.#end()
    else this.#unpack.end()
  }

  failed(cause: Error): void {
    this.#fail(connectionError(cause))
  }

  // Inside

  #unpacker(encoding: string): Unpacker | undefined {
    return decompressor(encoding, {
      onData: (piece) => this.#guarded(() => this.#receiver.onData(piece)),
      onDrain: () => this.#drained(),
      onEnd: () => (this.#paused ? (this.#endWaits = true) : this.#end()),
      onError: (error) => this.#fail(error),
    })
  }

  #drained(): void {
    this.#full = false
    if (!this.held) this.#connection?.resume()
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#guarded(() => this.#receiver.onEnd())
  }

  #fail(error: GatewayError): void {
    if (this.#over) return
    this.#letGo()
    this.#connection?.close()
    this.#connection = undefined
    this.#receiver.onError(error)
  }

  /** What a receiver throws is its own call's end, and of nothing else that happens to be under way. */
  #guarded(step: () => void): void {
    try {
      step()
    } catch (thrown) {
      if (this.#aborted) return
      this.#over = false
      this.#fail(asGatewayError(thrown))
    }
  }

  #letGo(): void {
    this.#over = true
    this.#unpack?.close()
    this.#queue?.delete(this)
    this.#upload?.destroy()
  }
}
