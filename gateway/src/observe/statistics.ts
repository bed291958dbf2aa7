/**
 * Statistics of the whole house and of each provider, model, key and client, since the start. A request counts once for everybody it came
 * to: for a provider that was asked twice what came of it at last, for the house and the client the whole of it.
 */

import { type Clock, costOf, type ErrorType, type JsonObject, type ModelPrice, type Usage } from '#core'
import type { AttemptRecord, Exchange, Observer, Outcome, Target } from '#pipeline'
import { LabelMap } from './label-map.ts'
import { Shares } from './shares.ts'
import { Tally, type Visit } from './tally.ts'
import { labelled, tallyJson } from './tally-json.ts'
import { Throughput } from './throughput.ts'

/** Undefined: nobody knows. */
export type PriceOf = (provider: string, model: string) => ModelPrice | undefined

const PROVIDERS = 1000
const CLIENTS = 1000
/** Per provider. */
const MODELS = 200
const KEYS = 100

/** One model, and what it costs as far as that was looked up. */
class ModelTally extends Tally {
  priced: { readonly price: ModelPrice } | undefined
  /** Of which prices; they change with the configuration. */
  edition = 0
}

class ProviderTally {
  readonly all = new Tally()
  readonly models = new LabelMap(MODELS, () => new ModelTally())
  readonly keys = new LabelMap(KEYS, () => new Tally())
  rateLimits = 0
  failovers = 0

  merge(other: ProviderTally): void {
    this.all.merge(other.all)
  }
}

