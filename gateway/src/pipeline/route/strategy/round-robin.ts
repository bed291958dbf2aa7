/** Each in turn. The turn is kept per pool; those that follow stand ready as alternatives, in the same rotation. */

import { RecentMap } from '../../recent-map.ts'
import type { Strategy } from './strategy.ts'

/** Pools are virtual models and rules, all of them configured: the bound is for the unforeseen. */
const POOLS = 1000

export function roundRobin(): Strategy {
  const turns = new RecentMap<string, number>(POOLS)
  return (candidates, { pool, dry }) => {
    const turn = turns.get(pool) ?? 0
    if (dry !== true) turns.set(pool, (turn + 1) % Number.MAX_SAFE_INTEGER)
    const first = turn % candidates.length
    return [...candidates.slice(first), ...candidates.slice(0, first)].map((target) => ({ target }))
  }
}
