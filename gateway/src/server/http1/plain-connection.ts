/** One connection of a client: its plain requests, one after the other. At the first that is not plain it goes to Node, for good. */

import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { HeadMemory } from './head-memory.ts'
import { PlainRequest } from './plain-request.ts'
import { PlainResponse, type ResponsePlace } from './plain-response.ts'
import { mayBePlain, type PlainHead, plainHead } from './request-head.ts'
import { FAREWELL_MS, STALLED_MS, unsentOf } from './unsent.ts'

export interface ConnectionKeeper {
  /** Whether requests to this address are answered here. */
  takes(url: string): boolean
  answer(request: PlainRequest, response: PlainResponse): void
  /** From now on it is Node's, beginning with these bytes. */
  toNode(connection: PlainConnection, socket: Socket, bytes: Buffer): void
  /** As `ResponsePlace` says. */
  lines(headers: readonly string[]): string
  lastLines(persistent: boolean): string
  gone(connection: PlainConnection): void
  readonly patience: ConnectionPatience
  readonly closing: boolean
}

/** In milliseconds. */
export interface ConnectionPatience {
  readonly headMs: number
  /** From the first byte to the last of the body. */
  readonly requestMs: number
  /** Between two requests. */
  readonly idleMs: number
}

/**
 * `head`: nothing of a request, or a part of its head; `body`: until all of it is there; `answer`: until the answer is over; `idle`: between
 * two requests; `leaving`: nothing is read for its own sake any more.
 */
type Stage = 'head' | 'body' | 'answer' | 'idle' | 'leaving'

/** Longer ones are for Node, which refuses what is too long. */
const LONGEST_HEAD = 16 * 1024
/** Most of a request that comes before its turn; what is more waits with the system. */
const LONGEST_AHEAD = 64 * 1024
/** What a client takes for kept may be on its way when its time is over. */
const TRANSIT_MS = 1000
/** As much of a first piece as is looked at for a head at first. */
const USUAL_HEAD = 2048

const TOO_SLOW = '408 Request Timeout'
const BROKEN_OFF = '400 Bad Request'

export class PlainConnection implements ResponsePlace {
  readonly socket: Socket
  readonly #keeper: ConnectionKeeper
  readonly #memory = new HeadMemory()
  #stage: Stage = 'head'
  /** Since when it is in this stage, or took anything of its answer, as far as anybody has looked: a look at the clock costs more. */
  #since: number | undefined
  #unsent = 0
  /** Bytes whose turn has not come. */
  #ahead: Buffer | undefined
  #request: PlainRequest | undefined
  #response: PlainResponse | undefined
  /** Bytes of the body that have not come. */
  #left = 0

