/** The measurements of one provider or one of its models. Fixed size, a few additions per call. */

import type { Clock } from '#core'
import type { TargetVitals } from '../vitals.ts'
import { STALE_MS } from '../route/strategy/strategy.ts'

/** Time constant of the moving average (field practice for power of two choices). */
const DECAY_MS = 10_000
const KEPT = 100
/** Fewer times say nothing of what is slow. */
const ENOUGH = 20
/** How much one failure takes from what health is left. */
const BLOW = 0.2
/** How much one success gives back of what is missing. */
const HEALING = 0.1
/** Time constant of forgiving without any traffic. */
const FORGIVEN_MS = 60_000

export class Gauge implements TargetVitals {
  readonly #clock: Clock
  pending = 0
  requests = 0
  failures = 0
  firstContentMs: number | undefined
  seenAt: number | undefined
  lastUsed: number | undefined
  #measuredAt = 0
  #illness = 0
  #illAt = 0
  #times: Float64Array | undefined
  #count = 0
  #sum = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get averageMs(): number | undefined {
    const kept = Math.min(this.#count, KEPT)
    return kept === 0 ? undefined : this.#sum / kept
  }

  /** The time that 95 of the last 100 first contents took at most; undefined before twenty are measured. */
  get slowMs(): number | undefined {
    const kept = Math.min(this.#count, KEPT)
    if (this.#times === undefined || kept < ENOUGH) return undefined
    const sorted = this.#times.slice(0, kept).toSorted()
    return sorted[Math.ceil(kept * 0.95) - 1]
  }

  get health(): number {
    return this.#illness === 0 ? 1 : 1 - this.#illnessLeft(this.#clock.now())
  }

  /** `wall`: epoch milliseconds; all other moments are monotonic. */
  begun(wall: number): void {
    this.pending++
    this.lastUsed = wall
  }

  /** The answer has begun after so many milliseconds. */
  committed(ms: number, now: number): void {
    // What is that old would outweigh what is happening now.
    if (this.seenAt !== undefined && now - this.seenAt > STALE_MS) this.#forgetTimes()
    this.seenAt = now
    const { firstContentMs: before } = this
    this.firstContentMs =
      before === undefined || ms > before
        ? ms
        : ms + (before - ms) * Math.exp((this.#measuredAt - now) / DECAY_MS)
    this.#measuredAt = now
    this.#times ??= new Float64Array(KEPT)
    const place = this.#count % KEPT
    this.#sum += ms - (this.#count < KEPT ? 0 : (this.#times[place] ?? 0))
    this.#times[place] = ms
    this.#count++
  }

  ended(outcome: 'good' | 'bad' | 'neutral', now: number): void {
    this.pending--
    this.requests++
    if (outcome === 'neutral') return
    this.seenAt = now
    if (outcome === 'good' && this.#illness === 0) return
    const illness = this.#illnessLeft(now)
    this.#illness = outcome === 'bad' ? illness + (1 - illness) * BLOW : illness * (1 - HEALING)
    if (this.#illness < 1e-6) this.#illness = 0
    this.#illAt = now
    if (outcome === 'bad') this.failures++
  }

  #illnessLeft(now: number): number {
    return this.#illness * Math.exp((this.#illAt - now) / FORGIVEN_MS)
  }

  #forgetTimes(): void {
    this.#count = 0
    this.#sum = 0
  }
}
