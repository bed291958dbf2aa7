/** One writer at a time, in the order of coming; the line is bounded. */

import { GatewayError } from '#core'

const LONGEST = 1000

export class ChangeQueue {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** Rejects with `busy` when too many wait. One that fails keeps nobody else from its turn. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#waiting >= LONGEST) {
      const busy = new GatewayError('busy', `${LONGEST} changes wait already.`, { retryAfterMs: 1000 })
      return Promise.reject(busy)
    }
    this.#waiting++
    const result = this.#after(this.#last, work)
    this.#last = result.catch(() => undefined)
    return result
  }

  /** When all that wait now are done. */
  async idle(): Promise<void> {
    await this.#last
  }

  async #after<Result>(earlier: Promise<unknown>, work: () => Promise<Result>): Promise<Result> {
    await earlier
    try {
      return await work()
    } finally {
      this.#waiting--
    }
  }
}
