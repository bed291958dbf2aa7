/** A server with and without the reader of plain requests before it, and a client that says bytes and hears bytes. */

import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { DownstreamRequest, DownstreamResponse } from '../src/server/downstream.ts'
import type { ConnectionPatience } from '../src/server/http1/plain-connection.ts'
import { PlainHttp } from '../src/server/http1/plain-http.ts'

export type Answerer = (request: DownstreamRequest, response: DownstreamResponse) => void

export const PATIENCE: ConnectionPatience = { headMs: 30_000, requestMs: 300_000, idleMs: 65_000 }

export interface Stage {
  readonly server: Server
  readonly plain: PlainHttp
  readonly port: number
  /** Who answered what, e.g. `ours /m` or `node GET /`. */
  readonly asked: string[]
  /** How often each of our responses was told its end. */
  readonly closes: number[]
  /** The server's ends of the connections. */
  readonly sockets: Socket[]
  client(): Promise<Client>
  /** As if so many milliseconds had gone by. */
  look(later: number): void
  /** So many bytes of the first client have come. */
  come(bytes: number): Promise<void>
  close(): Promise<void>
}

/** Says what it got, as soon as all of it is there. */
export const echo: Answerer = (request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece) => void pieces.push(piece))
  request.on('end', () =>
    tell(response, `${request.method} ${request.url} ${Buffer.concat(pieces).toString()}`),
  )
}

/** One write for head and body. */
export function tell(response: DownstreamResponse, text: string, headers: readonly string[] = []): void {
  const bytes = Buffer.from(text)
  response.writeHead(200, [...headers, 'content-length', String(bytes.length)])
  response.end(bytes.toString('latin1'), 'latin1')
}

export function post(url: string, body = '', headers = ''): string {
  const length = Buffer.byteLength(body, 'latin1')
  return `POST ${url} HTTP/1.1\r\nhost: a\r\n${headers}content-length: ${length}\r\n\r\n${body}`
}

/** Requests that are not plain. */
export const CHUNKED =
  'POST /m HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'
export const GET = 'GET /m HTTP/1.1\r\nhost: a\r\n\r\n'

/** Answers when the test says so. */
export class Held {
  readonly responses: DownstreamResponse[] = []
  readonly requests: DownstreamRequest[] = []
  readonly closed: number[] = []
  readonly answer: Answerer = (request, response) => {
    const nth = this.requests.push(request) - 1
    this.responses.push(response)
    request.on('data', () => undefined)
    request.on('close', () => void this.closed.push(nth))
  }

  async nth(nth: number): Promise<DownstreamResponse> {
    await eventually(() => this.responses.length > nth)
    const response = this.responses[nth]
    if (response === undefined) throw new Error('nobody asked')
    return response
  }
}

/** Takes requests to `/m…`. */
export async function plainStage(answer: Answerer = echo, node: Answerer = echo): Promise<Stage> {
  const asked: string[] = []
  const closes: number[] = []
  const sockets: Socket[] = []
  const server = nodeServer((request, response) => {
    asked.push(`node ${request.method} ${request.url}`)
    node(request, response)
  })
  const plain = new PlainHttp(server, {
    takes: (url) => url.startsWith('/m'),
    answer(request, response) {
      const nth = closes.push(0) - 1
      asked.push(`ours ${request.url}`)
      response.on('close', () => void (closes[nth] = (closes[nth] ?? 0) + 1))
      answer(request, response)
    },
    patience: PATIENCE,
  })
  server.on('connection', (socket) => void sockets.push(socket))
  const { port, close } = await listening(server)
  return {
    server,
    plain,
    port,
    asked,
    closes,
    sockets,
    client: () => clientOf(port),
    look: (later) => {
      // Time counts from the first look at it.
      plain.look(performance.now())
      plain.look(performance.now() + later)
    },
    async come(bytes) {
      await eventually(() => sockets[0]?.bytesRead === bytes)
    },
    async close() {
      plain.close()
      await close()
      // Once each, and nobody is remembered.
      await eventually(() => closes.every((times) => times === 1), `each told once: ${closes.join(' ')}`)
      await eventually(() => plain.size === 0)
    },
  }
}

