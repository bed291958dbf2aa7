/** Looks at each call, so that the rate of a provider counts what is sent, retries too, and learns from each refusal. */

import type { GatewayError } from '#core'
import { hasOtherKey } from '../breaker/cool-down.ts'
import type { Exchange, Target } from '../exchange.ts'
import type { Watch, Watcher } from '../watch.ts'
import type { Limiter } from './limiter.ts'

export function pace(limiter: Limiter): Watcher {
  return (exchange, target) => new Paced(limiter, exchange, target)
}

class Paced implements Watch {
  readonly #limiter: Limiter
  readonly #exchange: Exchange
  readonly #target: Target

  constructor(limiter: Limiter, exchange: Exchange, target: Target) {
    this.#limiter = limiter
    this.#exchange = exchange
    this.#target = target
  }

  asked(): void {
    // The first call was counted when it was let through.
    if (!this.#exchange.isCounted) this.#limiter.gatesOf(this.#target.provider.name).again()
    this.#exchange.isCounted = false
  }

  answered(): void {
    this.#limiter.answered(this.#target.provider.name)
  }

  failed(error: GatewayError): void {
    // Where another key is left, it is the key that has come too often.
    if (error.type === 'rate-limited' && !hasOtherKey(this.#exchange, this.#target))
      this.#limiter.gatesOf(this.#target.provider.name).rate?.refused()
  }
}
