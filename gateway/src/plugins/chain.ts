/** The middlewares of a configuration in their order. Tells which of them concern a call. */

import type { Clock } from '#core'
import { runNow } from './budget.ts'
import { CallHooks, type Hooked } from './call-hooks.ts'
import { isCredential } from './header-rules.ts'
import type { HookedCall } from './middleware.ts'
import { covers, type Running } from './running.ts'

export interface ChainParts {
  readonly clock: Clock
  /** In the order of requests. */
  readonly running: readonly Running[]
  /** What goes wrong where no request can tell it. */
  readonly report: (fault: unknown) => void
}

export class Chain {
  readonly #parts: ChainParts

  constructor(parts: ChainParts) {
    this.#parts = parts
  }

  /** Whether there is any for this target at all; asked for every request, so it makes nothing. */
  concerns(provider: string, model: string): boolean {
    for (const one of this.#parts.running) if (covers(one, provider, model)) return true
    return false
  }

  /** Undefined when none applies. Throws when a steering one cannot say whether it does. */
  begin(facts: HookedCall): CallHooks | undefined {
    const { clock, running, report } = this.#parts
    const call = discreet(facts)
    const those: Hooked[] = []
    for (const one of running) {
      if (!covers(one, call.provider, call.model)) continue
      const { middleware, limitMs } = one
      const budget = { clock, middleware: middleware.name, limitMs }
      const steers = middleware.role !== 'observing'
      try {
        if (middleware.applies === undefined || runNow(budget, 'applies', () => middleware.applies?.(call)))
          those.push({ middleware, budget, steers })
      } catch (fault) {
        if (steers) throw fault
        report(fault)
      }
    }
    return those.length === 0 ? undefined : new CallHooks(those, call, report)
  }
}

/** Who the client is, is nobody's affair here. */
function discreet(facts: HookedCall): HookedCall {
  const header = (name: string) => (isCredential(name) ? undefined : facts.header(name.toLowerCase()))
  return Object.freeze({ ...facts, header })
}
