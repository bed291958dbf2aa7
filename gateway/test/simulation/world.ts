/** One schedule: a house of its own from a seed, requests and faults that come as the seed has it, and the real road between them. */

import { asGatewayError, type ChatEvent, type GatewayError } from '#core'
import { openaiChat } from '#dialects'
import {
  type Answer,
  type BudgetRules,
  type Call,
  type Circuits,
  CoolDowns,
  Exchange,
  firstBar,
  type Limiter,
  type Outcome,
  pipeline,
  type PipelineParts,
  type ProviderLimits,
  retryBudget,
  RoadVitals,
} from '#pipeline'
import { buildProvider, presetNamed, type Provider } from '#providers'
import { ndjsonFramer, sseFramer, wholeFrames } from '#transport'
import { Chance } from './chance.ts'
import { textIn, textOf } from './heard.ts'
import { SimulatedClock } from './simulated-clock.ts'
import { circuitsWith, limiterWith, type Plant, spoilt } from './plants.ts'
import { type Fault, Network } from './upstream.ts'

/** How one client fared. */
export interface Fate {
  readonly id: string
  readonly exchange: Exchange
  readonly stream: boolean
  cancelledAt: number | undefined
  /** Times the road answered or refused. */
  settled: number
  /** Times the observer was told of an end. */
  told: number
  outcome: Outcome | undefined
  error: GatewayError | undefined
  events: ChatEvent[]
  /** Times the stream said that it was over. */
  overs: number
  text: string | undefined
  /** What a stream said. */
  said: string
  /** Times it was told what was used. */
  used: number
}

/** A schedule may be calm, troubled for a while, or troubled all along. */
const WEATHER: readonly (readonly [number, number])[] = [
  [2, 0],
  [3, 0.15],
  [3, 0.5],
  [2, 1],
]

const BAD: readonly (readonly [number, Fault])[] = [
  [3, 'limited'],
  [3, 'limited-told'],
  [4, 'server-error'],
  [3, 'overloaded'],
  [3, 'reset'],
  [2, 'reset-late'],
  [2, 'silence'],
  [2, 'slow'],
  [5, 'cut'],
  [4, 'stall'],
  [3, 'garbage'],
  [2, 'no-terminator'],
  [3, 'early-end'],
  [3, 'told-error'],
  [1, 'bad-request'],
  [2, 'refused-key'],
]

const NAMES = ['a', 'b', 'c']

/** Tight, so that few requests can use it up. */
const TIGHT = { share: 0.2, floorPerSecond: 0.2 }
/** As the house has it. */
const AMPLE = { share: 0.2, floorPerSecond: 10 }
/** More than any request is thought to use. */
const MORE_TOKENS = 1100
/** As the road has them: one request in twenty, and one in ten seconds. */
export const HEDGES = { share: 0.05, floorPerSecond: 0.1 }

const BREAKER = {
  recoveryMs: 60_000,
  longestMs: 300_000,
  errorRate: 0.5,
  slowMs: 0,
  slowRate: 0.8,
  minimumVolume: 20,
  windowMs: 60_000,
  trials: 3,
  rampUpMs: 30_000,
}

export class World {
  readonly clock = new SimulatedClock()
  readonly chance: Chance
  readonly fates: Fate[] = []
  readonly limiter: Limiter
  readonly vitals: RoadVitals
  readonly network: Network
  readonly circuits: Circuits
  /** Moments at which a request came, one was tried again, and one was asked a second time. */
  readonly asked: number[] = []
  readonly retried: number[] = []
  readonly retryRules: BudgetRules
  /** Somebody stood in the line though there was room for everybody. */
  overlooked = false
  readonly limits: ProviderLimits
  readonly concurrency: number
  readonly hedged: number[] = []
  readonly providers: ReadonlyMap<string, Provider>
  /** Calls that may be made for one request, however badly it goes. */
  readonly mostAttempts: number
  readonly #road: Call
  readonly #plant: Plant | undefined
  readonly #hedges: boolean
  readonly #shares: boolean
  #faults: number
  readonly #byId = new Map<string, Fate>()

