/** A bucket of so many per minute: a minute's worth may go at once, then it refills evenly. */

import type { Clock } from '#core'

const MINUTE_MS = 60_000

export class TokenBucket {
  readonly #clock: Clock
  readonly #perMinute: number
  #level: number
  #at: number

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock
    this.#perMinute = perMinute
    this.#level = perMinute
    this.#at = clock.now()
  }

  /** Milliseconds until `amount` may be taken; 0 is now. More than the bucket holds waits for a full one. */
  waitMs(amount: number): number {
    this.#refill()
    const missing = Math.min(amount, this.#perMinute) - this.#level
    // What floating point leaves over must not become a wait of nothing, for ever.
    return missing <= 1e-6 ? 0 : Math.ceil((missing * MINUTE_MS) / this.#perMinute)
  }

  take(amount: number): void {
    this.#refill()
    this.#level -= amount
  }

  /** Gives back what was taken too much, or takes the rest of what was taken too little. */
  settle(difference: number): void {
    this.#refill()
    this.#level = Math.min(this.#perMinute, this.#level + difference)
  }

  #refill(): void {
    const now = this.#clock.now()
    this.#level = Math.min(this.#perMinute, this.#level + ((now - this.#at) * this.#perMinute) / MINUTE_MS)
    this.#at = now
  }
}
