/** What a routing strategy is: candidates in, the same candidates out in the order of trying. Each in its own file. */

import type { Clock, Random } from '#core'
import type { Target } from '../../exchange.ts'
import type { Vitals } from '../../vitals.ts'

/** Pure but for what it is handed and for turns it keeps itself. Gets two candidates or more, answers each of them once. */
export type Strategy = (candidates: readonly Target[], facts: Facts) => readonly Scored[]

export interface Scored {
  readonly target: Target
  /** What put it in its place, for the trace; the unit is the strategy's. */
  readonly score?: number
}

export interface Facts {
  readonly vitals: Vitals
  readonly clock: Clock
  readonly random: Random
  /** What a million tokens cost there, in whatever unit as long as it is one; undefined where no price is known. */
  priceOf(target: Target): number | undefined
  /** Its share in the pool. */
  weightOf(target: Target): number
  /** Milliseconds to first content beyond which a cheap target is no bargain. */
  readonly slowMs: number
  /** Names the set of candidates: turns are kept per pool. */
  readonly pool: string
  readonly wish: StrategyWish
  /** Only asked about: nobody's turn is taken and no place given. */
  readonly dry?: boolean
}

/** What a strategy may want to know of the request. */
export interface StrategyWish {
  /** The name the client asked for. */
  readonly model: string
  readonly embeds: boolean
  /** Whether it shows the model pictures. Costs a look at the whole request. */
  vision(): boolean
  /** The same for all requests of one conversation; undefined when it cannot be told. */
  conversation(): string | undefined
}

/** Lowest score first; equal ones stay in the order they came. */
export function byScore(candidates: readonly Target[], scoreOf: (target: Target) => number): Scored[] {
  return candidates
    .map((target) => ({ target, score: scoreOf(target) }))
    .toSorted((a, b) => (a.score === b.score ? 0 : a.score - b.score))
}

/** An outcome older than this says nothing of today. */
export const STALE_MS = 300_000
