/**
 * Lines into a file or a pipe, written in the background. What its reader or the disk does not take is dropped and counted: a log that
 * cannot be written stops nobody.
 */

import { Buffer } from 'node:buffer'
import { closeSync, openSync, write, writeSync } from 'node:fs'

/** Characters gathered before a write, so that a line costs no system call of its own. */
const GATHER = 4096
const FLUSH_MS = 500
/** Characters that may wait for a slow reader. */
const MOST_WAITING = 4 * 1024 * 1024
/** How often, and how long, a full pipe is waited for at the very end. */
const LAST_TRIES = 20
const LAST_WAIT_MS = 10
const RETRY_MS = 100
const LONGEST_END_MS = 1000

export class LineWriter {
  readonly #descriptor: number
  readonly #isOwn: boolean
  readonly #flusher: NodeJS.Timeout
  #waiting = ''
  readonly #done = Promise.withResolvers<void>()
  #busy = false
  #closed = false
  #dropped = 0

  /** A path is opened here and now: one that cannot be written throws the system's error. A descriptor stays open. */
  constructor(destination: string | number) {
    this.#isOwn = typeof destination === 'string'
    this.#descriptor = typeof destination === 'string' ? openSync(destination, 'a') : destination
    this.#flusher = setInterval(() => this.#flush(), FLUSH_MS)
    this.#flusher.unref()
    if (OPEN.size === 0) process.on('exit', closeAll)
    OPEN.add(this)
  }

  /** Lines, or what of several went together. */
  get dropped(): number {
    return this.#dropped
  }

  write(line: string): void {
    if (this.#closed || this.#waiting.length >= MOST_WAITING) {
      this.#dropped++
      return
    }
    this.#waiting += line
    if (this.#waiting.length >= GATHER) this.#flush()
  }

  /** Writes out what is gathered. Idempotent. The promise: what was under way is written too. */
  close(): Promise<void> {
    this.#shut()
    if (!this.#busy) return Promise.resolve()
    // A reader that takes nothing keeps nobody from ending.
    setTimeout(() => this.#done.resolve(), LONGEST_END_MS).unref()
    return this.#done.promise
  }

  #shut(): void {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#flusher)
    OPEN.delete(this)
    if (OPEN.size === 0) process.off('exit', closeAll)
    this.#writeRest()
    if (this.#isOwn && !this.#busy) closeSync(this.#descriptor)
  }

  #flush(): void {
    if (this.#busy || this.#waiting === '') return
    const bytes = Buffer.from(this.#waiting)
    this.#waiting = ''
    this.#busy = true
    this.#put(bytes)
  }

  #put(bytes: Buffer): void {
    write(this.#descriptor, bytes, 0, bytes.length, null, (fault, written) => {
      if (fault?.code === 'EAGAIN' && !this.#closed) {
        setTimeout(() => this.#put(bytes), RETRY_MS).unref()
        return
      }
      if (fault === null && written < bytes.length) return this.#put(bytes.subarray(written))
      if (fault !== null) this.#dropped++
      this.#busy = false
      if (this.#closed) this.#done.resolve()
      if (this.#closed && this.#isOwn) closeSync(this.#descriptor)
      else if (this.#waiting.length >= GATHER) this.#flush()
    })
  }

  /** Nobody can be waited for any more. */
  #writeRest(): void {
    let bytes = Buffer.from(this.#waiting)
    this.#waiting = ''
    for (let tries = 0; bytes.length > 0 && tries < LAST_TRIES;) {
      try {
        bytes = bytes.subarray(writeSync(this.#descriptor, bytes))
      } catch (fault) {
        if (!(fault instanceof Error && 'code' in fault && fault.code === 'EAGAIN')) break
        tries++
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_WAIT_MS)
      }
    }
    if (bytes.length > 0) this.#dropped++
  }
}

/** Those whose lines must not be lost when the process ends without closing them. */
const OPEN = new Set<LineWriter>()

function closeAll(): void {
  for (const writer of OPEN) void writer.close()
}
