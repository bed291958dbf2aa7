/**
 * Keeps requests from a target that fails. Each request counts once, after its retries and when the provider's side of it is over; what
 * the caller did wrong, or gave up, counts neither way.
 */

import { GatewayError, isEmbed } from '#core'
import type { Answer } from '../answer.ts'
import { type Exchange, isAt, type Target } from '../exchange.ts'
import type { Watch, Watcher } from '../watch.ts'
import type { CircuitOutcome, Pass } from './circuit.ts'
import type { Circuits } from './circuits.ts'

export function breaker(circuits: Circuits): Watcher {
  return (exchange, target) => new Guarded(enter(exchange, target, circuits), exchange, target, circuits)
}

class Guarded implements Watch {
  readonly #pass: Pass
  readonly #exchange: Exchange
  readonly #target: Target
  readonly #circuits: Circuits

  constructor(pass: Pass, exchange: Exchange, target: Target, circuits: Circuits) {
    this.#pass = pass
    this.#exchange = exchange
    this.#target = target
    this.#circuits = circuits
  }

  answered(answer: Answer): void {
    const slow = isSlow(this.#exchange, this.#target, this.#circuits.rules.slowMs)
    if (answer.type !== 'stream') return this.#pass.over('good', slow)
    this.#pass.flows()
    answer.stream.whenOver((error) => this.#pass.over(outcomeOf(error, this.#circuits), slow))
  }

  failed(error: GatewayError): void {
    this.#pass.over(outcomeOf(error, this.#circuits))
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
