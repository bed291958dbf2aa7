/** What was seen of one provider: its answers, its probes, and the turns its state took. Of bounded size. */

import { type ErrorType, ERRORS, type GatewayError } from '#core'
import type { CircuitView } from '../breaker/circuits.ts'

/** Words for the state of a provider (requirements R20). */
export type ProviderStatus = 'healthy' | 'degraded' | 'unhealthy' | 'circuit_open' | 'disabled' | 'partial'

export interface Turn {
  readonly status: ProviderStatus
  /** Epoch seconds. */
  readonly at: number
}

/** Failed requests in a row that make one doubt; a single one proves nothing. */
const DOUBTFUL = 3
/** And after which it is taken for ill where no circuit says so first. */
const ILL = 5
const TURNS = 20

/** Failures of a probe that say nobody is at home. Whoever refuses a list is there all the same. */
const NOBODY: ReadonlySet<ErrorType> = new Set([
  'connection',
  'timeout',
  'provider-error',
  'overloaded',
  'cut-stream',
])

export class HealthRecord {
  failures = 0
  requests = 0
  errors = 0
  /** Epoch seconds. */
  lastSuccess: number | null = null
  lastFailure: number | null = null
  lastCheck: number | null = null
  responseMs: number | null = null
  error: string | undefined
  /** Somebody answers at its address. */
  isAtHome = true
  /** It does not take our key. */
  isKeyRefused = false
  #isListRefused = false
  /** Monotonic milliseconds of the last good answer. */
  answeredAt = -Infinity
  readonly turns: Turn[] = []

  /** The last attempt that a request made here. */
  attempted(
    error: ErrorType | undefined,
    message: string | undefined,
    ms: number,
    now: number,
    wall: number,
  ): void {
    this.requests++
    if (error === undefined) return this.#good(ms, now, wall)
    if (!ERRORS[error].counts) return
    this.errors++
    this.failures++
    this.lastFailure = wall / 1000
    this.lastCheck = wall / 1000
    this.error = message ?? error
    if (error === 'provider-authentication') this.isKeyRefused = true
  }

  probed(error: GatewayError | undefined, ms: number, wall: number): void {
    this.lastCheck = wall / 1000
    this.responseMs = Math.round(ms)
    this.isAtHome = error === undefined || !NOBODY.has(error.type)
    this.isKeyRefused = error?.type === 'provider-authentication'
    this.#isListRefused = error?.type === 'provider-permission'
    this.error = this.isAtHome && !this.isKeyRefused && !this.#isListRefused ? undefined : error?.message
    if (error === undefined) this.lastSuccess = wall / 1000
    else if (!this.isAtHome) this.lastFailure = wall / 1000
  }

  statusWith({ state, models }: Pick<CircuitView, 'state' | 'models'>): ProviderStatus {
    if (state === 'open') return 'circuit_open'
    if (!this.isAtHome || this.isKeyRefused) return 'unhealthy'
    const comesBack = state === 'half_open' || Object.keys(models).length > 0
    if (this.failures >= ILL && !comesBack) return 'unhealthy'
    return comesBack || this.failures >= DOUBTFUL || this.#isListRefused ? 'degraded' : 'healthy'
  }

  turnedTo(status: ProviderStatus, wall: number): void {
    if (this.turns.at(-1)?.status === status) return
    this.turns.push({ status, at: wall / 1000 })
    if (this.turns.length > TURNS) this.turns.shift()
  }

  #good(ms: number, now: number, wall: number): void {
    this.failures = 0
    this.lastSuccess = wall / 1000
    this.lastCheck = wall / 1000
    this.responseMs = Math.round(ms)
    this.error = undefined
    this.isAtHome = true
    this.isKeyRefused = false
    this.#isListRefused = false
    this.answeredAt = now
  }
}
