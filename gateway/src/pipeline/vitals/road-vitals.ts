/** The measurements of all targets, kept within bounds: names of models come from clients. */

import type { Clock } from '#core'
import type { Target } from '../exchange.ts'
import { RecentMap } from '../recent-map.ts'
import type { TargetVitals, Vitals } from '../vitals.ts'
import { Gauge } from './gauge.ts'

const PROVIDERS = 1000
/** Per provider. */
const MODELS = 500

interface ProviderGauges {
  readonly all: Gauge
  readonly models: RecentMap<string, Gauge>
}

/** What is known of a target nobody has asked yet. */
const UNKNOWN: TargetVitals = {
  pending: 0,
  requests: 0,
  failures: 0,
  firstContentMs: undefined,
  averageMs: undefined,
  slowMs: undefined,
  health: 1,
  seenAt: undefined,
  lastUsed: undefined,
}

export class RoadVitals implements Vitals {
  readonly #clock: Clock
  readonly #providers = new RecentMap<string, ProviderGauges>(PROVIDERS)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  provider(name: string): TargetVitals {
    return this.#providers.get(name)?.all ?? UNKNOWN
  }

  model(provider: string, model: string): TargetVitals {
    return this.#providers.get(provider)?.models.get(model) ?? UNKNOWN
  }

  /** One call begins. Whoever begins it tells how it went on. */
  begin({ provider, model }: Target): CallVitals {
    const gauges = this.#gaugesOf(provider.name)
    let own = gauges.models.get(model)
    if (own === undefined) {
      own = new Gauge(this.#clock)
      gauges.models.set(model, own)
    }
    return new CallVitals(gauges.all, own, this.#clock)
  }

  #gaugesOf(provider: string): ProviderGauges {
    let gauges = this.#providers.get(provider)
    if (gauges === undefined) {
      gauges = { all: new Gauge(this.#clock), models: new RecentMap(MODELS) }
      this.#providers.set(provider, gauges)
    }
    return gauges
  }
}

/** One call as it is measured: begun, perhaps committed, ended once. */
export class CallVitals {
  readonly #provider: Gauge
  readonly #model: Gauge
  readonly #clock: Clock
  readonly #begunAt: number

  constructor(provider: Gauge, model: Gauge, clock: Clock) {
    this.#provider = provider
    this.#model = model
    this.#clock = clock
    this.#begunAt = clock.now()
    const wall = clock.wall()
    provider.begun(wall)
    model.begun(wall)
  }

  committed(now = this.#clock.now()): void {
    this.#provider.committed(now - this.#begunAt, now)
    this.#model.committed(now - this.#begunAt, now)
  }

  /** Committed and ended well, at once. */
  answered(): void {
    const now = this.#clock.now()
    this.committed(now)
    this.ended('good', now)
  }

  ended(outcome: 'good' | 'bad' | 'neutral', now = this.#clock.now()): void {
    this.#provider.ended(outcome, now)
    this.#model.ended(outcome, now)
  }
}
