/**
 * Bounds retries for the whole process to a share of requests, so that a provider's bad day is not made worse by us
 * (design law 6: 20 % of requests, floor 10 per second).
 */

import type { Clock } from '#core'

export interface RetryBudget {
  onRequest(): void
  /** Whether one more retry is allowed now; counts it if so. */
  take(): boolean
}

const WINDOW_MS = 10_000

export interface BudgetRules {
  /** Of the requests. */
  readonly share: number
  readonly floorPerSecond: number
}

export const RETRIES: BudgetRules = { share: 0.2, floorPerSecond: 10 }

export function retryBudget(clock: Clock, { share, floorPerSecond }: BudgetRules = RETRIES): RetryBudget {
  let begun = clock.now()
  let requests = 0
  let retries = 0
  let before = { requests: 0, retries: 0 }

  const roll = (): number => {
    const age = clock.now() - begun
    if (age >= WINDOW_MS) {
      before = age >= 2 * WINDOW_MS ? { requests: 0, retries: 0 } : { requests, retries }
      begun = clock.now()
      requests = 0
      retries = 0
      return 0
    }
    return age / WINDOW_MS
  }

  return {
    onRequest() {
      roll()
      requests++
    },
    take() {
      // The last window fades out as this one fills: a sliding count without a list of times.
      const weight = 1 - roll()
      const allowed = share * (requests + before.requests * weight) + (floorPerSecond * WINDOW_MS) / 1000
      if (retries + before.retries * weight >= allowed) return false
      retries++
      return true
    },
  }
}
