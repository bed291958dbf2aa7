/**
 * Reads plain requests for model operations itself and leaves all others to Node: what every client sends all day takes the short way
 * (a fifth of an answer's price was Node's reader), and what is rare or odd meets the reader that thousands have tried.
 */

import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { HeaderLines } from '#core'
import { NodeSockets } from './node-sockets.ts'
import { type ConnectionKeeper, type ConnectionPatience, PlainConnection } from './plain-connection.ts'
import type { PlainRequest } from './plain-request.ts'
import { type PlainResponse, responseLine } from './plain-response.ts'

export interface PlainHttpParts {
  readonly takes: (url: string) => boolean
  readonly answer: (request: PlainRequest, response: PlainResponse) => void
  readonly patience: ConnectionPatience
}

const SWEEP_MS = 1000

export class PlainHttp implements ConnectionKeeper {
  readonly takes: ConnectionKeeper['takes']
  readonly answer: ConnectionKeeper['answer']
  readonly patience: ConnectionPatience
  closing = false
  readonly #byNode: (socket: Socket) => void
  readonly #connections = new Set<PlainConnection>()
  readonly #nodes = new NodeSockets()
  readonly #lines = new HeaderLines(responseLine)
  #sweeping: NodeJS.Timeout | undefined
  /** The last lines of heads of connections that will be kept, and of those that will not. */
  #kept = ''
  #last = ''

  /** Stands between the server and the listener that Node put there itself. */
  constructor(server: Server, { takes, answer, patience }: PlainHttpParts) {
    this.takes = takes
    this.answer = answer
    this.patience = patience
    const own = server.listeners('connection')
    server.removeAllListeners('connection').on('connection', (socket) => this.#enter(socket))
    this.#byNode = (socket) => own.forEach((listener) => void Reflect.apply(listener, server, [socket]))
  }

  /** Connections without a request under way end now, the others behind their answer. */
  leave(): void {
    this.closing = true
    for (const connection of this.#connections) connection.leave()
  }

  /** Connections that are not Node's. */
  get size(): number {
    return this.#connections.size
  }

  /** Ends what takes too long. */
  look(now: number): void {
    for (const connection of this.#connections) connection.look(now)
    this.#nodes.look(now)
  }

  /** Ends all. */
  close(): void {
    clearTimeout(this.#sweeping)
    for (const { socket } of this.#connections) socket.destroy()
    this.#nodes.close()
  }

  // ConnectionKeeper

  toNode(connection: PlainConnection, socket: Socket, bytes: Buffer): void {
    this.#connections.delete(connection)
    this.#nodes.add(socket)
    this.#byNode(socket)
    socket.emit('data', bytes)
  }

  gone(connection: PlainConnection): void {
    this.#connections.delete(connection)
  }

  lines(headers: readonly string[]): string {
    return this.#lines.of(headers)
  }

  lastLines(persistent: boolean): string {
    return persistent ? this.#kept : this.#last
  }

  // Inside

  #enter(socket: Socket): void {
    this.#connections.add(new PlainConnection(socket, this))
    if (this.#sweeping !== undefined) return
    this.#tellTime()
    this.#sweeping = setTimeout(() => this.#sweep(), SWEEP_MS).unref()
  }

  /** HTTP's own date, as Node tells it: no matter of the house's clock. */
  #tellTime(): void {
    const date = `date: ${new Date().toUTCString()}\r\nconnection: `
    const seconds = Math.floor(this.patience.idleMs / 1000)
    this.#kept = `${date}keep-alive\r\nkeep-alive: timeout=${seconds}\r\n\r\n`
    this.#last = `${date}close\r\n\r\n`
  }

  #sweep(): void {
    this.#tellTime()
    this.look(performance.now())
    const isEmpty = this.#connections.size + this.#nodes.size === 0
    this.#sweeping = isEmpty ? undefined : setTimeout(() => this.#sweep(), SWEEP_MS).unref()
  }
}
