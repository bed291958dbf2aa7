/**
 * Learns a provider's rate from its 429s: multiplicative decrease, additive increase. Sleeps until the first 429, and again once the
 * provider has borne twice what it refused. Never allows more than twice what was measured, so that after a quiet time no flood
 * follows (the recipe of AWS's adaptive retry mode, with its factor of 0.7).
 */

import type { Clock } from '#core'

const DECREASE = 0.7
/** Of the rate, per second of good answers. */
const INCREASE_PER_SECOND = 0.05
/**
 * Requests per second. Whoever asks less often was not refused for asking too often: that was another model's limit, or somebody else's
 * share of the account, and rests are the answer to it (AWS goes down to 0.5, which kept every model of a quiet gateway waiting).
 */
export const LEAST = 2
const WINDOW_MS = 10_000
/** 429s of one burst are one refusal. */
const BURST_MS = 1000
/** So long without a refusal, and it is forgotten. */
const FORGOTTEN_MS = 300_000

export class AdaptiveRate {
  readonly #clock: Clock
  /** Requests per second; undefined while nothing was refused. */
  #rate: number | undefined
  #refusedRate = 0
  #refusedAt = -Infinity
  #raisedAt = 0
  #level = 0
  #levelAt = 0
  #window = 0
  #before = 0
  #begun: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#begun = clock.now()
  }

  /** Requests per second that may go now; undefined when there is no limit. */
  get limit(): number | undefined {
    return this.#rate
  }

  /** Milliseconds until the next request may go. */
  waitMs(): number {
    if (this.#rate === undefined) return 0
    this.#refill(this.#rate)
    return this.#level >= 1 - 1e-6 ? 0 : Math.ceil(((1 - this.#level) * 1000) / this.#rate)
  }

  /** A request goes. */
  take(): void {
    this.#roll()
    this.#window++
    if (this.#rate === undefined) return
    this.#refill(this.#rate)
    // Who is tried again does not wait, and others must not wait for long because of it.
    this.#level = Math.max(-1, this.#level - 1)
  }

  /** One that was to go did not. */
  unsent(): void {
    if (this.#window > 0) this.#window--
    if (this.#rate !== undefined) this.#level++
  }

  /** The provider refused for its rate. */
  refused(): void {
    const now = this.#clock.now()
    if (now - this.#refusedAt < BURST_MS) return
    const measured = this.#measured()
    this.#refusedAt = now
    this.#refusedRate = Math.max(LEAST, measured)
    this.#rate = Math.max(LEAST, Math.min(this.#rate ?? Infinity, this.#refusedRate) * DECREASE)
    this.#raisedAt = now
    this.#level = 0
    this.#levelAt = now
  }

  /** The provider answered. */
  answered(): void {
    if (this.#rate === undefined) return
    const now = this.#clock.now()
    const seconds = Math.min(1, (now - this.#raisedAt) / 1000)
    this.#raisedAt = now
    const raised = this.#rate + Math.max(LEAST, this.#rate) * INCREASE_PER_SECOND * seconds
    this.#rate = Math.max(LEAST, Math.min(raised, 2 * this.#measured()))
    const forgotten = now - this.#refusedAt >= FORGOTTEN_MS
    if (forgotten || this.#rate >= 2 * this.#refusedRate) this.#rate = undefined
  }

  #refill(rate: number): void {
    const now = this.#clock.now()
    // A second's worth at most, and never less than one whole request.
    this.#level = Math.min(Math.max(1, rate), this.#level + ((now - this.#levelAt) * rate) / 1000)
    this.#levelAt = now
  }

  /** Requests per second over the last window, this one fading in as the last fades out. */
  #measured(): number {
    const age = this.#roll()
    const elapsed = Math.max(1000, this.#before > 0 ? WINDOW_MS : age)
    return ((this.#window + this.#before * (1 - age / WINDOW_MS)) * 1000) / elapsed
  }

  #roll(): number {
    const now = this.#clock.now()
    const age = now - this.#begun
    if (age < WINDOW_MS) return age
    this.#before = age < 2 * WINDOW_MS ? this.#window : 0
    this.#window = 0
    this.#begun = now
    return 0
  }
}
