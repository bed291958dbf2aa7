/**
 * The road. Read this first.
 *
 *     client → server → decode → admit → route → limit → breaker → retry → call ⇄ provider
 *     client ← server ← encode ← settle ←────────────────────────────── decode
 *
 * Decode and encode are the dialects' and happen where the exchange is made and where it is answered. `settle` stands first
 * because it must see every way out.
 */

import type { Clock, Random } from '#core'
import type { Provider } from '#providers'
import { admit, type AdmitRules } from './admit.ts'
import type { CallParts } from './attempt.ts'
import { call } from './call.ts'
import { retry, retryBudget } from './retry.ts'
import { route } from './route/route.ts'
import type { RouteRules } from './route/rule.ts'
import { type Observer, settle } from './settle.ts'
import { type Call, stack } from './step.ts'

export interface PipelineParts {
  readonly clock: Clock
  readonly random: Random
  readonly providers: ReadonlyMap<string, Provider>
  readonly admit: AdmitRules
  readonly route: RouteRules
  readonly observer: Observer
  readonly framers: CallParts['framers']
}

export function pipeline(parts: PipelineParts): Call {
  const { clock, random, observer } = parts
  return stack(
    [
      settle({ clock, observer }),
      admit(parts.admit),
      route({ rules: parts.route, providers: parts.providers, observer }),
      // limit and breaker take their places here.
      retry({ clock, random, budget: retryBudget(clock), observer }),
    ],
    call({ clock, framers: parts.framers }),
  )
}
