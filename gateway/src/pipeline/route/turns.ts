/** Whose turn it is wherever routing takes turns, and what its strategies remember. One set serves the road and whoever explains it. */

import type { StrategyName } from '#core'
import { RecentMap } from '../recent-map.ts'
import { strategies } from './strategy/strategies.ts'
import type { Strategy } from './strategy/strategy.ts'

export interface Turns {
  readonly strategies: Readonly<Record<StrategyName, Strategy>>
  /** Of those who are asked after a failure, by pool. */
  readonly fallbacks: RecentMap<string, number>
}

const POOLS = 1000

export function newTurns(): Turns {
  return { strategies: strategies(), fallbacks: new RecentMap(POOLS) }
}
