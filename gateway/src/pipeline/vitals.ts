/**
 * What the road has seen of its targets, and whether one may be asked now. Steps write it, strategies and the management routes read
 * it; all of it from monotonic time.
 */

import type { Target } from './exchange.ts'

/** Of one provider, or of one model of it. */
export interface TargetVitals {
  /** Calls under way, streams included until their last byte. */
  readonly pending: number
  /** Calls that ended, and those of them whose error counts against the target. */
  readonly requests: number
  readonly failures: number
  /** Peak-sensitive moving average of the time to first content, in milliseconds; undefined until measured. */
  readonly firstContentMs: number | undefined
  /** Mean of the last hundred times to the first content or the whole answer, in milliseconds. */
  readonly averageMs: number | undefined
  /** What 95 of the last hundred times did not exceed, in milliseconds; undefined before twenty are measured. */
  readonly slowMs: number | undefined
  /** Share of good outcomes, recent ones weighing most; forgives with time. 1 when nothing bad is known. */
  readonly health: number
  /** Monotonic milliseconds of the last outcome. */
  readonly seenAt: number | undefined
  /** Epoch milliseconds. */
  readonly lastUsed: number | undefined
}

export interface Vitals {
  provider(name: string): TargetVitals
  model(provider: string, model: string): TargetVitals
}

export type BarReason =
  | 'circuit-open'
  | 'recovering'
  | 'cooling-down'
  | 'probe-failed'
  | 'rate-limited'
  | 'full'

/** Why a target should not be asked now. When all are barred the least bad is asked all the same. */
export interface Bar {
  readonly reason: BarReason
  /** Monotonic milliseconds at which it may be asked again, where known. */
  readonly until?: number
}

/** Asked before a target is chosen; free of side effects. `embeds`: for embeddings. */
export type Barrier = (target: Target, embeds?: boolean) => Bar | undefined

export function firstBar(barriers: readonly Barrier[]): Barrier {
  return (target, embeds) => {
    for (const barrier of barriers) {
      const bar = barrier(target, embeds)
      if (bar !== undefined) return bar
    }
    return undefined
  }
}