  constructor(seed: number, plant?: Plant) {
    const chance = new Chance(seed)
    this.chance = chance
    this.#faults = chance.weighted(WEATHER)
    const { clock } = this
    // Some days it is always the same that goes wrong.
    const usual = chance.maybe(0.25) ? chance.weighted(BAD) : undefined
    this.network = new Network({
      clock,
      chance,
      fault: () => (chance.maybe(this.#faults) ? (usual ?? chance.weighted(BAD)) : 'none'),
    })
    const maxRetries = chance.whole(0, 3)
    const keys = chance.whole(0, 3)
    this.providers = new Map(
      NAMES.slice(0, chance.whole(1, 3)).map((name) => [name, this.#provider(name, keys, maxRetries)]),
    )
    this.mostAttempts = this.providers.size * (maxRetries + 1) * Math.max(1, keys) * 2 + 2
    this.vitals = new RoadVitals(clock)
    const limits = {
      ...(chance.maybe(0.5) ? { concurrency: chance.whole(1, 4) } : {}),
      ...(chance.maybe(0.1) ? { requestsPerMinute: chance.whole(6, 60) } : {}),
      ...(chance.maybe(0.12) ? { tokensPerMinute: chance.whole(3, 12) * 500 } : {}),
    }
    this.limits = limits
    this.concurrency = chance.maybe(0.3) ? chance.whole(2, 6) : Infinity
    this.limiter = limiterWith(plant, {
      clock,
      random: chance.next,
      rules: {
        concurrency: Number.isFinite(this.concurrency) ? this.concurrency : 0,
        queue: {
          size: chance.whole(0, 20),
          timeoutMs: chance.whole(5, 60) * 1000,
          prioritization: chance.maybe(0.5),
          ageingMs: 10_000,
        },
        adaptive: chance.maybe(0.5),
      },
      limitsOf: () => limits,
    })
    this.circuits = circuitsWith(plant, {
      clock,
      random: chance.next,
      rules: {
        ...BREAKER,
        enabled: chance.maybe(0.7),
        perModel: chance.maybe(0.3),
        failures: chance.whole(2, 6),
      },
      onChange: () => {},
    })
    this.retryRules = chance.maybe(0.5) ? TIGHT : AMPLE
    this.#plant = plant
    this.#hedges = chance.maybe(0.4)
    this.#shares = chance.maybe(0.3)
    if (this.#hedges) this.#warmUp()
    this.#road = pipeline(this.#parts(plant))
  }

  /** Whether whoever waits need not. */
  get hasRoom(): boolean {
    const { limiter, providers, concurrency } = this
    if (limiter.underWay >= concurrency) return false
    return [...providers.keys()].every((name) => {
      const gates = limiter.gatesOf(name)
      return !gates.full('m') && gates.waitMs(MORE_TOKENS) === 0
    })
  }

  /** From now on every provider is well. */
  heal(): void {
    this.#faults = 0
  }

  /** What is late can be told only by who has seen what is usual. */
  #warmUp(): void {
    for (const provider of this.providers.values()) {
      for (let i = 0; i < 40; i++) {
        const call = this.vitals.begin({ provider, model: 'm' })
        this.clock.later(100 + i * 5, () => {
          call.committed()
          call.ended('good')
        })
      }
    }
  }

  #provider(name: string, keys: number, maxRetries: number): Provider {
    const preset = presetNamed('custom')
    if (preset === undefined) throw new Error('The plainest provider type is gone.')
    return buildProvider(
      {
        name,
        type: 'custom',
        baseUrl: 'http://127.0.0.1/v1',
        apiKeys: Array.from({ length: keys }, (_, i) => `key-${name}-${i}`),
        passthrough: false,
        priority: 1,
        timeouts: {},
        headers: {},
      },
      { preset, dialect: openaiChat, clock: this.clock, client: () => this.network.client(name) },
      {
        timeouts: {
          connectMs: 5000,
          headersMs: 30_000,
          firstTokenMs: 20_000,
          idleMs: 15_000,
          totalMs: 120_000,
        },
        maxRetries,
      },
    )
  }

  #parts(plant: Plant | undefined): PipelineParts {
    const { clock, chance, limiter, vitals, providers, circuits } = this
    const retries = retryBudget(clock, this.retryRules)
    const coolDowns = new CoolDowns(clock)
    return {
      clock,
      instance: 'simulated',
      random: chance.next,
      providers,
      admit: {},
      route: {
        defaultProvider: 'a',
        virtual: new Map(),
        ...(chance.maybe(0.3) ? { fallback: 'next_available' as const } : {}),
      },
      observer: {
        onRetry: (_exchange, _error, delayMs) => {
          if (delayMs > 0) this.retried.push(clock.now())
        },
        onHedge: () => void this.hedged.push(clock.now()),
        onSettled: (exchange, outcome) => {
          const fate = this.#byId.get(exchange.id)
          if (fate === undefined) return
          fate.told++
          fate.outcome = outcome
          if (plant === 'time-unaccounted' && exchange.attempts.length > 2) exchange.waitedMs /= 2
          if (plant === 'double-end' && outcome.result === 'failed') fate.told++
          if (plant === 'late-timer' && outcome.result === 'cancelled') clock.timer(9_999_999, () => {})
        },
      },
      framers: { sse: sseFramer, ndjson: ndjsonFramer, eventStream: sseFramer, wholeFrames },
      retries: plant === 'budget-ignored' ? { ...retries, take: () => true } : retries,
      vitals,
      limiter,
      circuits,
      coolDowns,
      barrier: firstBar([
        (target) => circuits.bar(target),
        (target) => coolDowns.bar(target),
        (target) => limiter.bar(target),
      ]),
      midStream: chance.maybe(0.6) ? 'continue' : 'error',
      hedging: this.#hedges,
      singleFlight: this.#shares,
    }
  }

  /** A client asks now. */
  ask(): Fate {
    const { chance, clock } = this
    const alike = this.#shares && chance.maybe(0.7)
    const stream = alike || chance.maybe(0.7)
    const id = `x${this.fates.length}`
    const others = [...this.providers.keys()].filter((name) => name !== 'a' && (alike || chance.maybe(0.7)))
    const wire = {
      model: 'm',
      stream,
      messages: [{ role: 'user', content: alike ? 'the same' : `say ${id}` }],
      ...(alike ? { temperature: 0 } : {}),
    }
    const exchange = new Exchange({
      id,
      dialect: openaiChat,
      operation: 'chat',
      body: Buffer.from(JSON.stringify(wire)),
      wire,
      headers: others.length === 0 ? {} : { 'x-fallback': others.map((name) => `${name}:m`).join(', ') },
      callerKey: undefined,
      startedAt: clock.now(),
      startedWall: clock.wall(),
    })
    const fate: Fate = {
      id,
      exchange,
      stream,
      cancelledAt: undefined,
      settled: 0,
      told: 0,
      outcome: undefined,
      error: undefined,
      events: [],
      overs: 0,
      text: undefined,
      said: '',
      used: 0,
    }
    exchange.whenUsed(() => (fate.used += this.#plant === 'usage-twice' ? 2 : 1))
    this.fates.push(fate)
    this.#byId.set(id, fate)
    this.asked.push(clock.now())
    if (chance.maybe(0.02)) {
      // Gone before anybody has looked.
      fate.cancelledAt = clock.now()
      exchange.cancellation.cancel()
    } else if (chance.maybe(0.15)) {
      clock.later(chance.whole(0, 40_000), () => {
        if (fate.overs > 0 || (fate.settled > 0 && !stream)) return
        fate.cancelledAt = clock.now()
        exchange.cancellation.cancel()
      })
    }
    this.#road(exchange).then(
      (answer) => this.#answered(fate, answer),
      (thrown: unknown) => {
        fate.settled++
        fate.error = asGatewayError(thrown)
      },
    )
    return fate
  }

  #answered(fate: Fate, answer: Answer): void {
    fate.settled++
    if (answer.type === 'bytes') {
      fate.text = answer.raw.toString('utf8')
      return
    }
    if (answer.type !== 'stream') {
      if (answer.type === 'whole') {
        fate.events = [...answer.events]
        fate.said = textOf(fate.events)
      }
      return
    }
    const { stream } = answer
    const slow = this.chance.maybe(0.1)
    stream.read({
      onEvents: (events, raw) => {
        const heard = spoilt(events, this.#plant)
        fate.events.push(...heard)
        // Of what passes as it is the bytes are the truth; events tell only what the road must know.
        fate.said += raw === undefined ? textOf(heard) : textIn(raw)
        if (!slow) return
        stream.pause()
        this.clock.later(200, () => stream.resume())
      },
      onOver: () => fate.overs++,
    })
  }
}
