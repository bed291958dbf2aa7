/**
 * Which traces of ordinary exchanges stay in memory when more come than it has room for: so many a second, so that those which tell
 * something are not pushed out, and memory reaches back for seconds under any load. What was hardly kept is also the dearest to keep: it
 * lives just long enough for the collector to move it twice.
 */

import type { AttemptRecord, Outcome } from '#pipeline'

/** Small memories take every one of as many a second: people who ask by hand are never left out. */
const LEAST = 100
/** Of what memory holds: kept at once, and kept per second. */
const AT_ONCE = 0.5
const PER_SECOND = 0.1

export class TraceSampling {
  readonly #most: number
  readonly #perMs: number
  /** Ordinary ones that may be kept now. */
  #left: number
  /** Monotonic milliseconds of the last look. */
  #at = 0

  /** `size`: of the memory. */
  constructor(size: number) {
    this.#most = Math.max(LEAST, size * AT_ONCE)
    this.#perMs = Math.max(LEAST, size * PER_SECOND) / 1000
    this.#left = this.#most
  }

  /** Whether one more ordinary trace is kept. `now`: monotonic milliseconds. */
  takes(now: number): boolean {
    this.#left = Math.min(this.#most, this.#left + Math.max(0, now - this.#at) * this.#perMs)
    this.#at = Math.max(this.#at, now)
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}

/** Good at the first try, and nothing was lost on the way. */
export function isOrdinary({ result }: Outcome, attempts: readonly AttemptRecord[]): boolean {
  if (result !== 'completed' || attempts.length !== 1) return false
  const [only] = attempts
  return only !== undefined && only.error === undefined && only.notes.length === 0
}
