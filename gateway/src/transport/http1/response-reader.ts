/** Takes one HTTP/1 answer after another out of a connection's bytes. A push machine: it waits for nothing and keeps only what is unfinished. */

import { Buffer } from 'node:buffer'
import { checkTrailers, notHttp, parseHead, type ResponseHead } from './response-head.ts'
import { brokenOff, WireError } from './wire-error.ts'

export interface ResponseListener {
  onHead(head: ResponseHead): void
  onBody(piece: Buffer): void
  /** `clean`: nothing that was not asked for stands behind the answer, so the connection may carry another. */
  onComplete(clean: boolean): void
}

/** Characters of a head with its empty line, of the trailers, or of what stands beside a chunk's length. */
const HEAD_LIMIT = 64 * 1024
/** As much as is looked at for a head at first. */
const USUAL_HEAD = 1024
/** Digits of a chunk's length: more would not be a number any more. */
const SIZE_DIGITS = 12

const CR = 0x0d
const LF = 0x0a
const TAB = 0x09
const SEMICOLON = 0x3b
const VERSION = 'HTTP/1.'
const END_OF_HEAD = '\r\n\r\n'
const NOTHING = Buffer.alloc(0)

type State =
  | 'idle'
  | 'head'
  | 'body'
  | 'until-close'
  | 'size'
  | 'extension'
  | 'size-end'
  | 'chunk'
  | 'chunk-return'
  | 'chunk-end'
  | 'trailers'
  // All of the answer has come, and that is still to be told.
  | 'ended'
  | 'stopped'

export class ResponseReader {
  readonly #listener: ResponseListener
  #state: State = 'idle'
  /** Bytes of the body or of the chunk that are still to come; while a length is read, the length so far. */
  #left = 0
  #digits = 0
  /** A head or trailers as far as they came. */
  #text = ''
  #halted = false
  /** What came and may not be read yet. */
  #waiting: Buffer | undefined

  constructor(listener: ResponseListener) {
    this.#listener = listener
  }

  /** A request was sent: an answer may come. */
  expect(): void {
    this.#state = 'head'
    this.#text = ''
  }

  /** Nothing more is told. */
  stop(): void {
    this.#state = 'stopped'
    this.#waiting = undefined
  }

  /** Nothing is told until it may go on. */
  halt(): void {
    this.#halted = true
  }

  get halted(): boolean {
    return this.#halted
  }

  /** Something has come that was not told yet. */
  get holds(): boolean {
    return this.#waiting !== undefined || this.#state === 'ended'
  }

  /** Not from inside of what it tells. Throws as `push` does. */
  goOn(): void {
    const waiting = this.#waiting ?? NOTHING
    this.#halted = false
    this.#waiting = undefined
    this.push(waiting)
  }

