/**
 * The health of the house: what traffic, probes and circuits say of each provider. A provider at whose address nobody answers the probe
 * is not chosen while others are there; a single failed request bars nobody.
 */

import { type Clock, type GatewayError, isPermanent } from '#core'
import type { CircuitState } from '../breaker/circuit.ts'
import type { Circuits, CircuitView } from '../breaker/circuits.ts'
import type { AttemptRecord, Exchange, Target } from '../exchange.ts'
import type { Observer, Outcome } from '../settle.ts'
import type { Bar } from '../vitals.ts'
import { HealthRecord, type ProviderStatus, type Turn } from './record.ts'

export interface HealthParts {
  readonly clock: Clock
  readonly circuits: Circuits
  readonly providers: Iterable<string>
  /** Whether probes go on: a provider that is not asked again must not be barred, since nothing would lift the bar. */
  readonly isProbed: boolean
}

export interface HealthReport {
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  readonly uptimeSeconds: number
  readonly activeRequests: number
  readonly totalRequests: number
  readonly totalErrors: number
  readonly events: EventCounts
  readonly providers: Readonly<Record<string, ProviderHealth>>
}

/** How often it came to what should be rare (requirement N17). */
export interface EventCounts {
  readonly rateLimits: number
  readonly breakerOpenings: number
  readonly failovers: number
  readonly retries: number
  readonly queueWaits: number
  /** Requests that failed, by whether the same would fail again. */
  readonly permanentErrors: number
  readonly transientErrors: number
}

export interface ProviderHealth {
  readonly status: ProviderStatus
  readonly healthy: boolean
  readonly failureCount: number
  readonly requestCount: number
  readonly errorCount: number
  /** Epoch seconds. */
  readonly lastSuccess: number | null
  readonly lastFailure: number | null
  /** When it last answered a probe or a request, or failed to. */
  readonly lastCheck: number | null
  /** Milliseconds of its last answer or probe. */
  readonly responseMs: number | null
  readonly keyRefused: boolean
  readonly error: string | undefined
  readonly circuit: CircuitView
  /** Oldest first. */
  readonly history: readonly Turn[]
}

const USABLE: ReadonlySet<ProviderStatus> = new Set(['healthy', 'degraded'])

export class Health implements Observer {
  readonly #clock: Clock
  readonly #circuits: Circuits
  #isProbed: boolean
  readonly #startedAt: number
  #records: ReadonlyMap<string, HealthRecord>
  #active = 0
  #total = 0
  #errors = 0
  readonly #events = {
    rateLimits: 0,
    breakerOpenings: 0,
    failovers: 0,
    retries: 0,
    queueWaits: 0,
    permanentErrors: 0,
    transientErrors: 0,
  }

  constructor({ clock, circuits, providers, isProbed }: HealthParts) {
    this.#clock = clock
    this.#circuits = circuits
    this.#isProbed = isProbed
    this.#startedAt = clock.now()
    this.#records = new Map([...providers].map((name) => [name, new HealthRecord()]))
  }

  /** Other providers from now on; those that stay keep their record. */
  configure({ providers, isProbed }: Pick<HealthParts, 'providers' | 'isProbed'>): void {
    const before = this.#records
    this.#isProbed = isProbed
    this.#records = new Map([...providers].map((name) => [name, before.get(name) ?? new HealthRecord()]))
  }

  forget(provider: string): void {
    if (!this.#records.has(provider)) return
    this.#records = new Map([...this.#records, [provider, new HealthRecord()]])
  }

  onBegun(): void {
    this.#active++
    this.#total++
  }

  onSettled({ attempts, startedAt, startedWall }: Exchange, { result, error, totalMs }: Outcome): void {
    this.#active--
    if (result === 'failed') this.#failed(error)
    for (const attempt of lastOfEach(attempts)) {
      const record = this.#records.get(attempt.provider)
      if (record === undefined) continue
      const message = error?.facts.provider === attempt.provider ? error.message : undefined
      const wall = startedWall + totalMs
      record.attempted(attempt.error, message, attempt.ms, startedAt + totalMs, wall)
      record.turnedTo(record.statusWith(this.#circuits.view(attempt.provider)), wall)
    }
  }

  onBreaker(provider: string, _model: string | undefined, state: CircuitState): void {
    if (state === 'open') this.#events.breakerOpenings++
    this.#turn(provider)
  }

  onRateLimited(): void {
    this.#events.rateLimits++
  }

  onFailover(): void {
    this.#events.failovers++
  }

  onRetry(): void {
    this.#events.retries++
  }

  onQueued(): void {
    this.#events.queueWaits++
  }

  probed(provider: string, error: GatewayError | undefined, ms: number): void {
    const record = this.#records.get(provider)
    const wasAtHome = record?.isAtHome !== false
    record?.probed(error, ms, this.#clock.wall())
    // A rest is a guess at when it will be back; here it is.
    if (!wasAtHome && record?.isAtHome) this.#circuits.endRests(provider)
    this.#turn(provider)
  }

  /** Whether it has answered a request so lately that a probe would tell nothing new. */
  hasAnsweredWithin(provider: string, ms: number): boolean {
    return this.#clock.now() - (this.#records.get(provider)?.answeredAt ?? -Infinity) < ms
  }

  /** Why a target should not be asked now. */
  bar({ provider }: Target): Bar | undefined {
    if (!this.#isProbed || this.#records.get(provider.name)?.isAtHome !== false) return undefined
    return { reason: 'probe-failed' }
  }

  report(): HealthReport {
    const providers = Object.fromEntries(
      [...this.#records].map((entry) => [entry[0], this.#viewOf(...entry)]),
    )
    const states = Object.values(providers)
    const usable = states.filter(({ healthy }) => healthy).length
    const allHealthy = states.every(({ status }) => status === 'healthy')
    return {
      status: usable === 0 ? 'unhealthy' : allHealthy ? 'healthy' : 'degraded',
      uptimeSeconds: Math.round((this.#clock.now() - this.#startedAt) / 1000),
      activeRequests: this.#active,
      totalRequests: this.#total,
      totalErrors: this.#errors,
      events: { ...this.#events },
      providers,
    }
  }

  #failed(error: GatewayError | undefined): void {
    this.#errors++
    if (error !== undefined && isPermanent(error.type)) this.#events.permanentErrors++
    else this.#events.transientErrors++
  }

  #viewOf(name: string, record: HealthRecord): ProviderHealth {
    const circuit = this.#circuits.view(name)
    const status = record.statusWith(circuit)
    return {
      status,
      healthy: USABLE.has(status),
      failureCount: record.failures,
      requestCount: record.requests,
      errorCount: record.errors,
      lastSuccess: record.lastSuccess,
      lastFailure: record.lastFailure,
      lastCheck: record.lastCheck,
      responseMs: record.responseMs,
      keyRefused: record.isKeyRefused,
      error: record.error,
      circuit,
      history: record.turns,
    }
  }

  #turn(name: string): void {
    const record = this.#records.get(name)
    record?.turnedTo(record.statusWith(this.#circuits.view(name)), this.#clock.wall())
  }
}

/** One outcome for each provider and request, after its retries. What was given up tells nothing where something else does. */
function lastOfEach(attempts: readonly AttemptRecord[]): Iterable<AttemptRecord> {
  if (attempts.length < 2) return attempts
  const telling = attempts.filter((attempt) => !wasGivenUp(attempt))
  const last = [...attempts.filter(wasGivenUp), ...telling].map((one) => [one.provider, one] as const)
  return new Map(last).values()
}

function wasGivenUp({ error }: AttemptRecord): boolean {
  return error === 'cancelled'
}