  constructor(socket: Socket, keeper: ConnectionKeeper) {
    this.socket = socket
    this.#keeper = keeper
    socket
      .on('data', this.#onData)
      .on('drain', this.#onDrain)
      .on('end', this.#onEnd)
      .on('error', this.#onError)
      .on('close', this.#onClose)
  }

  /** Ends what takes too long. */
  look(now: number): void {
    const { headMs, requestMs, idleMs } = this.#keeper.patience
    const keptMs = idleMs + TRANSIT_MS
    const waited = now - (this.#since ??= now)
    if (this.#stage === 'head' && waited > headMs) this.#refuse(TOO_SLOW)
    else if (this.#stage === 'body' && waited > requestMs) this.#refuse(TOO_SLOW)
    else if (this.#stage === 'leaving' && waited > FAREWELL_MS) this.#lookAtUnsent(now, 0)
    else if (this.#stage === 'idle' && waited > keptMs) this.#lookAtUnsent(now, keptMs)
  }

  /** Ends it unless a request is under way; then behind its answer. */
  leave(): void {
    if (this.#stage === 'head' && this.socket.writableLength === 0) this.socket.destroy()
    else if (this.#stage === 'head' || this.#stage === 'idle' || this.#isSkipping) this.#farewell()
  }

  // ResponsePlace

  lines(headers: readonly string[]): string {
    return this.#keeper.lines(headers)
  }

  lastLines(persistent: boolean): string {
    return this.#keeper.lastLines(persistent && !this.#keeper.closing)
  }

  answered(persistent: boolean): void {
    this.#response = undefined
    if (!persistent || this.#keeper.closing) {
      this.#farewell()
    } else if (this.#left > 0) {
      this.#enter('body')
    } else {
      this.#rest()
    }
  }

  // Inside

  readonly #onData = (bytes: Buffer): void => {
    const stage = this.#stage
    if (stage === 'leaving') return
    if (stage === 'answer' || (stage === 'idle' && this.socket.writableNeedDrain)) this.#keepForLater(bytes)
    else this.#take(bytes)
  }

  readonly #onDrain = (): void => {
    if (this.#stage === 'idle' && this.#ahead !== undefined) this.#goOn()
  }

  /** A client that has said its last word hears no more answers: that is how clients leave. Those that are written are sent. */
  readonly #onEnd = (): void => {
    const stage = this.#stage
    if (stage === 'leaving') return
    if (stage === 'body' || (stage === 'head' && this.#ahead !== undefined)) return this.#refuse(BROKEN_OFF)
    this.#giveUp()
    this.#farewell()
  }

  readonly #onError = (): void => {
    this.socket.destroy()
  }

  readonly #onClose = (): void => {
    this.#keeper.gone(this)
    this.#giveUp()
  }

  /** Answered before it was all there: the rest is passed over. */
  get #isSkipping(): boolean {
    return this.#stage === 'body' && this.#response === undefined
  }

  #take(bytes: Buffer): void {
    if (this.#stage === 'body') return this.#takeBody(bytes)
    const all = this.#ahead === undefined ? bytes : Buffer.concat([this.#ahead, bytes])
    this.#ahead = undefined
    const known = this.#memory.recall(all)
    if (known !== undefined) return this.#begin(known.head, all.subarray(known.size))
    const text = headText(all)
    const head = text === undefined ? undefined : plainHead(text)
    if (
      text === undefined &&
      all.length < LONGEST_HEAD &&
      mayBePlain(all.toString('latin1', 0, all.length))
    ) {
      if (this.#stage !== 'head') this.#enter('head')
      this.#ahead = all
    } else if (text === undefined || head === undefined || !this.#keeper.takes(head.url)) {
      this.#giveToNode(all)
    } else {
      this.#memory.keep(text, head)
      this.#begin(head, all.subarray(text.length + 4))
    }
  }

  #begin(head: PlainHead, body: Buffer): void {
    const request = new PlainRequest(head)
    const response = new PlainResponse(request, this, head.persistent)
    this.#request = request
    this.#response = response
    this.#left = head.length
    this.#enter('body')
    // Nearly always all of it comes at once: then nobody needs to wait for it.
    if (body.length === head.length) this.#takeBody(body)
    this.#keeper.answer(request, response)
    if (body.length !== head.length) this.#takeBody(body)
  }

  #takeBody(bytes: Buffer): void {
    const size = Math.min(this.#left, bytes.length)
    const request = this.#request
    this.#left -= size
    // Whoever has answered already wants nothing more of it.
    if (size > 0 && this.#response !== undefined)
      request?.push(size === bytes.length ? bytes : bytes.subarray(0, size))
    if (this.#left > 0 || this.#stage === 'leaving') return
    if (size < bytes.length) this.#keepForLater(bytes.subarray(size))
    if (this.#response === undefined) return this.#rest()
    this.#enter('answer')
    request?.finish()
  }

  #rest(): void {
    this.#request = undefined
    if (this.#ahead === undefined || this.socket.writableNeedDrain) return this.#enter('idle')
    // Not at once: who has answered is in the middle of something.
    this.#stage = 'answer'
    process.nextTick(() => this.#goOn())
  }

  #goOn(): void {
    const ahead = this.#ahead
    this.#ahead = undefined
    if (ahead === undefined || this.socket.destroyed) return
    if (this.#keeper.closing) return this.#farewell()
    this.#enter('idle')
    this.#take(ahead)
    if (this.#aheadLength <= LONGEST_AHEAD) this.socket.resume()
  }

  get #aheadLength(): number {
    return this.#ahead?.length ?? 0
  }

  #keepForLater(bytes: Buffer): void {
    this.#ahead = this.#ahead === undefined ? bytes : Buffer.concat([this.#ahead, bytes])
    if (this.#aheadLength > LONGEST_AHEAD) this.socket.pause()
  }

  #giveToNode(bytes: Buffer): void {
    const { socket } = this
    socket
      .off('data', this.#onData)
      .off('drain', this.#onDrain)
      .off('end', this.#onEnd)
      .off('error', this.#onError)
      .off('close', this.#onClose)
    this.#keeper.toNode(this, socket, bytes)
  }

  #farewell(word = ''): void {
    this.#enter('leaving')
    this.#ahead = undefined
    this.#response = undefined
    this.socket.resume()
    if (word === '') this.socket.end()
    else this.socket.end(word)
  }

  /** Whoever works on an answer hears that nobody waits for it. */
  #giveUp(): void {
    const request = this.#request
    const response = this.#response
    this.#request = undefined
    this.#response = undefined
    this.#ahead = undefined
    // In this order: who hears it of the request finds the answer closed.
    response?.closed()
    request?.closed()
  }

  #enter(stage: Stage): void {
    this.#stage = stage
    // Who is to leave has not many seconds.
    this.#since = stage === 'leaving' ? performance.now() : undefined
  }

  /** What is not with the client yet may take its time while any of it goes. */
  #lookAtUnsent(now: number, patience: number): void {
    const unsent = unsentOf(this.socket)
    if (unsent !== this.#unsent) {
      this.#unsent = unsent
      this.#since = unsent === 0 ? now : now - patience
    } else if (unsent === 0 || now - (this.#since ?? now) > STALLED_MS + patience) {
      this.socket.destroy()
    }
  }

  #refuse(line: string): void {
    // Words in the middle of an answer would be taken for a part of it, and behind a whole one for the next.
    if (this.#response?.headersSent === true) return void this.socket.destroy()
    const words = this.#isSkipping ? '' : `HTTP/1.1 ${line}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`
    this.#giveUp()
    this.#farewell(words)
  }
}

/** All before the empty line, one character per byte; undefined where there is none. */
function headText(bytes: Buffer): string | undefined {
  const first = bytes.toString('latin1', 0, Math.min(bytes.length, USUAL_HEAD))
  const end = first.indexOf('\r\n\r\n')
  if (end !== -1) return first.slice(0, end)
  if (bytes.length <= USUAL_HEAD) return undefined
  const text = bytes.toString('latin1', 0, Math.min(bytes.length, LONGEST_HEAD))
  const later = text.indexOf('\r\n\r\n')
  return later === -1 ? undefined : text.slice(0, later)
}
