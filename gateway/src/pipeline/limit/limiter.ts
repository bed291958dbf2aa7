/**
 * Lets requests through as limits allow, and holds the others in one bounded line. A request takes all it needs at once or nothing, so
 * that nobody holds one thing while waiting for another, and a full provider keeps no request from a free one.
 */

import { type Clock, GatewayError, type Random, type Timer, type Usage } from '#core'
import type { Cancellation } from '../cancellation.ts'
import type { Target } from '../exchange.ts'
import type { Bar } from '../vitals.ts'
import { ProviderGates, Slots } from './gates.ts'
import type { Priority } from './priority.ts'
import type { LimitRules, ProviderLimits } from './rules.ts'
import { WaitingLine } from './waiting-line.ts'

export interface LimiterParts {
  readonly clock: Clock
  readonly random: Random
  readonly rules: LimitRules
  readonly limitsOf: (provider: string) => ProviderLimits
}

export interface NewLimits extends Pick<LimiterParts, 'rules' | 'limitsOf'> {
  readonly providers: ReadonlySet<string>
}

/** What a request asks for: room at one of these places. */
export interface Ask {
  /** In the order of preference; never empty. */
  readonly places: readonly Place[]
  readonly priority: Priority
  readonly caller: string
  /** Monotonic milliseconds at which the exchange began: its age in the line. */
  readonly since: number
  /** Milliseconds it may wait at most, besides what the line allows. */
  readonly patienceMs: number
  readonly cancellation: Cancellation
}

export interface Place {
  readonly target: Target
  /** Tokens it will probably use. */
  readonly tokens: number
}

/** What was taken; to be given back exactly once. */
export interface Lease {
  readonly target: Target
  /** Milliseconds of waiting. */
  readonly waitedMs: number
  release(): void
  /** After the answer: the estimate becomes what was used, where the provider said it. */
  settle(usage: Pick<Usage, 'inputTokens' | 'outputTokens'> | undefined): void
  /** No call came of it: the rate has what was taken of it. */
  unsent(): void
}

interface Waiting extends Ask {
  readonly admit: (place: Place) => void
}

/** From this fill of the line on, who is least urgent is refused at once. */
const SHED_AT: Readonly<Record<Priority, number>> = { critical: 1, high: 1, normal: 0.9, low: 0.5 }

export class Limiter {
  #parts: LimiterParts
  readonly #all = new Slots(Infinity)
  readonly #line: WaitingLine<Waiting>
  readonly #gates = new Map<string, ProviderGates>()
  #timer: Timer | undefined
  readonly #wake = (): void => this.#serve()

  constructor(parts: LimiterParts) {
    this.#parts = parts
    this.#line = new WaitingLine(parts.rules.queue)
    this.#open(parts.rules)
  }

  /** Other limits from now on; who is under way or waits keeps its place. `providers`: those that have limits still. */
  configure({ rules, limitsOf, providers }: NewLimits): void {
    this.#parts = { ...this.#parts, rules, limitsOf }
    this.#line.rules = rules.queue
    this.#open(rules)
    for (const [name, gates] of this.#gates) {
      if (providers.has(name)) gates.configure(limitsOf(name), rules.adaptive)
      else this.#gates.delete(name)
    }
    this.#serve()
  }

  /** What the provider's refusals had taught. */
  forget(provider: string): void {
    this.#gates.get(provider)?.forget()
    this.#serve()
  }

  /** Whether `X-Priority` is heeded. */
  get prioritization(): boolean {
    return this.#parts.rules.queue.prioritization
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#line.length
  }

  /** Requests that are at providers. */
  get underWay(): number {
    return this.#all.taken
  }

