/** Opaque state of tool calls by the call's id: bounded in number and time, the newest wins. */

import type { Clock, OpaqueState, ReasoningPart, Timer } from '#core'

export interface SignatureRules {
  readonly maxSize: number
  /** 0 keeps them until there is no room. */
  readonly ttlMs: number
  /** 0 is never. */
  readonly sweepMs: number
}

/** What a call needs on its way back. */
export interface Kept {
  /** State of the call itself. */
  readonly call?: OpaqueState
  /** Where the provider keeps it beside the calls: the thinking before the first of them. */
  readonly reasoning?: ReasoningPart
}

interface Entry {
  readonly kept: Kept
  readonly until: number
}

/** When there is no room, this part of it is made. */
const SHARE_OUT = 0.1

export class SignatureStore {
  readonly #rules: SignatureRules
  readonly #clock: Clock
  /** The oldest first. */
  readonly #entries = new Map<string, Entry>()
  #timer: Timer | undefined

  constructor(rules: SignatureRules, clock: Clock) {
    this.#rules = rules
    this.#clock = clock
  }

  get size(): number {
    return this.#entries.size
  }

  put(id: string, kept: Kept): void {
    const { maxSize, ttlMs } = this.#rules
    this.#entries.delete(id)
    if (this.#entries.size >= maxSize) this.#makeRoom()
    const until = ttlMs === 0 ? Infinity : this.#clock.now() + ttlMs
    this.#entries.set(id, { kept, until })
  }

  get(id: string): Kept | undefined {
    const entry = this.#entries.get(id)
    if (entry === undefined) return undefined
    if (entry.until > this.#clock.now()) return entry.kept
    this.#entries.delete(id)
    return undefined
  }

  start(): void {
    const { sweepMs } = this.#rules
    if (sweepMs === 0) return
    this.#timer = this.#clock.timer(sweepMs, () => {
      this.#sweep()
      this.start()
    })
  }

  stop(): void {
    this.#timer?.cancel()
    this.#entries.clear()
  }

  #makeRoom(): void {
    const many = Math.max(1, Math.floor(this.#rules.maxSize * SHARE_OUT))
    for (const id of [...this.#entries.keys()].slice(0, many)) this.#entries.delete(id)
  }

  #sweep(): void {
    const now = this.#clock.now()
    for (const [id, { until }] of this.#entries) if (until <= now) this.#entries.delete(id)
  }
}
