/** One kept-alive connection of the load generator: a request goes out, its checked answer comes back. */

import { connect, type Socket } from 'node:net'

import { HttpReader } from './http-reader.ts'
import { faultOf, type Shot } from './job.ts'

type Settle = (fault: string | undefined) => void

export class Connection {
  readonly #socket: Socket
  readonly #reader = new HttpReader()
  #reads = 0
  #waiting: { readonly shot: Shot; readonly settle: Settle } | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', (error) => this.#settle(error.message))
    socket.on('close', () => this.#settle('the connection was closed before the answer was whole'))
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Connection(socket))
      })
    })
  }

  /** Bytes of the answer under way. */
  get delivered(): number {
    return this.#reader.bodyBytes
  }

  /** Pieces received since it was opened. */
  get reads(): number {
    return this.#reads
  }

  send(bytes: Buffer, shot: Shot, settle: Settle): void {
    this.#waiting = { shot, settle }
    this.#socket.write(bytes)
  }

  close(): void {
    this.#waiting = undefined
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    this.#reads++
    const waiting = this.#waiting
    for (const message of this.#reader.push(chunk)) {
      this.#settle(waiting && faultOf(message.startLine, message.body, waiting.shot.expect))
    }
  }

  #settle(fault: string | undefined): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.settle(fault)
  }
}

export async function openAll(port: number, count: number): Promise<readonly Connection[]> {
  const open: Connection[] = []
  // In small steps: a listen queue that overflows costs a second per lost handshake.
  while (open.length < count) {
    const step = Math.min(50, count - open.length)
    open.push(...(await Promise.all(Array.from({ length: step }, () => Connection.open(port)))))
  }
  return open
}

export function readsOf(connections: readonly Connection[]): number {
  return connections.reduce((sum, { reads }) => sum + reads, 0)
}

/** The bytes of a request, built once per job. */
export function requestBytes(shot: Shot): Buffer {
  const headers = Object.entries(shot.headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = Buffer.byteLength(shot.body)
  return Buffer.from(
    `POST ${shot.path} HTTP/1.1\r\nhost: 127.0.0.1:${shot.port}\r\ncontent-type: application/json\r\n` +
      `${headers.join('')}content-length: ${length}\r\n\r\n${shot.body}`,
  )
}
