/** Fewest calls under way at the provider; where that is equal, at the model. */

import type { Target } from '../../exchange.ts'
import type { Vitals } from '../../vitals.ts'
import { byScore, type Strategy } from './strategy.ts'

export const leastLoaded: Strategy = (candidates, { vitals }) =>
  byScore(candidates, (target) => loadOf(target, vitals))

/** More than any provider has under way at once. */
const MANY = 1e6

export function loadOf({ provider, model }: Target, vitals: Vitals): number {
  return vitals.provider(provider.name).pending + vitals.model(provider.name, model).pending / MANY
}
