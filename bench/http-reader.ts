/** Reads HTTP/1.1 messages of either direction from socket chunks, with as little work as the figures allow.
 *  Only what the bench meets: Content-Length, chunked, or no body. */

export interface HttpMessage {
  readonly startLine: string
  readonly head: string
  /** latin1: one character per byte, so `length` counts bytes. */
  readonly body: string
}

type Phase = 'head' | 'sized' | 'chunk-size' | 'chunk-data' | 'trailer'

export class HttpReader {
  #buffered = ''
  #phase: Phase = 'head'
  #startLine = ''
  #head = ''
  #body = ''
  #wanted = 0

  /** Bytes of the current body so far; what an open stream has delivered. */
  get bodyBytes(): number {
    return this.#body.length
  }

  push(chunk: Buffer): readonly HttpMessage[] {
    this.#buffered =
      this.#buffered === '' ? chunk.toString('latin1') : this.#buffered + chunk.toString('latin1')
    const done: HttpMessage[] = []
    while (this.#step(done));
    return done
  }

  /** One step forward; false when more bytes are needed. */
  #step(done: HttpMessage[]): boolean {
    switch (this.#phase) {
      case 'head':
        return this.#readHead(done)
      case 'sized':
        if (this.#buffered.length < this.#wanted) return false
        this.#body = this.#take(this.#wanted)
        return this.#finish(done)
      case 'chunk-size':
        return this.#readChunkSize()
      case 'chunk-data':
        if (this.#buffered.length < this.#wanted + 2) return false
        this.#body += this.#take(this.#wanted)
        this.#take(2)
        this.#phase = 'chunk-size'
        return true
      case 'trailer': {
        const end = this.#buffered.indexOf('\r\n')
        if (end < 0) return false
        this.#take(end + 2)
        return end === 0 ? this.#finish(done) : true
      }
    }
  }

  #readHead(done: HttpMessage[]): boolean {
    const end = this.#buffered.indexOf('\r\n\r\n')
    if (end < 0) return false
    const head = this.#take(end + 4)
    this.#startLine = head.slice(0, head.indexOf('\r\n'))
    this.#head = head
    const lower = head.toLowerCase()
    if (lower.includes('\r\ntransfer-encoding: chunked')) {
      this.#phase = 'chunk-size'
      return true
    }
    this.#wanted = contentLength(lower)
    if (this.#wanted === 0) return this.#finish(done)
    this.#phase = 'sized'
    return true
  }

  #readChunkSize(): boolean {
    const end = this.#buffered.indexOf('\r\n')
    if (end < 0) return false
    this.#wanted = Number.parseInt(this.#take(end + 2), 16)
    if (Number.isNaN(this.#wanted)) throw new Error('a chunk without a size')
    this.#phase = this.#wanted === 0 ? 'trailer' : 'chunk-data'
    return true
  }

  #take(count: number): string {
    const taken = this.#buffered.slice(0, count)
    this.#buffered = this.#buffered.length === count ? '' : this.#buffered.slice(count)
    return taken
  }

  #finish(done: HttpMessage[]): boolean {
    done.push({ startLine: this.#startLine, head: this.#head, body: this.#body })
    this.#body = ''
    this.#phase = 'head'
    return this.#buffered !== ''
  }
}

function contentLength(lowerHead: string): number {
  const name = '\r\ncontent-length:'
  const at = lowerHead.indexOf(name)
  return at < 0 ? 0 : Number.parseInt(lowerHead.slice(at + name.length), 10)
}
