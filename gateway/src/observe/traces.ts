/** Where traces stay: the last of them in memory, fewer of the ordinary ones under load, and all in a file where one is configured. */

import type { Clock, JsonObject } from '#core'
import type { Observer } from '#pipeline'
import { traceJson } from './trace.ts'
import { TraceFile } from './trace-file.ts'
import { TraceObserver } from './trace-observer.ts'
import { TraceRing, type TraceWish } from './trace-ring.ts'
import { TraceSampling } from './trace-sampling.ts'

/** How many, and in which file. */
export interface TraceRules {
  readonly size: number
  readonly file?: string
}

const USUAL: TraceRules = { size: 1000 }

export class Traces {
  readonly #ring: TraceRing
  readonly #observer: TraceObserver
  readonly #onFault: (fault: unknown) => void
  #file: TraceFile | undefined
  #sampling: TraceSampling
  #sampledOut = 0

  /** Throws the system's error when the file cannot be written. */
  constructor(clock: Clock, rules: TraceRules = USUAL, onFault: (fault: unknown) => void = () => undefined) {
    this.#ring = new TraceRing(rules.size)
    this.#onFault = onFault
    this.#file = rules.file === undefined ? undefined : new TraceFile(rules.file, onFault)
    this.#sampling = new TraceSampling(rules.size)
    this.#observer = new TraceObserver(clock, {
      keep: (trace) => {
        this.#ring.push(trace)
        this.#file?.push(trace)
      },
      wantsOrdinary: (now) => this.#wantsOrdinary(now),
    })
    this.#switch()
  }

  get observer(): Observer {
    return this.#observer
  }

  /** Other rules from now on. A file that cannot be written is told as a fault, and the one before stays. */
  configure({ size, file }: TraceRules = USUAL): void {
    if (size !== this.#ring.size) this.#sampling = new TraceSampling(size)
    this.#ring.resize(size)
    if (file !== this.#file?.path) this.#change(file)
    this.#switch()
  }

  recent(wish: TraceWish): JsonObject[] {
    return this.#ring.recent(wish).map(traceJson)
  }

  find(id: string): JsonObject | undefined {
    const trace = this.#ring.find(id)
    return trace === undefined ? undefined : traceJson(trace)
  }

  get state(): { size: number; kept: number; sampled_out: number; dropped?: number } {
    const { size, kept } = this.#ring
    const dropped = this.#file === undefined ? {} : { dropped: this.#file.dropped }
    return { size, kept, sampled_out: this.#sampledOut, ...dropped }
  }

  async close(): Promise<void> {
    await this.#file?.close()
  }

  #change(path: string | undefined): void {
    try {
      const next = path === undefined ? undefined : new TraceFile(path, this.#onFault)
      this.#file?.close().catch(this.#onFault)
      this.#file = next
    } catch (fault) {
      this.#onFault(fault)
    }
  }

  /** A file gets every one, and then memory may have it too. */
  #wantsOrdinary(now: number): boolean {
    if (this.#file !== undefined || this.#sampling.takes(now)) return true
    this.#sampledOut++
    return false
  }

  #switch(): void {
    this.#observer.enabled = this.#ring.size > 0 || this.#file !== undefined
  }
}