export class Statistics implements Observer {
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #all = new Tally()
  readonly #throughput = new Throughput()
  readonly #providers = new LabelMap(PROVIDERS, () => new ProviderTally())
  readonly #clients = new LabelMap(CLIENTS, () => new Tally())
  #priceOf: PriceOf = () => undefined
  #edition = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#startedAt = clock.now()
  }

  /** Other prices from now on. */
  configure(priceOf: PriceOf): void {
    this.#priceOf = priceOf
    this.#edition++
  }

  onSettled(exchange: Exchange, outcome: Outcome): void {
    const { accountsFor = exchange, client } = exchange
    const { attempts, startedAt } = accountsFor === 'nobody' ? SHARED : accountsFor
    const error = errorOf(outcome)
    const at = exchange.startedWall + outcome.totalMs
    const answering = attempts.findLast((attempt) => attempt.error === undefined) ?? attempts.at(-1)
    const road = attempts.length === 1 ? undefined : this.#road(attempts, answering)
    // Who shares the call of another has used nothing.
    let usage = answering === undefined ? undefined : outcome.usage
    let cost = this.#cost(answering, usage)
    if (road?.shares !== undefined) ({ usage, cost } = road.shares.sum())
    const { firstContentMs: firstMs, totalMs } = outcome
    // Whoever came later was not there when they were sent.
    const callsMs = totalMs + (exchange.startedAt - startedAt)
    for (const attempt of attempts) {
      const answers = attempt === answering
      this.#visited(attempt, road, {
        error: attempt.error ?? (answers ? error : undefined),
        firstMs: attempt.ms,
        totalMs: answers ? lengthOf(attempt, exchange, callsMs) : attempt.ms,
        usage: answers ? usage : undefined,
        cost: answers ? cost : undefined,
        at,
      })
    }
    const visit: Visit = { error, firstMs, totalMs, usage, cost, at }
    this.#all.add(visit)
    if (client !== undefined) this.#clients.at(client.name).add(visit)
    this.#throughput.add(exchange.startedAt + totalMs)
  }

  onRateLimited(_: Exchange, target: Target): void {
    this.#providers.at(target.provider.name).rateLimits++
  }

  onFailover(_: Exchange, from: Target): void {
    this.#providers.at(from.provider.name).failovers++
  }

  /** Of one provider; zeros where it was never asked. */
  provider(name: string): JsonObject {
    const tally = this.#providers.get(name) ?? NOBODY
    return {
      ...tallyJson(tally.all),
      rate_limit_hits: tally.rateLimits,
      failovers: tally.failovers,
      model_usage: labelled(tally.models),
      keys: labelled(tally.keys),
    }
  }

  totals(): JsonObject {
    const now = this.#clock.now()
    const lately = this.#throughput.within(now)
    return {
      uptime: Math.round((now - this.#startedAt) / 1000),
      ...tallyJson(this.#all),
      throughput: { last_minute: lately, per_second: Math.round((lately / 60) * 100) / 100 },
      providers: Object.fromEntries(
        [...this.#providers.entries()].map(([name]) => [name, this.provider(name)]),
      ),
      clients: labelled(this.#clients),
    }
  }

  #visited(attempt: AttemptRecord, road: Road | undefined, visit: Visit): void {
    const provider = this.#providers.at(attempt.provider)
    const { model, keyFingerprint: key } = attempt
    if (speaksFor(sameProvider, attempt, road)) provider.all.add(visitOf(sameProvider, attempt, road, visit))
    if (speaksFor(sameModel, attempt, road))
      provider.models.at(model).add(visitOf(sameModel, attempt, road, visit))
    if (key !== undefined && speaksFor(sameKey, attempt, road))
      provider.keys.at(key).add(visitOf(sameKey, attempt, road, visit))
  }

  #road(attempts: readonly AttemptRecord[], answering: AttemptRecord | undefined): Road {
    const shares = attempts.some(({ own }) => own !== undefined)
      ? new Shares(attempts, (attempt, usage) => this.#cost(attempt, usage))
      : undefined
    return { attempts, answering, shares }
  }

  #cost(attempt: AttemptRecord | undefined, usage: Usage | undefined): number | undefined {
    if (attempt === undefined || usage === undefined) return undefined
    const tally = this.#providers.at(attempt.provider).models.at(attempt.model)
    if (tally.edition !== this.#edition) {
      const price = this.#priceOf(attempt.provider, attempt.model)
      tally.priced = price === undefined ? undefined : { price }
      tally.edition = this.#edition
    }
    return tally.priced === undefined ? undefined : costOf(tally.priced, usage)
  }
}

const SHARED: Pick<Exchange, 'attempts' | 'startedAt'> = { attempts: [], startedAt: 0 }
const NOBODY = new ProviderTally()

function errorOf({ result, error }: Outcome): ErrorType | undefined {
  if (result === 'completed') return undefined
  return error?.type ?? 'cancelled'
}

/** From the sending to the end; what the gateway itself took is not the provider's. */
function lengthOf({ ms, sentMs = 0 }: AttemptRecord, { head, operation }: Exchange, totalMs: number): number {
  return head.stream || operation === 'forward' ? totalMs - sentMs : ms
}

/** All that was asked for one request, where it was not one alone. */
interface Road {
  readonly attempts: readonly AttemptRecord[]
  readonly answering: AttemptRecord | undefined
  /** Where several have given the answer. */
  readonly shares: Shares | undefined
}

type Same = (one: AttemptRecord, other: AttemptRecord) => boolean

const sameProvider: Same = (one, other) => one.provider === other.provider
const sameModel: Same = (one, other) => sameProvider(one, other) && one.model === other.model
const sameKey: Same = (one, other) => sameProvider(one, other) && one.keyFingerprint === other.keyFingerprint

/** Of several attempts at the same, the one that was answered counts, else the last. */
function speaksFor(same: Same, attempt: AttemptRecord, road: Road | undefined): boolean {
  if (road === undefined) return true
  const { attempts, answering } = road
  if (answering !== undefined && same(attempt, answering)) return attempt === answering
  return attempt === attempts.findLast((other) => same(attempt, other))
}

/** Who speaks for several has used what they have together. */
function visitOf(same: Same, attempt: AttemptRecord, road: Road | undefined, visit: Visit): Visit {
  const shares = road?.shares
  return shares === undefined ? visit : { ...visit, ...shares.sum((other) => same(attempt, other)) }
}
