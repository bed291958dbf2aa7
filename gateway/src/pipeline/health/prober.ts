/**
 * Asks every provider now and then whether somebody is at home, by a call that costs no tokens: its list of models. Each has its own
 * timer, a little early by lot, so that many gateways do not knock together; who has just answered a request is not asked.
 */

import { asGatewayError, type Clock, type GatewayError, type Random, type Timer } from '#core'
import type { Provider } from '#providers'
import { fetchJson } from '../fetch-json.ts'
import type { Health } from './health.ts'

export interface ProberParts {
  readonly clock: Clock
  readonly random: Random
  readonly providers: ReadonlyMap<string, Provider>
  readonly health: Health
  /** Milliseconds between two probes of a provider; 0 is never; absent: only at the start. */
  readonly everyMs: number | undefined
  /** A fault of our own: nobody waits for a probe who could be told. */
  readonly onFault: (fault: unknown) => void
}

const LIMIT_MS = 10_000
/** Share of the interval by which a probe may come early. */
const EARLY = 0.1

export class Prober {
  readonly #parts: ProberParts
  readonly #timers = new Map<string, Timer>()
  #isClosed = false

  constructor(parts: ProberParts) {
    this.#parts = parts
  }

  /** `known`: those that need no asking at once. With the caller's own key alone nobody can be asked. */
  start(known: (provider: Provider) => boolean = () => false): void {
    const { everyMs, providers } = this.#parts
    if (everyMs === 0) return
    for (const provider of providers.values()) {
      if (provider.passthrough) continue
      if (!known(provider)) this.#round(provider)
      else if (everyMs !== undefined) this.#wait(provider, everyMs)
    }
  }

  close(): void {
    this.#isClosed = true
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }

  /** Asks it now. */
  async probe(provider: Provider): Promise<void> {
    const { clock, health } = this.#parts
    const begun = clock.now()
    const path = provider.dialect.models.path
    let error: GatewayError | undefined
    try {
      await fetchJson(provider, { method: 'GET', path, limitMs: provider.probeLimitMs ?? LIMIT_MS }, clock)
    } catch (thrown) {
      error = asGatewayError(thrown)
    }
    if (!this.#isClosed) health.probed(provider.name, error, clock.now() - begun)
  }

  #round(provider: Provider): void {
    const { health, everyMs, onFault } = this.#parts
    if (everyMs !== undefined) {
      const ms = this.#wait(provider, everyMs)
      if (health.hasAnsweredWithin(provider.name, ms)) return
    }
    this.probe(provider).catch(onFault)
  }

  #wait(provider: Provider, everyMs: number): number {
    const { clock, random } = this.#parts
    const ms = everyMs * (1 - EARLY * random())
    this.#timers.set(
      provider.name,
      clock.timer(ms, () => this.#round(provider)),
    )
    return ms
  }
}
