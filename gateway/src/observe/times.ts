/** How long things took: the least, the most and the mean of all, percentiles of the last. A few additions for each, and a bound. */

import type { JsonObject } from '#core'

/** Times of which percentiles are made; a power of two. */
const KEPT = 512
const FIRST = 16

export class Times {
  count = 0
  #sum = 0
  #min = Infinity
  #max = 0
  /** Grows up to what is kept: most models are asked a few times only. */
  #last = NONE

  add(ms: number): void {
    const { count } = this
    if (count === this.#last.length && count < KEPT) this.#grow()
    this.#last[count % KEPT] = ms
    this.#sum += ms
    if (ms < this.#min) this.#min = ms
    if (ms > this.#max) this.#max = ms
    this.count = count + 1
  }

  merge(other: Times): void {
    for (const ms of other.#kept()) this.add(ms)
    // What it no longer holds counts all the same.
    this.count += Math.max(0, other.count - KEPT)
    this.#sum += other.#sum - other.#keptSum()
    this.#min = Math.min(this.#min, other.#min)
    this.#max = Math.max(this.#max, other.#max)
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.#sum / this.count
  }

  /** Milliseconds; zeros where nothing was measured. */
  told(): JsonObject {
    const sorted = this.#kept().toSorted()
    const at = (share: number): number => rounded(sorted[Math.ceil(sorted.length * share) - 1] ?? 0)
    return {
      count: this.count,
      min_ms: this.count === 0 ? 0 : rounded(this.#min),
      max_ms: rounded(this.#max),
      avg_ms: rounded(this.mean),
      p50_ms: at(0.5),
      p95_ms: at(0.95),
      p99_ms: at(0.99),
    }
  }

  #kept(): Float32Array {
    return this.#last.subarray(0, Math.min(this.count, this.#last.length))
  }

  #keptSum(): number {
    return this.#kept().reduce((sum, ms) => sum + ms, 0)
  }

  #grow(): void {
    const wider = new Float32Array(this.count === 0 ? FIRST : this.count * 2)
    wider.set(this.#last)
    this.#last = wider
  }
}

const NONE = new Float32Array(0)

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}
