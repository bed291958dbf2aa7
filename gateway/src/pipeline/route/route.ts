/** Chooses the ordered targets of a request and tries them until one commits. The only step that changes the target. */

import { asGatewayError, type GatewayError } from '#core'
import type { Provider } from '#providers'
import type { Answer } from '../answer.ts'
import type { Exchange, Target } from '../exchange.ts'
import type { Observer } from '../settle.ts'
import type { Call, Step } from '../step.ts'
import { resolve } from './resolve.ts'

export interface RouteRules {
  readonly defaultProvider: string | undefined
  /** Virtual models: name to `provider:model` targets in order. */
  readonly virtual: ReadonlyMap<string, readonly string[]>
}

export interface RouteParts {
  readonly rules: RouteRules
  readonly providers: ReadonlyMap<string, Provider>
  readonly observer: Observer
}

export function route(parts: RouteParts): Step {
  return (next) => async (exchange) => {
    const chosen = resolve(
      { model: exchange.head.model, headers: exchange.headers },
      parts.rules,
      parts.providers,
    )
    exchange.route = chosen
    return tryInOrder(exchange, chosen.targets, next, parts.observer)
  }
}

async function tryInOrder(
  exchange: Exchange,
  targets: readonly Target[],
  next: Call,
  observer: Observer,
): Promise<Answer> {
  let failure: GatewayError | undefined
  for (const [i, target] of targets.entries()) {
    exchange.target = target
    exchange.hasAlternative = i + 1 < targets.length
    exchange.triedKeys.clear()
    try {
      return await next(exchange)
    } catch (thrown) {
      failure = asGatewayError(thrown)
      // What the caller must mend, another target cannot.
      if (failure.traits.next === 'never') break
      const following = targets[i + 1]
      if (following !== undefined) observer.onFailover?.(exchange, target, following, failure)
    }
  }
  throw failure ?? new Error('A route has at least one target.')
}
