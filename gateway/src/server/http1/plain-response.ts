/** The answer to a plain request: a head and a body of known length in one write, or each piece of a stream in one write of its own. */

import { Buffer } from 'node:buffer'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { isHeaderValue } from '#core'
import type { DownstreamResponse } from '../downstream.ts'
import type { PlainRequest } from './plain-request.ts'

export interface ResponsePlace {
  readonly socket: Socket
  /** The lines of these headers, `connection` left out. Throws where a value is none. */
  lines(headers: readonly string[]): string
  /** The last header lines: the date, and whether the connection will be kept. */
  lastLines(persistent: boolean): string
  /** Its last byte is with the socket. */
  answered(persistent: boolean): void
}

/** As `ResponsePlace.lines` says. */
export function responseLine(name: string, value: string): string {
  if (!isHeaderValue(value))
    throw new Error(`The header ${name} has characters that HTTP does not allow there.`)
  return name === 'connection' ? '' : `${name}: ${value}\r\n`
}

const ASCII = /^[\t\r\n\x20-\x7e]*$/
const DONE = Promise.resolve()
const LAST_CHUNK = '0\r\n\r\n'

export class PlainResponse implements DownstreamResponse {
  readonly req: PlainRequest
  /** Each piece is written at once. */
  readonly chunkedEncoding = false
  readonly writableLength = 0
  readonly socket = null
  readonly #place: ResponsePlace
  #persistent: boolean
  /** What goes out with the first bytes of the body. */
  #head = ''
  #own: string[] | undefined
  #hasLength = false
  #begun = false
  #over = false
  /** By us. Whatever else ends the connection tells `closed`; asking the socket costs more than all else here, at every event. */
  #tornOff = false
  #onClose: (() => void)[] = []

  constructor(request: PlainRequest, place: ResponsePlace, persistent: boolean) {
    this.req = request
    this.#place = place
    this.#persistent = persistent
  }

  get headersSent(): boolean {
    return this.#begun
  }

  get destroyed(): boolean {
    return this.#over || this.#tornOff
  }

  on(_event: 'close', listener: () => void): this {
    if (this.#over) process.nextTick(listener)
    else this.#onClose.push(listener)
    return this
  }

  once(event: 'close' | 'drain', listener: () => void): this {
    if (event === 'close') return this.on(event, listener)
    this.#place.socket.once(event, listener)
    return this
  }

  setHeader(name: string, value: string): void {
    ;(this.#own ??= []).push(name, value)
  }

  hasHeader(name: string): boolean {
    return this.#own?.includes(name) === true
  }

  writeHead(status: number, headers: readonly string[] = []): this {
    if (this.#begun) throw new Error('The head of this answer is out.')
    const all = this.#own === undefined ? headers : [...this.#own, ...headers]
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n${this.#place.lines(all)}`
    this.#hasLength = false
    for (let at = 0; at + 1 < all.length; at += 2) {
      if (all[at] === 'content-length') this.#hasLength = true
      else if (all[at] === 'connection') this.#persistent &&= all[at + 1] !== 'close'
    }
    // Only now: where a header is refused, another head may still be written.
    this.#begun = true
    this.#head = head
    return this
  }

  write(piece: string | Buffer): boolean {
    if (this.destroyed) return false
    if (!this.#begun) this.writeHead(200)
    if (this.#hasLength) throw new Error('An answer that comes in pieces has no length before its end.')
    const length = Buffer.byteLength(piece)
    // No piece may look like the last.
    if (length === 0) return true
    const text = typeof piece === 'string' ? piece : piece.toString('latin1')
    const head = this.#head === '' ? '' : this.#wholeHead('transfer-encoding: chunked\r\n')
    return this.#send(head, `${length.toString(16)}\r\n${text}\r\n`, length === text.length)
  }

  end(text = '', encoding: BufferEncoding = 'utf8'): this {
    if (this.destroyed) return this
    if (!this.#begun) this.writeHead(200)
    if (this.#head === '') {
      if (text !== '') this.write(Buffer.from(text, encoding))
      this.#send('', LAST_CHUNK, true)
    } else {
      const framing = this.#hasLength ? '' : `content-length: ${Buffer.byteLength(text, encoding)}\r\n`
      this.#send(this.#wholeHead(framing), text, encoding === 'latin1')
    }
    this.#finish(this.#persistent)
    return this
  }

  destroy(): void {
    this.#tornOff = true
    this.#place.socket.destroy()
  }

  /** Behind what is written, without a last chunk. A client that takes nothing of it is let go as after any other last answer. */
  breakOff(): void {
    if (!this.destroyed) this.#finish(false)
  }

  /** Its client has gone. */
  closed(): void {
    if (this.#over) return
    this.#over = true
    this.#close()
  }

  // Inside

  #finish(persistent: boolean): void {
    this.#over = true
    this.#place.answered(persistent)
    // Sooner than a tick of Node's, and for less.
    void DONE.then(() => this.#close())
  }

  #wholeHead(framing: string): string {
    const head = `${this.#head}${framing}${this.#place.lastLines(this.#persistent)}`
    this.#head = ''
    return head
  }

  /** As Latin-1 wherever the bytes allow it: copied by the socket, not transcoded. */
  #send(head: string, text: string, isLatin1: boolean): boolean {
    const { socket } = this.#place
    if (isLatin1) return socket.write(head + text, 'latin1')
    if (ASCII.test(head)) return socket.write(head + text, 'utf8')
    socket.write(head, 'latin1')
    return socket.write(text, 'utf8')
  }

  #close(): void {
    for (const listener of this.#onClose.splice(0)) listener()
  }
}
