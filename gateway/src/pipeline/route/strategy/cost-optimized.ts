/**
 * The cheapest first: by price where all prices are known, else in the order of what providers of their type usually cost. One
 * that takes longer to its first word than the limit is no bargain and stands behind, until its slowness is old news.
 */

import type { Target } from '../../exchange.ts'
import { needsSample } from './fastest-response.ts'
import { byScore, type Facts, type Scored, type Strategy } from './strategy.ts'

export const costOptimized: Strategy = (candidates, facts) => {
  const prices = new Map(candidates.map((target) => [target, facts.priceOf(target)]))
  const priced = [...prices.values()].every((price) => price !== undefined)
  const cost = (target: Target) => (priced ? prices.get(target) : target.provider.standing.cost) ?? Infinity
  const ordered = byScore(candidates, cost)
  const slow = new Set<Scored>(ordered.filter(({ target }) => isSlow(target, facts)))
  return slow.size === 0 ? ordered : [...ordered.filter((scored) => !slow.has(scored)), ...slow]
}

function isSlow({ provider, model }: Target, { vitals, clock, slowMs }: Facts): boolean {
  const seen = vitals.model(provider.name, model)
  return (seen.firstContentMs ?? 0) > slowMs && !needsSample(seen, clock)
}
