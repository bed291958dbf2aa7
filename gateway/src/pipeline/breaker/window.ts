/** What happened lately: counts in ten buckets that fall out one by one. Fixed size. */

const BUCKETS = 10

export interface WindowSums {
  readonly requests: number
  readonly failures: number
  readonly slow: number
}

export class RollingWindow {
  readonly #bucketMs: number
  readonly #requests = new Uint32Array(BUCKETS)
  readonly #failures = new Uint32Array(BUCKETS)
  readonly #slow = new Uint32Array(BUCKETS)
  /** Number of the newest bucket since the beginning of time. */
  #newest = 0

  constructor(lengthMs: number) {
    this.#bucketMs = lengthMs / BUCKETS
  }

  add(now: number, failed: boolean, slow: boolean): void {
    const at = this.#turnTo(now)
    raise(this.#requests, at)
    if (failed) raise(this.#failures, at)
    if (slow) raise(this.#slow, at)
  }

  sums(now: number): WindowSums {
    this.#turnTo(now)
    return { requests: sum(this.#requests), failures: sum(this.#failures), slow: sum(this.#slow) }
  }

  clear(): void {
    this.#requests.fill(0)
    this.#failures.fill(0)
    this.#slow.fill(0)
  }

  /** Empties what has fallen out, and tells where now is counted. */
  #turnTo(now: number): number {
    const bucket = Math.floor(now / this.#bucketMs)
    const passed = Math.min(Math.max(0, bucket - this.#newest), BUCKETS)
    this.#newest = Math.max(this.#newest, bucket)
    for (let back = 0; back < passed; back++) {
      const at = (this.#newest - back) % BUCKETS
      this.#requests[at] = 0
      this.#failures[at] = 0
      this.#slow[at] = 0
    }
    return this.#newest % BUCKETS
  }
}

function sum(counts: Uint32Array): number {
  let total = 0
  for (let at = 0; at < BUCKETS; at++) total += counts[at] ?? 0
  return total
}

function raise(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1
}
