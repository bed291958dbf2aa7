/**
 * Rings after a silence. Touched at every event of every stream, so a touch only notes the time and the timer looks at it when it
 * fires: setting a timer anew each time took 2.5 % of a stream's CPU.
 */

import type { Clock, Timer } from './clock.ts'

export class IdleTimer {
  readonly #clock: Clock
  readonly #ms: number
  readonly #ring: () => void
  #timer: Timer | undefined
  #touchedAt: number

  constructor(clock: Clock, ms: number, ring: () => void) {
    this.#clock = clock
    this.#ms = ms
    this.#ring = ring
    this.#touchedAt = clock.now()
    this.#timer = clock.timer(ms, () => this.#look())
  }

  /** Something happened: the silence begins anew. */
  touch(): void {
    this.#touchedAt = this.#clock.now()
  }

  cancel(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #look(): void {
    const left = this.#touchedAt + this.#ms - this.#clock.now()
    if (left <= 0) {
      // Touched before ringing, so that a listener may let the silence go on.
      this.touch()
      this.#timer = this.#clock.timer(this.#ms, () => this.#look())
      this.#ring()
    } else {
      this.#timer = this.#clock.timer(Math.ceil(left), () => this.#look())
    }
  }
}