/** The same without it. */
export async function nodeStage(answer: Answerer): Promise<Pick<Stage, 'client' | 'close'>> {
  const server = nodeServer(answer)
  const { port, close } = await listening(server)
  return { client: () => clientOf(port), close }
}

function nodeServer(answer: Answerer): Server {
  const server = createServer({ shouldUpgradeCallback: asksForWebSocket }, (request, response) =>
    answer(request, response),
  )
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const word = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Too Large' : '400 Bad Request'
    socket.end(`HTTP/1.1 ${word}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
  })
  server.on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  })
  return server
}

async function listening(server: Server): Promise<{ port: number; close: () => Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on TCP has this kind of address.
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { port, close }
}

/** Latin-1 text both ways, so that every byte can be said. */
export class Client {
  readonly socket: Socket
  #heard: string[] = []
  #wake: (() => void) | undefined
  closed = false
  /** The server has said its last word. */
  ended = false

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (bytes) => {
      this.#heard.push(bytes.toString('latin1'))
      this.#wake?.()
    })
    socket.on('end', () => {
      this.ended = true
      this.#wake?.()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.closed = true
      this.#wake?.()
    })
  }

  get heard(): string {
    if (this.#heard.length > 1) this.#heard = [this.#heard.join('')]
    return this.#heard[0] ?? ''
  }

  /** The bodies of all whole answers, with statuses that are not 200 before them. */
  get answers(): string[] {
    return answersIn(this.heard)
  }

  /** Written when it is with the system. */
  say(text: string | Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text, () => resolve())
    })
  }

  /** Resolves when it holds; rejects when the connection ends before. Asked once in a turn, however much comes in it. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.closed) throw new Error(`closed after: ${this.heard.slice(0, 2000)}`)
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
      await new Promise((go) => setImmediate(go))
    }
  }

  async hears(count: number): Promise<string[]> {
    await this.until(() => this.answers.length >= count)
    return this.answers
  }

  async end(): Promise<string[]> {
    await this.until(() => this.closed)
    return this.answers
  }
}

async function clientOf(port: number): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return new Client(socket)
}

function answersIn(text: string): string[] {
  const answers: string[] = []
  for (let at = 0; ;) {
    const end = text.indexOf('\r\n\r\n', at)
    if (end === -1) return answers
    const head = text.slice(at, end)
    const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]
    if (status === undefined) return [...answers, `RUBBISH ${text.slice(at, at + 100)}`]
    at = end + 4
    if (status === '100') continue
    const length = /^content-length: (\d+)$/im.exec(head)?.[1]
    const body = length === undefined ? chunks(text, at) : within(text, at, Number(length))
    if (body === undefined) return answers
    answers.push(status === '200' ? body.text : `${status} ${body.text}`.trim())
    at = body.end
  }
}

function within(text: string, at: number, length: number): { text: string; end: number } | undefined {
  return text.length < at + length ? undefined : { text: text.slice(at, at + length), end: at + length }
}

function chunks(text: string, from: number): { text: string; end: number } | undefined {
  let body = ''
  for (let at = from; ;) {
    const size = /^([\da-f]+)\r\n/i.exec(text.slice(at, at + 20))
    if (size === null) return undefined
    const start = at + size[0].length
    const length = Number.parseInt(size[1] ?? '', 16)
    if (text.length < start + length + 2) return undefined
    body += text.slice(start, start + length)
    at = start + length + 2
    if (length === 0) return { text: body, end: at }
  }
}

/** Time for the system to pass on what was said. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}

/** Time for whatever is under way. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** As at the door. */
function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade === 'websocket'
}

async function eventually(holds: () => boolean, what = 'what was waited for'): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 5000) throw new Error(`It never came: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
