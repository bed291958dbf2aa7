/** The door: one http.Server. Model operations are handled on the raw request; the rest goes to hono. */

import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { GatewayError, HOP_HEADER, isLoop } from '#core'
import type { House } from './context.ts'
import { familyOf } from './family.ts'
import { Floor } from './floor.ts'
import { forwardHandler } from './forward.ts'
import { sendError } from './reply.ts'
import { modelHandler } from './routes.ts'

export interface DoorOptions {
  readonly house: House
  readonly types: readonly string[]
  readonly host: string
  readonly port: number
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
  readonly url: string
  readonly port: number
  /** Requests that come from now on enter this house. `whenLeft`: called once when the last of the others is done. */
  change(house: House, whenLeft: () => void): void
  /** Takes no new work, lets running answers end within the grace time, then closes what is left. */
  close(): Promise<void>
}

export async function openDoor(options: DoorOptions): Promise<Door> {
  let floor = new Floor(options.house, options.types)
  let closing = false
  const { headMs = 30_000, requestMs = 300_000, maxConnections } = options.patience ?? {}
  const times = {
    keepAliveTimeout: 65_000,
    headersTimeout: headMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(Math.max(headMs, 1000), 30_000),
  }
  const server = createServer(times, (request, response) => {
    // Until its answer is over, a request sees the house as it was when it came in.
    const here = floor
    const { house } = here
    here.enter(response)
    const id = requestId(request, house)
    const path = pathOf(request.url ?? '/')
    if (closing) {
      const gone = new GatewayError('unavailable', 'The gateway is shutting down.', { retryAfterMs: 1000 })
      return sendError(response, familyOf(path), gone, id, ['connection', 'close'])
    }
    const refusal = house.visitors.refusal(request)
    if (refusal !== undefined) return sendError(response, familyOf(path), refusal, id)
    if (house.visitors.greet(request, response)) return
    const handler =
      (request.method === 'POST' ? modelHandler(path) : undefined) ?? forwardHandler(request, path)
    if (handler !== undefined) {
      const hops = request.headers[HOP_HEADER]
      if (isLoop(house.instance, typeof hops === 'string' ? hops : undefined)) {
        const loop = new GatewayError(
          'loop',
          'This request has been here before: a provider leads back to this gateway.',
        )
        return sendError(response, familyOf(path), loop, id)
      }
      return void handler(house, request, response, id)
    }
    here.rest(request, response, id)
  })
  if (maxConnections !== undefined) server.maxConnections = maxConnections
  // Some clients try a WebSocket first and fall back at once on 426, slowly on anything else.
  server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
    socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (socket.writable) socket.end(badRequest(error.code))
    else socket.destroy()
  })
  await listen(server, options.host, options.port)
  const port = portOf(server)
  return {
    port,
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    change(house, whenLeft) {
      const before = floor
      floor = new Floor(house, options.types)
      before.leave(whenLeft)
    },
    close() {
      closing = true
      return drain(server, options.graceMs, floor.house)
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function portOf(server: Server): number {
  // A TCP server that listens has an AddressInfo; only pipes have strings.
  return (server.address() as AddressInfo).port
}

async function drain(server: Server, graceMs: number, house: House): Promise<void> {
  await new Promise<void>((resolve) => {
    const late = house.clock.timer(graceMs, () => server.closeAllConnections())
    server.close(() => {
      late.cancel()
      resolve()
    })
    server.closeIdleConnections()
    // Connections that are busy now end when their answer has, instead of being kept for a next request that is not wanted.
    server.keepAliveTimeout = 1
    server.keepAliveTimeoutBuffer = 0
  })
}

/** The client's own id where it is well formed, else a new one. */
function requestId(request: IncomingMessage, house: House): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : house.newId()
}

/** Path without query; never redirects, never fails. */
function pathOf(url: string): string {
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

function badRequest(code: string | undefined): string {
  const [status, reason] =
    code === 'HPE_HEADER_OVERFLOW' ? [431, 'Request Header Fields Too Large'] : [400, 'Bad Request']
  return `HTTP/1.1 ${status} ${reason}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`
}
