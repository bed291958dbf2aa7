/** What is known of the providers' health, from the traffic itself and from cheap probes. Listens to the road, never steers it. */

import type { Clock, GatewayError } from '#core'
import { ERRORS } from '#core'
import type { Exchange, Observer, Outcome } from '#pipeline'

interface State {
  status: 'healthy' | 'unhealthy' | 'unknown'
  failures: number
  lastSuccess: number | null
  lastFailure: number | null
}

/** Failures in a row after which a provider is called unhealthy; a single one proves nothing. */
const FAILURES = 3

export class HouseHealth implements Observer {
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #states = new Map<string, State>()
  #active = 0
  #total = 0
  #errors = 0

  constructor(clock: Clock, providers: Iterable<string>) {
    this.#clock = clock
    this.#startedAt = clock.now()
    for (const name of providers) {
      this.#states.set(name, { status: 'unknown', failures: 0, lastSuccess: null, lastFailure: null })
    }
  }

  onBegun(): void {
    this.#active++
    this.#total++
  }

  onSettled(exchange: Exchange, outcome: Outcome): void {
    this.#active--
    if (outcome.result === 'failed') this.#errors++
    for (const attempt of exchange.attempts) {
      if (attempt.error === undefined) this.#good(attempt.provider)
      else if (ERRORS[attempt.error].counts) this.#bad(attempt.provider, FAILURES)
    }
  }

  onProbe(provider: string, error: GatewayError | undefined): void {
    if (error === undefined) this.#good(provider)
    // A refused list still proves that somebody is at home; only the address itself failing is proof of the contrary.
    else if (error.type === 'connection' || error.type === 'timeout') this.#bad(provider, 1)
  }

  report() {
    const states = [...this.#states.values()]
    const down = states.filter((state) => state.status === 'unhealthy').length
    const status: 'healthy' | 'degraded' | 'unhealthy' =
      down === 0 ? 'healthy' : down === states.length ? 'unhealthy' : 'degraded'
    return {
      status,
      uptimeSeconds: Math.round((this.#clock.now() - this.#startedAt) / 1000),
      activeRequests: this.#active,
      totalRequests: this.#total,
      totalErrors: this.#errors,
      providers: Object.fromEntries(
        [...this.#states].map(([name, state]) => [
          name,
          {
            status: state.status,
            failureCount: state.failures,
            lastSuccess: state.lastSuccess,
            lastFailure: state.lastFailure,
          },
        ]),
      ),
    }
  }

  #good(provider: string): void {
    const state = this.#states.get(provider)
    if (state === undefined) return
    state.status = 'healthy'
    state.failures = 0
    state.lastSuccess = this.#clock.wall() / 1000
  }

  #bad(provider: string, enough: number): void {
    const state = this.#states.get(provider)
    if (state === undefined) return
    state.failures++
    state.lastFailure = this.#clock.wall() / 1000
    if (state.failures >= enough) state.status = 'unhealthy'
  }
}
