/** How much there was to do in the last minute, second by second. */

const SECONDS = 60

export class Throughput {
  readonly #counts = new Uint32Array(SECONDS)
  /** Which second each count is of. */
  readonly #of = new Float64Array(SECONDS).fill(-Infinity)

  /** `now`: monotonic milliseconds. */
  add(now: number): void {
    const second = Math.floor(now / 1000)
    const place = second % SECONDS
    if (this.#of[place] !== second) {
      this.#of[place] = second
      this.#counts[place] = 0
    }
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
  }

  /** In the last minute. */
  within(now: number): number {
    const first = Math.floor(now / 1000) - SECONDS
    return this.#counts.reduce((sum, count, place) => sum + ((this.#of[place] ?? 0) > first ? count : 0), 0)
  }
}