  /** Throws `not-http` or `head-too-long`. The bytes belong to the reader from now on. */
  push(bytes: Buffer): void {
    if (this.#waiting !== undefined) return void (this.#waiting = Buffer.concat([this.#waiting, bytes]))
    let at = 0
    while (at < bytes.length && this.#state !== 'stopped') {
      if (this.#halted) return void (this.#waiting = bytes.subarray(at))
      at = this.#step(bytes, at)
    }
    if (this.#state === 'ended' && !this.#halted) this.#complete(true)
  }

  /** The other side sends no more. Throws `broken-off` in the middle of an answer. */
  end(): void {
    if (this.#state === 'until-close') return this.#complete(false)
    if (this.#state !== 'idle' && this.#state !== 'stopped') throw brokenOff()
  }

  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes, at)
      case 'body':
      case 'chunk':
        return this.#readPiece(bytes, at)
      case 'until-close':
        this.#listener.onBody(at === 0 ? bytes : bytes.subarray(at))
        return bytes.length
      case 'trailers':
        return this.#readTrailers(bytes, at)
      case 'ended':
        this.#complete(false)
        return bytes.length
      case 'idle':
        throw notHttp('nothing had been asked')
      default:
        this.#readSize(bytes[at] ?? 0)
        return at + 1
    }
  }

  /** Where in `bytes` the text ends that is over with an empty line; undefined when it is not over. */
  #gather(bytes: Buffer, at: number): number | undefined {
    if (this.#text === '') {
      // Nearly always all of it comes at once, and is short.
      const piece = bytes.toString('latin1', at, Math.min(bytes.length, at + USUAL_HEAD))
      const end = piece.indexOf(END_OF_HEAD)
      if (end !== -1) {
        this.#text = piece.slice(0, end)
        return at + end + END_OF_HEAD.length
      }
    }
    const before = this.#text.length
    // No more than is needed: a header's value is a piece of this text, and keeps all of it in memory.
    const found = bytes.indexOf(END_OF_HEAD, at, 'latin1')
    const upTo = found === -1 ? bytes.length : found + END_OF_HEAD.length
    this.#text += bytes.toString('latin1', at, Math.min(upTo, at + HEAD_LIMIT + 1))
    const end = this.#text.indexOf(END_OF_HEAD, Math.max(0, before - END_OF_HEAD.length + 1))
    if (end === -1 || end + END_OF_HEAD.length > HEAD_LIMIT) {
      if (this.#text.length > HEAD_LIMIT)
        throw new WireError('head-too-long', `The answer's head has over ${HEAD_LIMIT} characters.`)
      return undefined
    }
    this.#text = this.#text.slice(0, end)
    return at + end + END_OF_HEAD.length - before
  }

  #readHead(bytes: Buffer, at: number): number {
    const end = this.#gather(bytes, at)
    if (end === undefined) {
      // Told at once: who speaks another protocol may be waiting for us.
      if (!VERSION.startsWith(this.#text.slice(0, VERSION.length)))
        throw notHttp('it does not begin as HTTP/1')
      return bytes.length
    }
    const head = parseHead(this.#text)
    this.#text = ''
    // An announcement (RFC 9110 section 15.2): the answer itself follows.
    if (head.status < 200) {
      if (head.status === 101) throw notHttp('it changes to a protocol that nobody asked for')
      if (!head.persistent) throw notHttp('it ends with an announcement')
      return end
    }
    const { length } = head
    this.#left = typeof length === 'number' ? length : 0
    this.#digits = 0
    this.#state =
      length === 'chunked' ? 'size' : length === 'until-close' ? length : length === 0 ? 'ended' : 'body'
    this.#listener.onHead(head)
    return end
  }

  #readPiece(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left)
    this.#left -= end - at
    if (this.#left === 0) this.#state = this.#state === 'chunk' ? 'chunk-return' : 'ended'
    this.#listener.onBody(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end))
    return end
  }

  /** The line before a chunk: hexadecimal digits, perhaps an extension nobody needs. */
  #readSize(byte: number): void {
    switch (this.#state) {
      case 'size': {
        const digit = hexDigit(byte)
        if (digit !== undefined) {
          if (++this.#digits > SIZE_DIGITS) throw notHttp('a chunk is too long')
          this.#left = this.#left * 16 + digit
        } else if (this.#digits === 0) {
          throw notHttp('a chunk has no length')
        } else if (byte === CR) {
          this.#state = 'size-end'
        } else {
          this.#extend(byte)
        }
        return
      }
      case 'extension':
        if (byte === CR) this.#state = 'size-end'
        else this.#extend(byte)
        return
      case 'size-end':
        must(byte, LF)
        this.#state = this.#left === 0 ? 'trailers' : 'chunk'
        // As if a line had ended, which it has: without trailers the empty line follows at once.
        if (this.#left === 0) this.#text = '\r\n'
        return
      case 'chunk-return':
        must(byte, CR)
        this.#state = 'chunk-end'
        return
      default:
        must(byte, LF)
        this.#state = 'size'
        this.#digits = 0
    }
  }

  #extend(byte: number): void {
    if (this.#state === 'size' && byte !== SEMICOLON) throw notHttp("a chunk's length is no number")
    if ((byte < 0x20 && byte !== TAB) || byte === 0x7f) throw notHttp("a chunk's extension is none")
    if (++this.#digits > HEAD_LIMIT) throw notHttp("a chunk's extension does not end")
    this.#state = 'extension'
  }

  #readTrailers(bytes: Buffer, at: number): number {
    const end = this.#gather(bytes, at)
    if (end === undefined) return bytes.length
    checkTrailers(this.#text)
    this.#text = ''
    this.#state = 'ended'
    return end
  }

  #complete(clean: boolean): void {
    this.#state = 'idle'
    this.#listener.onComplete(clean)
  }
}

function must(byte: number, wanted: number): void {
  if (byte !== wanted) throw notHttp('a chunk is longer than it says')
}

function hexDigit(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined
}
