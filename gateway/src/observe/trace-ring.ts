/** The last traces, in memory: the newest takes the place of the oldest. */

import type { Trace } from './trace.ts'

export interface TraceWish {
  readonly limit: number
  /** Was asked, or would have been. */
  readonly provider?: string | undefined
  /** The client's name of it or a provider's. */
  readonly model?: string | undefined
  readonly result?: string | undefined
}

export class TraceRing {
  #size: number
  #traces: Trace[] = []
  /** Where the next one goes, once all places are taken. */
  #next = 0

  constructor(size: number) {
    this.#size = size
  }

  get size(): number {
    return this.#size
  }

  get kept(): number {
    return this.#traces.length
  }

  push(trace: Trace): void {
    if (this.#traces.length < this.#size) {
      this.#traces.push(trace)
      return
    }
    if (this.#size === 0) return
    this.#traces[this.#next] = trace
    this.#next = (this.#next + 1) % this.#size
  }

  /** The newest stay. */
  resize(size: number): void {
    if (size === this.#size) return
    const kept = size === 0 ? [] : [...this.#newestFirst()].slice(0, size).toReversed()
    this.#traces = kept
    this.#next = 0
    this.#size = size
  }

  recent(wish: TraceWish): Trace[] {
    const found: Trace[] = []
    for (const trace of this.#newestFirst()) {
      if (found.length >= wish.limit) break
      if (isWished(trace, wish)) found.push(trace)
    }
    return found
  }

  /** Clients may use an id twice: the newer one is meant. */
  find(id: string): Trace | undefined {
    for (const trace of this.#newestFirst()) if (trace.id === id) return trace
    return undefined
  }

  *#newestFirst(): Generator<Trace> {
    const count = this.#traces.length
    for (let back = 1; back <= count; back++) {
      const trace = this.#traces[(this.#next - back + count) % count]
      if (trace !== undefined) yield trace
    }
  }
}

function isWished(trace: Trace, { provider, model, result }: TraceWish): boolean {
  if (result !== undefined && trace.result !== result) return false
  if (model !== undefined && trace.model !== model && trace.attempts.every((one) => one.model !== model))
    return false
  return provider === undefined || providersOf(trace).includes(provider)
}

function providersOf({ attempts, route }: Trace): readonly string[] {
  if (attempts.length > 0) return attempts.map(({ provider }) => provider)
  return route?.considered.map(({ provider }) => provider) ?? []
}
