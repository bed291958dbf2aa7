/**
 * A provider that says "not so fast" is not ill: the target rests for as long as it was told, apart from any circuit, and others are
 * asked first. The key that met with the refusal rests in its ring; the target only once none is left.
 */

import { asGatewayError, type Clock, type GatewayError } from '#core'
import type { Exchange, Target } from '../exchange.ts'
import { RecentMap } from '../recent-map.ts'
import type { Observer } from '../settle.ts'
import type { Step } from '../step.ts'
import type { Bar } from '../vitals.ts'

/** Where the provider does not say. */
const REST_MS = 5000
/** What is used up until tomorrow or next month is asked for now and then: it may have been filled up. */
const LONGEST_REST_MS = 600_000
const TARGETS = 10_000

export class CoolDowns {
  readonly #clock: Clock
  readonly #until = new RecentMap<string, number>(TARGETS)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  bar(target: Target): Bar | undefined {
    const until = this.#until.size === 0 ? undefined : this.#until.get(nameOf(target))
    return until === undefined || until <= this.#clock.now() ? undefined : { reason: 'cooling-down', until }
  }

  refused(target: Target, error: GatewayError): void {
    const ms = Math.min(error.facts.retryAfterMs ?? REST_MS, LONGEST_REST_MS)
    this.#until.set(nameOf(target), this.#clock.now() + ms)
  }

  answered(target: Target): void {
    if (this.#until.size > 0) this.#until.delete(nameOf(target))
  }
}

/** Stands around each attempt, so that other requests know of a refusal at once. */
export function coolDown(coolDowns: CoolDowns, observer: Observer): Step {
  return (next) => async (exchange) => {
    const { target } = exchange
    try {
      const answer = await next(exchange)
      if (target !== undefined) coolDowns.answered(target)
      return answer
    } catch (thrown) {
      const error = asGatewayError(thrown)
      if (target !== undefined && isLimit(error)) {
        observer.onRateLimited?.(exchange, target, error)
        if (!hasOtherKey(exchange, target)) coolDowns.refused(target, error)
      }
      throw thrown
    }
  }
}

function isLimit({ type }: GatewayError): boolean {
  return type === 'rate-limited' || type === 'quota-exceeded'
}

export function hasOtherKey({ triedKeys }: Exchange, { provider }: Target): boolean {
  return !provider.passthrough && triedKeys.size < provider.keys.size
}

/** A provider's name has no blank in it. */
function nameOf({ provider, model }: Target): string {
  return `${provider.name} ${model}`
}
