/** Makes the trace of every exchange when it is over. Nothing is written or printed here, and nothing of the exchange is held. */

import { Buffer } from 'node:buffer'
import { type Clock, type ErrorType, type GatewayError, isEmbed } from '#core'
import type { AttemptRecord, Exchange, Observer, Outcome, Route, Target } from '#pipeline'
import { statusOf } from './log.ts'
import type { Incident, Trace, TracedError, TracedRoute } from './trace.ts'
import { isOrdinary } from './trace-sampling.ts'

/** Of one exchange; more of them tell nothing new. */
const MOST_INCIDENTS = 100
/** Names come from clients. Characters. */
const LONGEST_NAME = 256

/** By which a client says where its request shall go. */
const ROUTING_HEADERS = [
  'x-provider',
  'x-provider-strict',
  'x-fallback',
  'x-routing-strategy',
  'x-priority',
] as const

const NONE: readonly Incident[] = []

export interface TraceKeeper {
  keep(trace: Trace): void
  /** Whether that of an exchange with nothing remarkable about it is kept too. `now`: monotonic milliseconds. */
  wantsOrdinary(now: number): boolean
}
const NOTHING_ASKED = {}
const NO_NOTES: AttemptRecord['notes'] = []

export class TraceObserver implements Observer {
  readonly #clock: Clock
  readonly #keeper: TraceKeeper
  /** Off while nobody keeps them. */
  enabled = true
  /** By the list of attempts: it is the one thing that an exchange shares with those who act in its name. */
  readonly #incidents = new WeakMap<readonly AttemptRecord[], Incident[]>()
  /** Exchanges with incidents that are not over: a look into the map costs more than all the rest. */
  #eventful = 0

  constructor(clock: Clock, keeper: TraceKeeper) {
    this.#clock = clock
    this.#keeper = keeper
  }

  onRetry(exchange: Exchange, error: GatewayError, delayMs: number): void {
    this.#note(exchange, { kind: 'retry', from: named(exchange.target), error: error.type, ms: delayMs })
  }

  onFailover(exchange: Exchange, from: Target, to: Target, error: GatewayError): void {
    this.#note(exchange, { kind: 'failover', ...between(from, to, error.type) })
  }

  onContinued(exchange: Exchange, from: Target, to: Target, error: GatewayError): void {
    this.#note(exchange, { kind: 'continued', ...between(from, to, error.type) })
  }

  onQueued(exchange: Exchange, waitedMs: number): void {
    this.#note(exchange, { kind: 'queued', ms: waitedMs })
  }

  onShared(exchange: Exchange): void {
    this.#note(exchange, { kind: 'shared' })
  }

  onHedge(exchange: Exchange, target: Target): void {
    this.#note(exchange, { kind: 'hedge', to: named(target) })
  }

  onHedgeLost(exchange: Exchange, target: Target): void {
    this.#note(exchange, { kind: 'hedge-lost', from: named(target) })
  }

  onSettled(exchange: Exchange, outcome: Outcome): void {
    if (!this.enabled) return
    const { head, attempts, route, wire } = exchange
    const incidents = this.#incidentsOf(attempts)
    const now = exchange.startedAt + outcome.totalMs
    if (incidents.length === 0 && isOrdinary(outcome, attempts) && !this.#keeper.wantsOrdinary(now)) return
    const plain = isEmbed(exchange.operation) || exchange.operation === 'forward'
    const needs = plain ? NO_NEEDS : exchange.dialect.chat.needs(wire)
    this.#keeper.keep({
      id: exchange.id,
      startedWall: exchange.startedWall,
      dialect: exchange.dialect.name,
      operation: exchange.operation,
      model: short(head.model),
      stream: head.stream,
      asked: askedIn(exchange),
      vision: needs.vision,
      tools: needs.tools,
      bodyBytes: outcome.forwarded?.bytesIn ?? exchange.body.length,
      maxOutputTokens: head.maxOutputTokens,
      route: route === undefined ? undefined : routeOf(route),
      attempts: attempts.map(attemptCopy),
      incidents,
      waitedMs: exchange.waitedMs,
      queuedMs: exchange.queuedMs,
      result: outcome.result,
      status: statusOf(outcome),
      error: outcome.error === undefined ? undefined : errorOf(outcome.error),
      usage: outcome.usage === undefined ? undefined : { ...outcome.usage },
      firstContentMs: outcome.firstContentMs,
      totalMs: outcome.totalMs,
    })
  }

  #incidentsOf(attempts: readonly AttemptRecord[]): readonly Incident[] {
    if (this.#eventful === 0) return NONE
    const known = this.#incidents.get(attempts)
    if (known === undefined) return NONE
    this.#eventful--
    return known
  }

  #note(exchange: Exchange, incident: Omit<Incident, 'atMs'>): void {
    if (!this.enabled) return
    const { attempts, startedAt } = exchange
    let known = this.#incidents.get(attempts)
    if (known === undefined) {
      this.#incidents.set(attempts, (known = []))
      this.#eventful++
    }
    if (known.length < MOST_INCIDENTS) known.push({ ...incident, atMs: this.#clock.now() - startedAt })
  }
}

const NO_NEEDS = { vision: false, tools: false }

function routeOf(route: Route): TracedRoute {
  return {
    rule: route.reason,
    detail: route.detail === undefined ? undefined : short(route.detail),
    strategy: route.strategy,
    fallback: route.fallback,
    targets: route.targets.map((target) => named(target)),
    considered: route.considered.map((one) => ({ ...one, model: short(one.model) })),
  }
}

function errorOf({ type, status, message, facts }: GatewayError): TracedError {
  return {
    type,
    status,
    code: facts.code === undefined ? undefined : short(facts.code),
    message: facts.provider === undefined && facts.upstream === undefined ? short(message) : undefined,
  }
}

function askedIn({ headers }: Exchange): Readonly<Record<string, string>> {
  let asked: Record<string, string> | undefined
  for (const name of ROUTING_HEADERS) {
    const value = headers[name]
    if (value !== undefined) (asked ??= {})[name] = short(String(value))
  }
  return asked ?? NOTHING_ASKED
}

function between(from: Target, to: Target, error: ErrorType): Pick<Incident, 'from' | 'to' | 'error'> {
  return { from: named(from), to: named(to), error }
}

function named(target: Target): string
function named(target: Target | undefined): string | undefined
function named(target: Target | undefined): string | undefined {
  return target === undefined ? undefined : `${target.provider.name}:${short(target.model)}`
}

/**
 * What is kept is copied: were it the road's own objects that outlive their request, V8 would come to make all of them for a long life,
 * and each would hold on to what it was made with (48 kB of every request, until the next great collection).
 */
function attemptCopy(one: AttemptRecord): AttemptRecord {
  const { upstreamRequestId: id, notes } = one
  return {
    ...one,
    model: short(one.model),
    notes: notes.length === 0 ? NO_NOTES : [...notes],
    // A piece of the answer's head, which it would keep.
    ...(id === undefined ? {} : { upstreamRequestId: copied(id) }),
  }
}

/** A piece of a long text would keep all of it in memory: it is copied. */
function short(text: string): string {
  return text.length <= LONGEST_NAME ? text : copied(text.slice(0, LONGEST_NAME))
}

function copied(text: string): string {
  return Buffer.from(text).toString()
}