  /** Why a target would have to be waited for. */
  bar({ provider, model }: Target): Bar | undefined {
    const gates = this.gatesOf(provider.name)
    if (gates.full(model)) return { reason: 'full' }
    const ms = gates.waitMs(1)
    return ms === 0 ? undefined : { reason: 'rate-limited', until: this.#parts.clock.now() + ms }
  }

  /** Whether the provider has lately refused for its rate, or one would have to wait for it or for the gateway. */
  throttles(target: Target): boolean {
    if (this.#all.full || this.gatesOf(target.provider.name).rate?.limit !== undefined) return true
    return this.bar(target) !== undefined
  }

  /** What may go now, goes now; undefined: it would have to wait. Nobody who waits for the same is passed. */
  tryTake(place: Place): Lease | undefined {
    const isFree = this.#ready(place) && (this.#line.length === 0 || !this.#isAwaited(place))
    return isFree ? this.#take(place, 0) : undefined
  }

  /**
   * Waits in the line. Rejects with `busy` when the line is full or when waiting cannot help in time, `deadline` when it
   * took too long, `cancelled` when the client left.
   */
  take(ask: Ask): Promise<Lease> {
    const { clock, rules } = this.#parts
    if (ask.cancellation.cancelled) return Promise.reject(leftWaiting())
    const patienceMs = Math.min(ask.patienceMs, rules.queue.timeoutMs)
    const rateMs = Math.min(...ask.places.map((place) => this.#rateMs(place)))
    if (rateMs > patienceMs) return Promise.reject(this.#limited(ask, rateMs))
    if (this.#line.full || this.#line.fill >= SHED_AT[ask.priority]) return Promise.reject(this.#refusal())
    return new Promise((resolve, reject) => {
      const begun = clock.now()
      const waiting: Waiting = {
        ...ask,
        admit: (place) => {
          end()
          resolve(this.#take(place, clock.now() - begun))
        },
      }
      const giveUp = (error: GatewayError): void => {
        end()
        this.#line.leave(waiting)
        reject(error)
        // Who stood behind may be ready.
        this.#serve()
      }
      const timer = clock.timer(patienceMs, () => giveUp(tooLong(clock.now() - begun)))
      const stop = ask.cancellation.listen(() => giveUp(leftWaiting()))
      const end = (): void => {
        timer.cancel()
        stop()
      }
      this.#line.join(waiting)
      this.#serve()
    })
  }

  /** A provider has answered: who waits for its rate may not have to any more. */
  answered(provider: string): void {
    const { rate } = this.gatesOf(provider)
    const isLimited = rate?.limit !== undefined
    rate?.answered()
    if (isLimited) this.#serve()
  }

  gatesOf(provider: string): ProviderGates {
    let gates = this.#gates.get(provider)
    if (gates === undefined) {
      const { clock, rules, limitsOf } = this.#parts
      gates = new ProviderGates(clock, limitsOf(provider), rules.adaptive)
      this.#gates.set(provider, gates)
    }
    return gates
  }

  close(): void {
    this.#timer?.cancel()
  }

  #open({ concurrency }: LimitRules): void {
    this.#all.most = concurrency === 0 ? Infinity : concurrency
  }

  #ready({ target, tokens }: Place): boolean {
    if (this.#all.full) return false
    const gates = this.gatesOf(target.provider.name)
    return !gates.full(target.model) && gates.waitMs(tokens) === 0
  }

  /** Whether who comes first waits for more tokens of it than there are: many small requests would keep it waiting for ever. */
  #isBespoken({ target }: Place, waiting: Waiting, now: number): boolean {
    const { name } = target.provider
    const gates = this.gatesOf(name)
    if (!gates.countsTokens) return false
    const lacks = (one: Place): boolean =>
      one.target.provider.name === name && !gates.full(one.target.model) && !this.#ready(one)
    return this.#line.someBefore(waiting, now, ({ places }) => places.some(lacks))
  }

  #rateMs({ target, tokens }: Place): number {
    return this.gatesOf(target.provider.name).waitMs(tokens)
  }

  /** Whether somebody waits for what is asked for. Who waits for another model's room would gain nothing. */
  #isAwaited({ target: { provider, model } }: Place): boolean {
    const gates = this.gatesOf(provider.name)
    const wants = ({ target }: Place): boolean =>
      target.provider.name === provider.name && (target.model === model || !gates.fullFor(target.model))
    return this.#line.some(({ places }) => places.some(wants))
  }

  #take({ target, tokens }: Place, waitedMs: number): Lease {
    const gates = this.gatesOf(target.provider.name)
    this.#all.taken++
    const slots = gates.take(target.model, tokens)
    return new Taken({ target, waitedMs, tokens, gates, slots, all: this.#all, wake: this.#wake })
  }

  /** Lets everybody through who may go now, and wakes up when the next rate allows. */
  #serve(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#line.length === 0) return
    const { clock } = this.#parts
    let soonest = Infinity
    const now = clock.now()
    let free: Place | undefined
    const ready = (waiting: Waiting): boolean => {
      const place = waiting.places.find((one) => this.#ready(one) && !this.#isBespoken(one, waiting, now))
      if (place !== undefined) {
        free = place
        return true
      }
      for (const one of waiting.places) {
        const ms = this.#rateMs(one)
        if (ms > 0 && ms < soonest) soonest = ms
      }
      return false
    }
    while (!this.#all.full) {
      const next = this.#line.next(now, ready)
      if (next === undefined || free === undefined) break
      next.admit(free)
    }
    this.#timer = soonest === Infinity ? undefined : clock.timer(soonest, () => this.#serve())
  }

  #refusal(): GatewayError {
    return new GatewayError('busy', 'The gateway has as many requests waiting as it may hold.', {
      retryAfterMs: this.#laterMs(1000),
    })
  }

  #limited({ places }: Ask, ms: number): GatewayError {
    const names = [...new Set(places.map(({ target }) => target.provider.name))]
    const who = names.map((name) => `"${name}"`).join(' and ')
    const [provider] = names
    return new GatewayError('busy', `The rate limit set for provider ${who} is used up.`, {
      status: 429,
      code: 'rate_limit_exceeded',
      retryAfterMs: this.#laterMs(ms),
      ...(provider === undefined || names.length > 1 ? {} : { provider }),
    })
  }

  /** Between once and twice as long, so that those who were refused together do not come back together. */
  #laterMs(ms: number): number {
    return Math.ceil(ms * (1 + this.#parts.random()))
  }
}

interface TakenParts {
  readonly target: Target
  readonly waitedMs: number
  readonly tokens: number
  readonly gates: ProviderGates
  readonly slots: Slots | undefined
  readonly all: Slots
  /** Somebody who waits may go now. */
  readonly wake: () => void
}

class Taken implements Lease {
  readonly #parts: TakenParts

  constructor(parts: TakenParts) {
    this.#parts = parts
  }

  get target(): Target {
    return this.#parts.target
  }

  get waitedMs(): number {
    return this.#parts.waitedMs
  }

  release(): void {
    const { all, gates, slots, wake } = this.#parts
    all.taken--
    gates.giveBack(slots)
    wake()
  }

  settle(usage: Parameters<Lease['settle']>[0]): void {
    if (usage === undefined) return
    const { gates, tokens, wake } = this.#parts
    gates.settle(tokens, usage.inputTokens + usage.outputTokens)
    wake()
  }

  unsent(): void {
    const { gates, tokens, wake } = this.#parts
    gates.unsent()
    gates.settle(tokens, 0)
    wake()
  }
}

function leftWaiting(): GatewayError {
  return new GatewayError('cancelled', 'The client left while its request was waiting.')
}

function tooLong(ms: number): GatewayError {
  return new GatewayError('deadline', `The request waited ${Math.round(ms / 1000)} s for its turn.`)
}
