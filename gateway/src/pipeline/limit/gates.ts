/** What one provider may be asked at a time and per minute. */

import type { Clock } from '#core'
import { AdaptiveRate } from './adaptive-rate.ts'
import type { ProviderLimits } from './rules.ts'
import { TokenBucket } from './token-bucket.ts'

/** Requests under way, and how many may be. */
export class Slots {
  readonly most: number
  taken = 0

  constructor(most: number) {
    this.most = most
  }

  get full(): boolean {
    return this.taken >= this.most
  }
}

export class ProviderGates {
  readonly #slots: Slots
  readonly #models: ReadonlyMap<string, Slots>
  readonly #requests: TokenBucket | undefined
  readonly #tokens: TokenBucket | undefined
  readonly rate: AdaptiveRate | undefined

  constructor(clock: Clock, limits: ProviderLimits, adaptive: boolean) {
    const { concurrency = 0, modelConcurrency = {}, requestsPerMinute = 0, tokensPerMinute = 0 } = limits
    this.#slots = new Slots(concurrency === 0 ? Infinity : concurrency)
    this.#models = new Map(Object.entries(modelConcurrency).map(([model, most]) => [model, new Slots(most)]))
    this.#requests = requestsPerMinute === 0 ? undefined : new TokenBucket(clock, requestsPerMinute)
    this.#tokens = tokensPerMinute === 0 ? undefined : new TokenBucket(clock, tokensPerMinute)
    this.rate = adaptive ? new AdaptiveRate(clock) : undefined
  }

  /** Whether as many are under way as may be. */
  full(model: string): boolean {
    return this.#slots.full || this.#models.get(model)?.full === true
  }

  /** Milliseconds until the rate lets a request of so many tokens through; 0 is now. */
  waitMs(tokens: number): number {
    return Math.max(
      this.rate?.waitMs() ?? 0,
      this.#requests?.waitMs(1) ?? 0,
      this.#tokens?.waitMs(tokens) ?? 0,
    )
  }

  take(model: string, tokens: number): void {
    this.#slots.taken++
    const slots = this.#models.get(model)
    if (slots !== undefined) slots.taken++
    this.rate?.take()
    this.#requests?.take(1)
    this.#tokens?.take(tokens)
  }

  release(model: string): void {
    this.#slots.taken--
    const slots = this.#models.get(model)
    if (slots !== undefined) slots.taken--
  }

  /** What was estimated against what was used. */
  settle(estimated: number, used: number): void {
    this.#tokens?.settle(estimated - used)
  }

  get countsTokens(): boolean {
    return this.#tokens !== undefined
  }

  get underWay(): number {
    return this.#slots.taken
  }
}
