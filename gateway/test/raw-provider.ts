/** A provider played byte by byte over a bare socket, and what a call to it hears. */

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { GatewayError } from '#core'
import type { Client, Receiver, UploadRequest, UpstreamCall, UpstreamRequest } from '#transport'

export interface RawProvider {
  readonly port: number
  readonly origin: string
  /** All that ever connected. */
  readonly sockets: readonly Socket[]
  /** Those that are connected now. */
  open(): Promise<number>
  close(): void
}

/** Called with each whole request and its number among all. */
export type Play = (socket: Socket, request: string, nth: number) => void

export async function rawProvider(play: Play, host = '127.0.0.1'): Promise<RawProvider> {
  let nth = 0
  return listening(
    createServer({ noDelay: true }, (socket) => {
      eachRequest(socket, (request) => play(socket, request, nth++))
    }),
    host,
  )
}

export async function listening(server: Server, host = '127.0.0.1'): Promise<RawProvider> {
  const sockets: Socket[] = []
  server.prependListener('connection', (socket: Socket) => void sockets.push(socket.on('error', () => {})))
  server.listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    sockets,
    open: () => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))),
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Requests without a body or with a length; of chunks the head alone counts. */
export function eachRequest(socket: Socket, tell: (request: string) => void): void {
  let text = ''
  socket.on('error', () => {})
  socket.on('data', (piece) => {
    text += piece.toString('latin1')
    for (;;) {
      const head = text.indexOf('\r\n\r\n')
      if (head === -1) return
      const end = head + 4 + Number(/\r\ncontent-length: (\d+)/.exec(text.slice(0, head))?.[1] ?? 0)
      if (text.length < end) return
      const request = text.slice(0, end)
      text = text.slice(end)
      tell(request)
    }
  })
}

export function answer(body: string, ...headers: string[]): string {
  const lines = [`content-length: ${Buffer.byteLength(body)}`, ...headers].map((line) => `${line}\r\n`)
  return `HTTP/1.1 200 OK\r\n${lines.join('')}\r\n${body}`
}

/** Pieces that are not empty. */
export function inChunks(pieces: readonly string[]): string {
  const chunks = [...pieces, ''].map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`)
  return `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunks.join('')}`
}

/** What a receiver was told, in order; pieces of the body that follow each other are joined. */
export class Heard implements Receiver {
  readonly told: string[] = []
  readonly over: Promise<void>
  error: GatewayError | undefined
  body = ''
  call: UpstreamCall | undefined
  onPiece: (piece: Buffer) => void = () => {}
  onStatus: (header: (name: string) => string | undefined) => void = () => {}
  onOver: () => void = () => {}
  #end: () => void = () => {}

  constructor() {
    this.over = new Promise((resolve) => (this.#end = resolve))
  }

  onHead(status: number, header: (name: string) => string | undefined): void {
    this.told.push(`head ${status}`)
    this.onStatus(header)
  }

  onData(chunk: Buffer): void {
    if (this.told.at(-1) !== 'data') this.told.push('data')
    this.body += chunk.toString('latin1')
    this.onPiece(chunk)
  }

  onEnd(): void {
    this.told.push('end')
    this.#end()
    this.onOver()
  }

  onError(error: GatewayError): void {
    this.told.push(`error ${error.facts.code ?? error.type}`)
    this.error = error
    this.#end()
  }
}

/** Pauses at all that it hears, and notes what it hears while it is paused. */
export class Pausing extends Heard {
  paused = false
  readonly early: string[] = []

  #pause(what: string): void {
    if (this.paused) this.early.push(what)
    this.paused = true
    this.call?.pause()
    setTimeout(() => {
      this.paused = false
      this.call?.resume()
    }, 2)
  }

  override onHead(status: number, header: (name: string) => string | undefined): void {
    super.onHead(status, header)
    this.#pause('head')
  }

  override onData(piece: Buffer): void {
    super.onData(piece)
    this.#pause('data')
  }

  override onEnd(): void {
    if (this.paused) this.early.push('end')
    super.onEnd()
  }

  override onError(error: never): void {
    if (this.paused) this.early.push('error')
    super.onError(error)
  }
}

export function ask(
  client: Client,
  change: Partial<UpstreamRequest | UploadRequest> = {},
  heard: Heard = new Heard(),
): Heard {
  const request = { method: 'GET', path: '/', headers: [], body: null, ...change } as UpstreamRequest // either of the two
  heard.call = client.send(request, heard)
  return heard
}
