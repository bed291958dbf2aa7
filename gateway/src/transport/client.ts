/**
 * The HTTP client: kept connections to one provider, each with one request at a time. HTTP/1.1 is spoken by ourselves (`http1/`),
 * because this is the relay: bytes are read where they land and told to the road at once. Clocks other than the connect clock belong to
 * the road.
 */

import { performance } from 'node:perf_hooks'
import { GatewayError } from '#core'
import { type AddressGuard, lookUpUnder, notConnected } from './address-guard.ts'
import { Call } from './http1/call.ts'
import { Connection, type ConnectionKeeper, type Place } from './http1/connection.ts'
import { RequestWriter } from './http1/request-bytes.ts'
import { faultOf, WireError } from './http1/wire-error.ts'
import type { Receiver, UploadRequest, UpstreamCall, UpstreamRequest } from './upstream.ts'

export interface Client {
  send(request: UpstreamRequest | UploadRequest, receiver: Receiver): UpstreamCall
  /** Waits for nothing: open calls are broken off. */
  close(): Promise<void>
  readonly stats: ClientStats
}

export interface ClientStats {
  /** Connections, those that are being opened too. */
  readonly connected: number
  readonly free: number
  readonly running: number
}

export interface ClientOptions {
  readonly origin: string
  readonly connectMs: number
  /** Most connections at once; absent means no bound. */
  readonly connections?: number
  /** Which addresses it may connect to; absent: any. */
  readonly guard?: AddressGuard
  /** How long an unused connection is kept. */
  readonly idleMs?: number
}

/** Longest that a provider's own word keeps an unused connection. */
const LONGEST_IDLE_MS = 600_000
/** A connection is given up this long before the provider means to: the request and its farewell would meet on the way. */
const FAREWELL_MS = 1000
const SWEEP_MS = 1000
/** Most calls that wait for a connection; each holds its request. */
const LONGEST_LINE = 10_000

export function httpClient(options: ClientOptions): Client {
  return new Pool(options)
}

class Pool implements Client, ConnectionKeeper {
  readonly #place: Place
  readonly #writer: RequestWriter
  readonly #refusal: Error | undefined
  readonly #most: number
  readonly #idleMs: number
  readonly #all = new Set<Connection>()
  /** The one used last is used next, so that the others grow old. */
  readonly #free: Connection[] = []
  readonly #waiting = new Set<Call>()
  #sweeping: NodeJS.Timeout | undefined
  #closed = false

  constructor({ origin, connectMs, connections, guard, idleMs }: ClientOptions) {
    this.#place = placeOf(origin, connectMs, guard)
    this.#writer = new RequestWriter(this.#place.hostHeader)
    const refusal = guard?.refusal(new URL(origin).hostname)
    this.#refusal = refusal === undefined ? undefined : notConnected(refusal)
    this.#most = connections ?? Number.POSITIVE_INFINITY
    this.#idleMs = idleMs ?? 30_000
  }

  send(request: UpstreamRequest | UploadRequest, receiver: Receiver): UpstreamCall {
    const call = new Call(request.body, receiver)
    try {
      if (this.#closed) throw closed()
      if (this.#refusal !== undefined) throw this.#refusal
      call.request = this.#writer.bytes(request)
      if (!this.#carried(call)) this.#lineUp(call)
    } catch (thrown) {
      // Told as every other failure is: later.
      queueMicrotask(() => call.failed(faultOf(thrown)))
    }
    return call
  }

  close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#sweeping)
    for (const call of this.#waiting) call.failed(closed())
    for (const connection of this.#all) connection.fail(closed())
    return Promise.resolve()
  }

  get stats(): ClientStats {
    const connected = this.#all.size
    const free = this.#free.length
    return { connected, free, running: connected - free }
  }

  // ConnectionKeeper

  free(connection: Connection, keepSeconds: number | undefined): void {
    const said = keepSeconds === undefined ? this.#idleMs : keepSeconds * 1000 - FAREWELL_MS
    if (said <= 0) return connection.close()
    const [next] = this.#waiting
    if (next !== undefined) return this.#take(next, connection)
    connection.rest(performance.now() + Math.min(said, LONGEST_IDLE_MS))
    this.#free.push(connection)
    this.#sweeping ??= setTimeout(() => this.#sweep(), SWEEP_MS).unref()
  }

  gone(connection: Connection): void {
    this.#all.delete(connection)
    const at = this.#free.indexOf(connection)
    if (at !== -1) this.#free.splice(at, 1)
    const [next] = this.#waiting
    if (next !== undefined) this.#take(next, this.#opened())
  }

  // Inside

  #carried(call: Call): boolean {
    const free = this.#fresh()
    if (free === undefined && this.#all.size >= this.#most) return false
    this.#take(call, free ?? this.#opened())
    return true
  }

  /** One whose time is over may not have been swept yet. */
  #fresh(): Connection | undefined {
    const now = performance.now()
    for (;;) {
      const free = this.#free.pop()
      if (free === undefined || free.freeUntil > now) return free
      free.close()
    }
  }

  #opened(): Connection {
    const connection = new Connection(this.#place, this)
    this.#all.add(connection)
    return connection
  }

  /** How long it stands there is for its caller's clocks to say. */
  #lineUp(call: Call): void {
    if (this.#waiting.size >= LONGEST_LINE) throw full()
    call.waitIn(this.#waiting)
  }

  #take(call: Call, connection: Connection): void {
    this.#waiting.delete(call)
    call.carriedBy(connection)
  }

  #sweep(): void {
    const now = performance.now()
    for (const connection of this.#free.filter(({ freeUntil }) => freeUntil <= now)) connection.close()
    this.#sweeping = this.#free.length === 0 ? undefined : setTimeout(() => this.#sweep(), SWEEP_MS).unref()
  }
}

function placeOf(origin: string, connectMs: number, guard: AddressGuard | undefined): Place {
  const { protocol, hostname, host, port } = new URL(origin)
  const tls = protocol === 'https:'
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    hostHeader: host,
    port: port === '' ? (tls ? 443 : 80) : Number(port),
    tls,
    connectMs,
    lookup: guard === undefined ? undefined : lookUpUnder(guard),
    session: undefined,
  }
}

/** Nothing is known against the provider: another may be asked instead. */
function full(): GatewayError {
  const message = 'All connections to this provider are taken, and as many requests as may wait for one.'
  return new GatewayError('busy', message, { retryAfterMs: 1000 })
}

function closed(): WireError {
  return new WireError('closed', 'The gateway has closed its connections to this provider.')
}
