/**
 * Keeps requests from a target that fails. Each request counts once, after its retries and when the provider's side of it is over; what
 * the caller did wrong, or gave up, counts neither way.
 */

import { asGatewayError, GatewayError, isEmbed } from '#core'
import type { Answer } from '../answer.ts'
import { type Exchange, isAt, type Target } from '../exchange.ts'
import type { Step } from '../step.ts'
import type { CircuitOutcome, Pass } from './circuit.ts'
import type { Circuits } from './circuits.ts'

export function breaker(circuits: Circuits): Step {
  return (next) => async (exchange) => {
    const { target } = exchange
    if (target === undefined) return next(exchange)
    const pass = enter(exchange, target, circuits)
    let answer: Answer
    try {
      answer = await next(exchange)
    } catch (thrown) {
      pass.over(outcomeOf(asGatewayError(thrown), circuits))
      throw thrown
    }
    const slow = isSlow(exchange, target, circuits.rules.slowMs)
    if (answer.type === 'stream') {
      pass.flows()
      answer.stream.whenOver((error) => pass.over(outcomeOf(error, circuits), slow))
    } else {
      pass.over('good', slow)
    }
    return answer
  }
}

export function enter(exchange: Exchange, target: Target, circuits: Circuits): Pass {
  const circuit = circuits.of(target, isEmbed(exchange.operation))
  const pass = circuit.enter()
  if (pass !== undefined) return pass
  const early = exchange.insists || isNobodyBetter(exchange, circuits) ? circuit.tryEarly() : undefined
  if (early !== undefined) return early
  const { name } = target.provider
  throw new GatewayError('unavailable', `Provider "${name}" has failed too often and is not asked for now.`, {
    provider: name,
    code: 'circuit_open',
    retryAfterMs: Math.ceil(circuit.waitMs),
  })
}

/** Where several may be asked and all of them are barred, whoever was put first is tried. A lone target is spared. */
function isNobodyBetter({ route, operation }: Exchange, circuits: Circuits): boolean {
  const all = new Set(route?.targets.map((target) => circuits.of(target, isEmbed(operation))))
  return all.size > 1 && [...all].every((circuit) => circuit.waitMs > 0)
}

export function outcomeOf(error: GatewayError | undefined, { rules }: Circuits): CircuitOutcome {
  if (error === undefined) return 'good'
  if (error.traits.counts) return 'bad'
  // Where each model stands alone, one that is gone is a failure of nobody else.
  return rules.perModel && error.type === 'model-not-found' ? 'bad' : 'neutral'
}

/** By the attempt that was answered: what was waited for before it says nothing of the target. */
function isSlow({ attempts }: Exchange, target: Target, slowMs: number): boolean {
  if (slowMs === 0) return false
  const answered = attempts.findLast(
    (attempt) => isAt(attempt, target) && attempt.status !== undefined && attempt.error === undefined,
  )
  return answered !== undefined && answered.ms > slowMs
}
