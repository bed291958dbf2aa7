/** All strategies by name. Adding one: its file, its name among the core's words, its line here. */

import type { StrategyName } from '#core'
import { adaptive } from './adaptive.ts'
import { asGiven } from './as-given.ts'
import { capabilityBased } from './capability-based.ts'
import { costOptimized } from './cost-optimized.ts'
import { fastestResponse } from './fastest-response.ts'
import { leastLoaded } from './least-loaded.ts'
import { random } from './random.ts'
import { roundRobin } from './round-robin.ts'
import type { Strategy } from './strategy.ts'
import { weighted } from './weighted.ts'

/** With turns and memories of their own: once per house. */
export function strategies(): Readonly<Record<StrategyName, Strategy>> {
  return {
    capability_based: capabilityBased,
    cost_optimized: costOptimized,
    round_robin: roundRobin(),
    least_loaded: leastLoaded,
    fastest_response: fastestResponse,
    priority: asGiven,
    random,
    weighted,
    manual: asGiven,
    adaptive: adaptive(),
  }
}
