/** The door: one http.Server for each port. Model operations are handled on the raw request; the rest goes to hono. */

import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { GatewayError, HOP_HEADER, isLoop } from '#core'
import type { House } from './context.ts'
import type { DownstreamRequest, DownstreamResponse } from './downstream.ts'
import { EarlyAnswers } from './early-answers.ts'
import { familyOf } from './family.ts'
import { Floor } from './floor.ts'
import { forwardHandler } from './forward.ts'
import { PlainHttp } from './http1/plain-http.ts'
import type { PlainRequest } from './http1/plain-request.ts'
import type { PlainResponse } from './http1/plain-response.ts'
import { type Listener, listenOn } from './listeners.ts'
import { endWithConnection } from './queued-answers.ts'
import { sendError } from './reply.ts'
import { modelHandler } from './routes.ts'

export interface DoorOptions {
  readonly house: House
  readonly types: readonly string[]
  readonly host: string
  /** At least one. Each serves everything. */
  readonly ports: readonly number[]
  readonly graceMs: number
  readonly patience?: Patience
}

/** What a client may take its time for, and how many may be there. */
export interface Patience {
  /** Milliseconds until a request's head must be there. */
  readonly headMs?: number
  /** Milliseconds until all of it must be there. */
  readonly requestMs?: number
  /** Connections at once; absent: no bound. */
  readonly maxConnections?: number
}

export interface Door {
  /** In the order of the ports. */
  readonly urls: readonly string[]
  readonly ports: readonly number[]
  /** Requests that come from now on enter this house. `whenLeft`: called once when the last of the others is done. */
  change(house: House, whenLeft: () => void): void
  /** Takes no new work, lets running answers end within the grace time, then closes what is left. */
  close(): Promise<void>
}

/** How long a connection may wait between two requests. */
const IDLE_MS = 65_000

export async function openDoor(options: DoorOptions): Promise<Door> {
  let floor = new Floor(options.house, options.types)
  let closing = false
  const { headMs = 30_000, requestMs = 300_000, maxConnections } = options.patience ?? {}
  const times = {
    keepAliveTimeout: IDLE_MS,
    headersTimeout: headMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(Math.max(headMs, 1000), 30_000),
  }
  const admitted = <Handler>(
    request: DownstreamRequest,
    response: DownstreamResponse,
    handlerFor: (path: string) => Handler | undefined,
  ): Admitted<Handler> | undefined => {
    // Until its answer is over, a request sees the house as it was when it came in.
    const here = floor
    const { house } = here
    here.enter(response)
    request.url = targetOf(request.url ?? '/')
    const id = requestId(request, house)
    const path = pathOf(request.url)
    const handler = handlerFor(path)
    const refusal = refusalOf(request, house, closing, handler !== undefined)
    if (refusal !== undefined) {
      sendError(response, familyOf(path), refusal, id, closing ? ['connection', 'close'] : [])
      return undefined
    }
    return house.visitors.greet(request, response) ? undefined : { here, id, handler }
  }
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const come = admitted(
      request,
      response,
      (path) => (request.method === 'POST' ? modelHandler(path) : undefined) ?? forwardHandler(request, path),
    )
    if (come?.handler !== undefined) void come.handler(come.here.house, request, response, come.id)
    else come?.here.rest(request, response, come.id)
  }
  const answerPlain = (request: PlainRequest, response: PlainResponse): void => {
    const come = admitted(request, response, modelHandler)
    void come?.handler?.(come.here.house, request, response, come.id)
  }
  const newListener = (): Listener => {
    const server = serverFor(answer, times, maxConnections)
    const plain = new PlainHttp(server, {
      takes: (url) => modelHandler(pathOf(targetOf(url))) !== undefined,
      answer: answerPlain,
      patience: { headMs, requestMs, idleMs: IDLE_MS },
    })
    return { server, plain, early: new EarlyAnswers(server) }
  }
  const listeners = await listenOn(options.ports, options.host, newListener)
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return {
    ports: listeners.ports,
    urls: listeners.ports.map((port) => `http://${host}:${port}`),
    change(house, whenLeft) {
      const before = floor
      floor = new Floor(house, options.types)
      before.leave(whenLeft)
    },
    close() {
      closing = true
      return listeners.close(floor.house.clock, options.graceMs)
    },
  }
}

/** A request that may be answered. */
interface Admitted<Handler> {
  readonly here: Floor
  readonly id: string
  readonly handler: Handler | undefined
}

/** `costs`: a provider would be asked. */
function refusalOf(
  request: DownstreamRequest,
  house: House,
  closing: boolean,
  costs: boolean,
): GatewayError | undefined {
  if (closing) {
    return new GatewayError('unavailable', 'The gateway is shutting down.', { retryAfterMs: 1000 })
  }
  const refusal = house.visitors.refusal(request)
  if (refusal !== undefined || !costs) return refusal
  const hops = request.headers[HOP_HEADER]
  if (isLoop(house.instance, typeof hops === 'string' ? hops : undefined)) {
    return new GatewayError(
      'loop',
      'This request has been here before: a provider leads back to this gateway.',
    )
  }
  return undefined
}

function serverFor(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  times: ServerOptions,
  maxConnections: number | undefined,
): Server {
  const server = createServer({ ...times, shouldUpgradeCallback: asksForWebSocket }, answer)
  if (maxConnections !== undefined) server.maxConnections = maxConnections
  endWithConnection(server)
  // Some clients try a WebSocket first and fall back at once on 426, slowly on anything else.
  server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
    // Node reads no further and hears no faults of it any more.
    socket.on('error', () => socket.destroy()).resume()
    socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Words in the middle of an answer would be taken for a part of it.
    const isTold = answerOn(socket)?.headersSent === true
    if (socket.writable && !isTold) socket.end(badRequest(error.code))
    else socket.destroy()
  })
  return server
}

/**
 * The one upgrade that cannot be passed over. An offer of HTTP/2, made by every Java client, is answered in HTTP/1.1 all the same, and so
 * is whatever comes behind a request that is not answered yet.
 */
function asksForWebSocket({ headers, socket }: IncomingMessage): boolean {
  return /\bwebsocket\b/i.test(headers.upgrade ?? '') && answerOn(socket) === undefined
}

/** The answer that is under way. The one thing of Node's that is not public and says it. */
function answerOn(socket: Duplex): ServerResponse | undefined {
  const current: unknown = Reflect.get(socket, '_httpMessage')
  return current instanceof ServerResponse ? current : undefined
}

/** The client's own id where it is well formed, else a new one. */
function requestId(request: DownstreamRequest, house: House): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : house.newId()
}

/** As nearly everybody writes it: neither in the form that is meant for proxies, nor with a slash too many before it. */
function targetOf(url: string): string {
  const isUsual = url.startsWith('/') && !url.startsWith('//')
  if (isUsual) return url
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/^\/+/, '/')
  return path.startsWith('/') || !/^https?:/i.test(url) ? path : `/${path}`
}

/** Path without query; never redirects, never fails. */
function pathOf(url: string): string {
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

function badRequest(code: string | undefined): string {
  const line = REFUSALS.get(code ?? '') ?? '400 Bad Request'
  return `HTTP/1.1 ${line}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`
}

/** By the code of Node's parser. */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', '413 Payload Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
])
