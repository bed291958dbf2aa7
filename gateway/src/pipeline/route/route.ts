/** Chooses the ordered targets of a request and tries them until one commits. The only step that changes the target. */

import { asGatewayError, type GatewayError, isEmbed, isObject } from '#core'
import type { Provider } from '#providers'
import type { Answer } from '../answer.ts'
import { ableTargets } from '../embedding.ts'
import type { Exchange, Target } from '../exchange.ts'
import type { Observer } from '../settle.ts'
import type { Call, Step } from '../step.ts'
import { resolve } from './resolve.ts'
import type { RouteRules } from './rule.ts'

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
    const targets = isEmbed(exchange.operation) ? ableTargets(exchange, chosen.targets) : chosen.targets
    return tryInOrder(exchange, targets, next, parts.observer)
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
    const asked = exchange.attempts.length
    exchange.target = target
    exchange.hasAlternative = i + 1 < targets.length
    exchange.triedKeys.clear()
    try {
      return await next(exchange)
    } catch (thrown) {
      const error = asGatewayError(thrown)
      // A later target that could not even be asked says nothing of why the others failed.
      const unasked = exchange.attempts.length === asked && error.traits.blame === 'caller'
      if (failure !== undefined && unasked) continue
      failure = error
      // What the caller must mend, another target cannot.
      if (failure.traits.next === 'never') break
      const following = targets[i + 1]
      if (following !== undefined) observer.onFailover?.(exchange, target, following, failure)
    }
  }
  if (failure === undefined) throw new Error('A route has at least one target.')
  throw exchange.attempts.length > 1 ? withAttempts(failure, exchange) : failure
}

/** The last failure, and beside it what was tried before (requirements M18). */
function withAttempts(failure: GatewayError, exchange: Exchange): GatewayError {
  const { details } = failure.facts
  const attempts = exchange.attempts.map(({ provider, model, status, error, ms }) => ({
    provider,
    model,
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { error }),
    ms: Math.round(ms),
  }))
  return failure.with({ details: { ...(isObject(details) ? details : {}), attempts } })
}
