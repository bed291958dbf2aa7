/** A clock that stands still until it is told to go on: waits of minutes take no time in a test. */

import type { Clock, Timer } from '#core'

interface Waiting {
  at: number
  readonly ms: number
  readonly ring: () => void
}

export class VirtualClock implements Clock {
  #now = 0
  readonly #waiting = new Set<Waiting>()

  now(): number {
    return this.#now
  }

  wall(): number {
    return 1_790_000_000_000 + this.#now
  }

  timer(ms: number, ring: () => void): Timer {
    const waiting: Waiting = { at: this.#now + ms, ms, ring }
    this.#waiting.add(waiting)
    return {
      cancel: () => void this.#waiting.delete(waiting),
    }
  }

  /** Milliseconds until the next timer rings; undefined when none is set. */
  get next(): number | undefined {
    const times = [...this.#waiting].map((waiting) => waiting.at - this.#now)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#waiting.size
  }

  /** The waits that are set now, in milliseconds, shortest first. */
  get waits(): number[] {
    return [...this.#waiting].map((waiting) => waiting.ms).toSorted((a, b) => a - b)
  }

  /** Lets `ms` pass, ringing what falls due in its order. */
  advance(ms: number): void {
    const until = this.#now + ms
    for (;;) {
      const due = [...this.#waiting]
        .filter((waiting) => waiting.at <= until)
        .toSorted((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#now = Math.max(this.#now, due.at)
      this.#waiting.delete(due)
      due.ring()
    }
    this.#now = until
  }
}
