/** Names of what may order the targets of a route and of what may follow a failure: words that configuration and the road share. */

/** Ways to order targets. `manual` and `priority` take them as they stand. */
export const STRATEGY_NAMES = [
  'capability_based',
  'cost_optimized',
  'round_robin',
  'least_loaded',
  'fastest_response',
  'priority',
  'random',
  'weighted',
  'manual',
  'adaptive',
] as const

export type StrategyName = (typeof STRATEGY_NAMES)[number]

/** Who is asked when a target has failed (requirements R8). */
export const FALLBACK_NAMES = [
  'none',
  'next_available',
  'retry_same',
  'best_alternative',
  'priority',
  'round_robin',
  'random',
] as const

export type FallbackName = (typeof FALLBACK_NAMES)[number]

/** How the waits between retries of one target grow. */
export const RETRY_POLICIES = ['exponential', 'linear', 'fixed', 'immediate'] as const

export type RetryPolicy = (typeof RETRY_POLICIES)[number]

/** What becomes of a stream that breaks off after its first content: another target goes on with it, or the error is told. */
export const MID_STREAM = ['continue', 'error'] as const

export type MidStream = (typeof MID_STREAM)[number]

export function strategyNamed(name: string): StrategyName | undefined {
  return STRATEGY_NAMES.find((known) => known === name)
}
