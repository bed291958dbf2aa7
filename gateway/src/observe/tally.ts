/** What is counted of one provider, model, key or client. */

import { type ErrorType, ERRORS, type Usage } from '#core'
import { Times } from './times.ts'

/** How one request went there. */
export interface Visit {
  /** Undefined: it was answered. */
  readonly error: ErrorType | undefined
  /** Milliseconds; undefined where nothing was said. */
  readonly firstMs: number | undefined
  readonly totalMs: number
  readonly usage: Usage | undefined
  /** Dollars; undefined where no price is known. */
  readonly cost: number | undefined
  /** Epoch milliseconds. */
  readonly at: number
}

export class Tally {
  requests = 0
  succeeded = 0
  /** Through the fault of somebody else than the caller. */
  failed = 0
  /** Requests that nobody could have answered as they were. */
  refused = 0
  /** The caller left. */
  cancelled = 0
  inputTokens = 0
  outputTokens = 0
  cacheReadTokens = 0
  cacheWriteTokens = 0
  reasoningTokens = 0
  cost = 0
  /** Answers with a usage whose price nobody knows. */
  unpriced = 0
  /** Epoch milliseconds; 0 is never. */
  lastUsed = 0
  /** Of answers. */
  readonly total = new Times()
  readonly first = new Times()
  #errors: Map<ErrorType, number> | undefined

  /** How often it came to which error. */
  get errors(): ReadonlyMap<ErrorType, number> {
    return this.#errors ?? NO_ERRORS
  }

  add({ error, firstMs, totalMs, usage, cost, at }: Visit): void {
    this.requests++
    this.lastUsed = at
    if (error === undefined) this.#answered(firstMs, totalMs)
    else this.#erred(error)
    if (usage !== undefined) this.#used(usage, cost)
  }

  merge(other: Tally): void {
    for (const field of COUNTS) this[field] += other[field]
    this.lastUsed = Math.max(this.lastUsed, other.lastUsed)
    this.total.merge(other.total)
    this.first.merge(other.first)
    for (const [type, times] of other.errors) this.#err(type, times)
  }

  #answered(firstMs: number | undefined, totalMs: number): void {
    this.succeeded++
    this.total.add(totalMs)
    if (firstMs !== undefined) this.first.add(firstMs)
  }

  #erred(type: ErrorType): void {
    if (type === 'cancelled') this.cancelled++
    else if (ERRORS[type].blame === 'caller') this.refused++
    else this.failed++
    this.#err(type, 1)
  }

  #err(type: ErrorType, times: number): void {
    this.#errors ??= new Map()
    this.#errors.set(type, (this.#errors.get(type) ?? 0) + times)
  }

  #used(usage: Usage, cost: number | undefined): void {
    this.inputTokens += usage.inputTokens
    this.outputTokens += usage.outputTokens
    this.cacheReadTokens += usage.cacheReadTokens ?? 0
    this.cacheWriteTokens += usage.cacheWriteTokens ?? 0
    this.reasoningTokens += usage.reasoningTokens ?? 0
    if (cost === undefined) this.unpriced++
    else this.cost += cost
  }
}

const NO_ERRORS: ReadonlyMap<ErrorType, number> = new Map()

const COUNTS = [
  'requests',
  'succeeded',
  'failed',
  'refused',
  'cancelled',
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'cost',
  'unpriced',
] as const
