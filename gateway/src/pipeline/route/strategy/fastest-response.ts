/**
 * Lowest mean time of late. One that has not been seen for a while is sampled, by one call at a time; one that was seen and only
 * failed stands last until then.
 */

import type { Clock } from '#core'
import type { TargetVitals } from '../../vitals.ts'
import { byScore, STALE_MS, type Strategy } from './strategy.ts'

export const fastestResponse: Strategy = (candidates, { vitals, clock }) =>
  byScore(candidates, ({ provider, model }) => {
    const seen = vitals.model(provider.name, model)
    if (needsSample(seen, clock)) return seen.pending === 0 ? 0 : Number.MAX_VALUE
    return seen.averageMs ?? Infinity
  })

export function needsSample({ seenAt }: TargetVitals, clock: Clock): boolean {
  return seenAt === undefined || clock.now() - seenAt > STALE_MS
}
