/** A line in the log for every so many requests: how they ended, what they used, how long they took. */

import type { Observer, Outcome } from '#pipeline'
import type { Logger } from './log.ts'

interface Sums {
  completed: number
  failed: number
  cancelled: number
  tokensIn: number
  tokensOut: number
  totalMs: number
}

const nothing = (): Sums => ({ completed: 0, failed: 0, cancelled: 0, tokensIn: 0, tokensOut: 0, totalMs: 0 })

export class SummaryLog implements Observer {
  readonly #logger: Logger
  #every = 0
  #count = 0
  #sums = nothing()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** 0 is never. */
  configure(every: number): void {
    this.#every = every
  }

  onSettled(_: unknown, { result, usage, totalMs }: Outcome): void {
    if (this.#every === 0) return
    const sums = this.#sums
    sums[result]++
    sums.tokensIn += usage?.inputTokens ?? 0
    sums.tokensOut += usage?.outputTokens ?? 0
    sums.totalMs += totalMs
    this.#count++
    if (this.#count < this.#every) return
    this.#logger.info(
      {
        requests: this.#count,
        completed: sums.completed,
        failed: sums.failed,
        cancelled: sums.cancelled,
        tokens_in: sums.tokensIn,
        tokens_out: sums.tokensOut,
        average_ms: Math.round(sums.totalMs / this.#count),
      },
      'summary',
    )
    this.#count = 0
    this.#sums = nothing()
  }
}
