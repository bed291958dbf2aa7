/** Traces as lines of JSON in a file, written in the background. What comes faster than the disk takes it is dropped and counted. */

import { Buffer } from 'node:buffer'
import { closeSync, openSync, write } from 'node:fs'
import { type Trace, traceText } from './trace.ts'

/** Traces that may wait. */
const MOST_WAITING = 10_000
/** Between two rounds of writing, so that a line costs no system call of its own. */
const GATHER_MS = 100
/** Lines made at a time: more would keep requests waiting. */
const BATCH = 100

export class TraceFile {
  readonly path: string
  readonly #descriptor: number
  readonly #onFault: (fault: unknown) => void
  #waiting: Trace[] = []
  #busy = false
  #timer: NodeJS.Timeout | undefined
  #dropped = 0
  #faulty = false
  #whenIdle: (() => void) | undefined
  #ended: Promise<void> | undefined

  /** Throws the system's error when the file cannot be written. */
  constructor(path: string, onFault: (fault: unknown) => void) {
    this.path = path
    this.#onFault = onFault
    // Names of models and providers are nobody else's business.
    this.#descriptor = openSync(path, 'a', 0o600)
  }

  get dropped(): number {
    return this.#dropped
  }

  push(trace: Trace): void {
    if (this.#ended !== undefined || this.#waiting.length >= MOST_WAITING) {
      this.#dropped++
      return
    }
    this.#waiting.push(trace)
    if (this.#busy || this.#timer !== undefined) return
    this.#timer = setTimeout(() => this.#write(), GATHER_MS)
    this.#timer.unref()
  }

  /** Writes what waits, then closes. Idempotent. */
  close(): Promise<void> {
    this.#ended ??= this.#end()
    return this.#ended
  }

  async #end(): Promise<void> {
    clearTimeout(this.#timer)
    if (!this.#busy && this.#waiting.length > 0) this.#write()
    if (this.#busy) await new Promise<void>((resolve) => (this.#whenIdle = resolve))
    closeSync(this.#descriptor)
  }

  #write(): void {
    this.#timer = undefined
    this.#busy = true
    const batch = this.#waiting.splice(0, BATCH)
    const text = batch.map((trace) => `${traceText(trace)}\n`).join('')
    this.#put(Buffer.from(text), batch.length)
  }

  #put(bytes: Buffer, lines: number): void {
    write(this.#descriptor, bytes, 0, bytes.length, null, (fault, written) => {
      if (fault === null && written < bytes.length) return this.#put(bytes.subarray(written), lines)
      if (fault !== null) this.#failed(fault, lines)
      if (this.#waiting.length > 0) return this.#write()
      this.#busy = false
      this.#whenIdle?.()
    })
  }

  /** A full disk is told once, not with every line. */
  #failed(fault: unknown, lines: number): void {
    this.#dropped += lines
    if (!this.#faulty) this.#onFault(fault)
    this.#faulty = true
  }
}
