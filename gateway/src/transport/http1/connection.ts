/** One connection to a provider: opened within a limit, it carries one request at a time and tells when it may carry the next. */

import { Buffer } from 'node:buffer'
import { connect as connectPlain, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Call } from './call.ts'
import { isStream, writeRequest } from './request-bytes.ts'
import type { ResponseHead } from './response-head.ts'
import { type ResponseListener, ResponseReader } from './response-reader.ts'
import { Upload } from './upload.ts'
import { brokenOff, faultOf, WireError } from './wire-error.ts'

export interface Place {
  /** Without the brackets of an IPv6 address. */
  readonly host: string
  /** As the `host` header names it. */
  readonly hostHeader: string
  readonly port: number
  readonly tls: boolean
  readonly connectMs: number
  readonly lookup: LookupFunction | undefined
  /** A TLS session of before, so that the next connection needs half the handshake. */
  session: Buffer | undefined
}

/** Who is told of a connection. */
export interface ConnectionKeeper {
  /** It may carry another request; `keepSeconds` is how long the other side means to keep it. */
  free(connection: Connection, keepSeconds: number | undefined): void
  gone(connection: Connection): void
}

/** Where the system puts what it has read. It is copied out before anything else happens, so all connections share it. */
const LANDING = Buffer.allocUnsafeSlow(64 * 1024)
const KEEP_ALIVE_PROBE_MS = 60_000

export class Connection implements ResponseListener {
  freeUntil = 0
  readonly #keeper: ConnectionKeeper
  readonly #socket: Socket
  readonly #reader = new ResponseReader(this)
  #connected = false
  #closed = false
  #call: Call | undefined
  #upload: Upload | undefined
  #head: ResponseHead | undefined
  #limit: NodeJS.Timeout | undefined
  /** Nothing more will come: to be told behind what has come. */
  #last: (() => void) | undefined

  constructor(place: Place, keeper: ConnectionKeeper) {
    this.#keeper = keeper
    this.#limit = setTimeout(() => this.fail(tooSlow()), place.connectMs)
    this.#socket = this.#open(place)
  }

  /** Sends the call's request as soon as the connection is open, and gives it the answer. */
  carry(call: Call): void {
    this.#call = call
    if (this.#connected) this.#send(call)
  }

  pause(): void {
    // Until it is open it must read, or there is no handshake.
    if (!this.#connected) return
    this.#reader.halt()
    this.#socket.pause()
  }

  resume(): void {
    if (!this.#connected) return
    this.#socket.resume()
    // Not at once: who resumes is in the middle of something.
    process.nextTick(() => this.#goOn())
  }

  /** Until this moment of the keeper's clock it may wait unused. It does not keep the process alive meanwhile. */
  rest(until: number): void {
    this.freeUntil = until
    this.#socket.unref()
  }

  /** Ends it; its call, if there is one, is told. Idempotent. */
  fail(cause: Error): void {
    const call = this.#call
    this.close()
    call?.failed(cause)
  }

  /** Ends it without a word. Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#call = undefined
    clearTimeout(this.#limit)
    this.#reader.stop()
    this.#upload?.close()
    this.#socket.destroy()
    this.#keeper.gone(this)
  }

  // ResponseListener

  onHead(head: ResponseHead): void {
    this.#head = head
    this.#call?.onHead(head)
  }

  onBody(piece: Buffer): void {
    this.#call?.onBody(piece)
  }

  onComplete(clean: boolean): void {
    const call = this.#call
    const head = this.#head
    this.#call = undefined
    this.#head = undefined
    const sent = this.#upload?.done !== false && this.#socket.writableLength === 0
    this.#upload?.close()
    this.#upload = undefined
    const lasts = clean && sent && head?.persistent === true && this.#last === undefined
    if (lasts) this.#keeper.free(this, head.keepSeconds)
    else this.close()
    call?.onComplete()
  }

  // Inside

  #open(place: Place): Socket {
    const { host, port, tls, lookup, session } = place
    const onread = { buffer: LANDING, callback: (size: number) => this.#landed(size) }
    const options = {
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
      onread,
      ...(lookup === undefined ? {} : { lookup }),
    }
    const socket = tls
      ? connectTls({
          ...options,
          servername: isIP(host) === 0 ? host : '',
          ALPNProtocols: ['http/1.1'],
          ...(session === undefined ? {} : { session }),
        }).on('session', (fresh: Buffer) => (place.session = fresh))
      : connectPlain(options)
    return socket
      .once(tls ? 'secureConnect' : 'connect', () => this.#opened())
      .on('end', () => this.#over(undefined))
      .on('error', (cause) => {
        place.session = undefined
        this.#over(cause)
      })
      .on('close', () => this.#over(undefined))
  }

  #opened(): void {
    clearTimeout(this.#limit)
    this.#connected = true
    if (this.#call !== undefined) this.#send(this.#call)
  }

  #send(call: Call): void {
    const { request } = call
    if (request === undefined) return
    call.request = undefined
    this.#socket.ref()
    this.#reader.expect()
    if (call.held) this.pause()
    writeRequest(this.#socket, request)
    const { body, length } = request
    if (isStream(body)) this.#upload = new Upload(this.#socket, body, length, (cause) => this.fail(cause))
  }

  #landed(size: number): boolean {
    const bytes = Buffer.allocUnsafe(size)
    LANDING.copy(bytes, 0, 0, size)
    this.#checked(() => this.#reader.push(bytes))
    return true
  }

  #goOn(): void {
    // Paused again, or with another call by now.
    if (this.#call?.held !== false) return
    this.#checked(() => this.#reader.goOn())
    if (!this.#reader.halted) this.#last?.()
  }

  /** `cause`: it was torn off; without, the other side has said all it had to say. The first word counts. */
  #over(cause: Error | undefined): void {
    if (this.#last !== undefined) return
    this.#last = () => {
      if (cause === undefined) this.#checked(() => this.#reader.end())
      this.fail(cause ?? brokenOff())
    }
    // An end belongs behind what a paused call has not heard yet; a fault does so only if there is something.
    const waits = this.#reader.halted && (cause === undefined || this.#reader.holds)
    if (!waits) this.#last()
  }

  #checked(step: () => void): void {
    try {
      step()
    } catch (thrown) {
      // A fault of ours in the reading of an answer is that answer's end, not the gateway's.
      this.fail(faultOf(thrown))
    }
  }
}

function tooSlow(): WireError {
  return new WireError('connect-timeout', 'The connection was not open in time.')
}
