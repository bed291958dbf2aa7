/** What one provider may be asked at a time and per minute. */

import type { Clock } from '#core'
import { AdaptiveRate } from './adaptive-rate.ts'
import type { ProviderLimits } from './rules.ts'
import { TokenBucket } from './token-bucket.ts'

/** Requests under way, and how many may be. */
export class Slots {
  most: number
  taken = 0

  constructor(most: number) {
    this.most = most
  }

  get full(): boolean {
    return this.taken >= this.most
  }
}

export class ProviderGates {
  readonly #clock: Clock
  readonly #slots = new Slots(Infinity)
  #limits: ProviderLimits = {}
  #models = new Map<string, Slots>()
  #requests: TokenBucket | undefined
  #tokens: TokenBucket | undefined
  #rate: AdaptiveRate | undefined

  constructor(clock: Clock, limits: ProviderLimits, adaptive: boolean) {
    this.#clock = clock
    this.configure(limits, adaptive)
  }

  /** Other limits from now on; who is under way keeps its place. */
  configure(limits: ProviderLimits, adaptive: boolean): void {
    const { concurrency = 0, modelConcurrency = {}, requestsPerMinute = 0, tokensPerMinute = 0 } = limits
    const before = this.#limits
    this.#limits = limits
    this.#slots.most = concurrency === 0 ? Infinity : concurrency
    this.#models = new Map(
      Object.entries(modelConcurrency).map(([model, most]) => {
        const slots = this.#models.get(model) ?? new Slots(most)
        slots.most = most
        return [model, slots]
      }),
    )
    if (requestsPerMinute !== (before.requestsPerMinute ?? 0))
      this.#requests = this.#bucket(requestsPerMinute)
    if (tokensPerMinute !== (before.tokensPerMinute ?? 0)) this.#tokens = this.#bucket(tokensPerMinute)
    this.#rate = adaptive ? (this.#rate ?? new AdaptiveRate(this.#clock)) : undefined
  }

  /** What its refusals had taught. */
  forget(): void {
    if (this.#rate !== undefined) this.#rate = new AdaptiveRate(this.#clock)
  }

  get rate(): AdaptiveRate | undefined {
    return this.#rate
  }

  /** Whether as many are under way as may be. */
  full(model: string): boolean {
    return this.#slots.full || this.fullFor(model)
  }

  /** Whether as many are under way as may be for this model, whatever the provider has room for. */
  fullFor(model: string): boolean {
    return this.#models.get(model)?.full === true
  }

  /** Milliseconds until the rate lets a request of so many tokens through; 0 is now. */
  waitMs(tokens: number): number {
    return Math.max(
      this.#rate?.waitMs() ?? 0,
      this.#requests?.waitMs(1) ?? 0,
      this.#tokens?.waitMs(tokens) ?? 0,
    )
  }

  /** What comes back is to be given back, once: the model's own place, where it has one. */
  take(model: string, tokens: number): Slots | undefined {
    this.#slots.taken++
    const slots = this.#models.get(model)
    if (slots !== undefined) slots.taken++
    this.#rate?.take()
    this.#requests?.take(1)
    this.#tokens?.take(tokens)
    return slots
  }

  giveBack(slots: Slots | undefined): void {
    this.#slots.taken--
    if (slots !== undefined) slots.taken--
  }

  /** A call beyond the one that was taken goes out. */
  again(): void {
    this.#rate?.take()
    this.#requests?.take(1)
  }

  /** What was taken for a call that never went out. */
  unsent(): void {
    this.#rate?.unsent()
    this.#requests?.settle(1)
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

  #bucket(perMinute: number): TokenBucket | undefined {
    return perMinute === 0 ? undefined : new TokenBucket(this.#clock, perMinute)
  }
}
