/**
 * The road. Read this first.
 *
 *     client → server → decode → admit → route → limit → breaker → retry → call ⇄ provider
 *     client ← server ← encode ← settle ←────────────────────────────── decode
 *
 * Decode and encode are the dialects' and happen where the exchange is made and where it is answered. `settle` stands first
 * because it must see every way out.
 */

import type { Clock, MidStream, Random } from '#core'
import type { Chain } from '#plugins'
import type { Provider } from '#providers'
import { admit, type AdmitRules } from './admit.ts'
import type { CallParts } from './attempt.ts'
import { breaker } from './breaker/breaker.ts'
import type { Circuits } from './breaker/circuits.ts'
import { coolDown, type CoolDowns } from './breaker/cool-down.ts'
import { call } from './call.ts'
import { hedge, type HedgeParts } from './hedge/hedge.ts'
import { limit, roomAt } from './limit/limit.ts'
import type { Limiter } from './limit/limiter.ts'
import { pace } from './limit/pace.ts'
import { middleware } from './middleware/middleware.ts'
import { portions } from './portions.ts'
import { retry } from './retry.ts'
import { type RetryBudget, retryBudget } from './retry-budget.ts'
import { type ModelFacts, NO_MODEL_FACTS } from './route/model-facts.ts'
import { route } from './route/route.ts'
import type { RouteRules } from './route/rule.ts'
import { newTurns, type Turns } from './route/turns.ts'
import { type Observer, settle } from './settle.ts'
import { singleFlight } from './single-flight/single-flight.ts'
import { type Call, stack } from './step.ts'
import { measure } from './vitals/measure.ts'
import type { RoadVitals } from './vitals/road-vitals.ts'
import type { Barrier } from './vitals.ts'
import { watched } from './watch.ts'

export interface PipelineParts {
  readonly clock: Clock
  readonly random: Random
  readonly providers: ReadonlyMap<string, Provider>
  readonly admit: AdmitRules
  readonly route: RouteRules
  readonly observer: Observer
  readonly framers: CallParts['framers']
  readonly instance: string
  /** Of the whole process. */
  readonly retries: RetryBudget
  readonly vitals: RoadVitals
  readonly limiter: Limiter
  readonly circuits: Circuits
  readonly coolDowns: CoolDowns
  readonly midStream: MidStream
  /** Whether late first contents are asked for a second time. */
  readonly hedging: boolean
  /** Whether identical requests share a call. */
  readonly singleFlight: boolean
  /** Absent: of its own. */
  readonly turns?: Turns
  /** Absent: nobody is ever barred. */
  readonly barrier?: Barrier
  /** Absent: there are no middlewares. */
  readonly chain?: Chain | undefined
  /** Absent: nothing is known of any model. */
  readonly models?: ModelFacts
}

export function pipeline(parts: PipelineParts): Call {
  const { clock, random, observer, vitals } = parts
  const limits = { clock, limiter: parts.limiter, observer }
  return stack(
    [
      settle({ clock, observer }),
      admit(parts.admit),
      ...(parts.singleFlight ? [singleFlight({ clock, observer })] : []),
      route({
        rules: parts.route,
        providers: parts.providers,
        observer,
        clock,
        random,
        vitals,
        barrier: parts.barrier ?? (() => undefined),
        models: parts.models ?? NO_MODEL_FACTS,
        turns: parts.turns ?? newTurns(),
        midStream: parts.midStream,
        hedging: parts.hedging,
        roomAt: (exchange, targets) => roomAt(exchange, targets, limits),
      }),
      ...(parts.hedging ? [hedge(hedgeParts(parts))] : []),
      ...(parts.chain === undefined ? [] : [middleware(parts.chain)]),
      portions(clock),
      watched([limit(limits), ...(parts.circuits.rules.enabled ? [breaker(parts.circuits)] : [])]),
      retry({ clock, random, budget: parts.retries, observer }),
      watched([coolDown(parts.coolDowns, observer), pace(parts.limiter), measure(vitals)]),
    ],
    call({ clock, framers: parts.framers, instance: parts.instance }),
  )
}

/** One in twenty requests may be asked twice (The Tail at Scale). */
export const HEDGES = { share: 0.05, floorPerSecond: 0.1 }

function hedgeParts({ clock, vitals, limiter, observer, barrier }: PipelineParts): HedgeParts {
  return {
    clock,
    observer,
    budget: retryBudget(clock, HEDGES),
    lateAfterMs: ({ provider, model }) => vitals.model(provider.name, model).slowMs,
    throttled: (target) => limiter.throttles(target) || barrier?.(target) !== undefined,
  }
}
