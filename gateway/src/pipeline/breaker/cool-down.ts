/**
 * A provider that says "not so fast" is not ill: the target rests for as long as it was told, apart from any circuit, and others are
 * asked first. The key that met with the refusal rests in its ring; the target only once none is left.
 */

import type { Clock, GatewayError } from '#core'
import { type Exchange, isAt, type Target } from '../exchange.ts'
import { RecentMap } from '../recent-map.ts'
import type { Observer } from '../settle.ts'
import type { Bar } from '../vitals.ts'
import type { Watch, Watcher } from '../watch.ts'

/** Where the provider does not say. */
const REST_MS = 5000
/** What is used up until tomorrow or next month is asked for now and then: it may have been filled up. */
const LONGEST_REST_MS = 600_000
/** Longest rest of a target that has not refused, but said that it will. */
const LONGEST_SPARING_MS = 60_000
const TARGETS = 10_000

/** Monotonic milliseconds. */
interface Rest {
  readonly since: number
  readonly until: number
}

export class CoolDowns {
  readonly #clock: Clock
  readonly #rests = new RecentMap<string, Rest>(TARGETS)
  /** Have lately said that they have room: who says of every request that it was the last for now is not believed. */
  readonly #hadRoom = new RecentMap<string, true>(TARGETS)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  bar(target: Target): Bar | undefined {
    const until = this.#rests.size === 0 ? undefined : this.#rests.get(nameOf(target))?.until
    return until === undefined || until <= this.#clock.now() ? undefined : { reason: 'cooling-down', until }
  }

  refused(target: Target, exchange: Exchange, error: GatewayError): void {
    const ms = Math.min(error.facts.retryAfterMs ?? REST_MS, LONGEST_REST_MS)
    this.#rest(nameOf(target), ms, sentAt(target, exchange))
  }

  /** `roomMs`: until it has room for another request, as it tells; 0: it has. */
  answered(target: Target, exchange: Exchange, roomMs?: number): void {
    const { size } = this.#rests
    if (roomMs === undefined && size === 0) return
    const name = nameOf(target)
    const rest = size === 0 ? undefined : this.#rests.get(name)
    // What was sent before the rest began says nothing of what came after.
    if (rest !== undefined && sentAt(target, exchange) > rest.since) this.#rests.delete(name)
    if (roomMs === undefined) return
    const hadRoom = this.#hadRoom.get(name) === true
    if (roomMs === 0) {
      if (!hadRoom) this.#hadRoom.set(name, true)
    } else if (hadRoom) {
      this.#hadRoom.delete(name)
      this.#rest(name, Math.min(roomMs, LONGEST_SPARING_MS), sentAt(target, exchange))
    }
  }

  /** All of its models may be asked. */
  forget(provider: string): void {
    for (const known of [this.#rests, this.#hadRoom])
      for (const [name] of known.entries()) if (name.startsWith(`${provider} `)) known.delete(name)
  }

  /** Only who was asked since knows that a rest may be shorter. */
  #rest(name: string, ms: number, sent: number): void {
    const since = this.#clock.now()
    const known = this.#rests.get(name)
    const least = known !== undefined && sent <= known.since ? known.until : 0
    this.#rests.set(name, { since, until: Math.max(least, since + ms) })
  }
}

/** Looks at each attempt, so that other requests know of a refusal at once. */
export function coolDown(coolDowns: CoolDowns, observer: Observer): Watcher {
  return (exchange, target) => new Heeded(coolDowns, observer, exchange, target)
}

class Heeded implements Watch {
  readonly #coolDowns: CoolDowns
  readonly #observer: Observer
  readonly #exchange: Exchange
  readonly #target: Target

  constructor(coolDowns: CoolDowns, observer: Observer, exchange: Exchange, target: Target) {
    this.#coolDowns = coolDowns
    this.#observer = observer
    this.#exchange = exchange
    this.#target = target
  }

  answered(): void {
    const roomMs = isAllOfIt(this.#target) ? this.#exchange.roomMs : undefined
    this.#coolDowns.answered(this.#target, this.#exchange, roomMs)
  }

  failed(error: GatewayError): void {
    if (!isLimit(error)) return
    this.#observer.onRateLimited?.(this.#exchange, this.#target, error)
    if (!hasOtherKey(this.#exchange, this.#target))
      this.#coolDowns.refused(this.#target, this.#exchange, error)
  }
}

export function isLimit({ type }: GatewayError): boolean {
  return type === 'rate-limited' || type === 'quota-exceeded'
}

export function hasOtherKey({ triedKeys }: Exchange, { provider }: Target): boolean {
  return !provider.passthrough && triedKeys.size < provider.keys.size
}

/** Whether what is told of the limit of one key holds for the target. */
function isAllOfIt({ provider }: Target): boolean {
  return provider.keys.size < 2 && !provider.passthrough
}

/** When it was last asked in this exchange, in monotonic milliseconds. */
function sentAt(target: Target, { attempts, startedAt }: Exchange): number {
  return startedAt + (attempts.findLast((attempt) => isAt(attempt, target))?.sentMs ?? 0)
}

/** A provider's name has no blank in it. */
function nameOf({ provider, model }: Target): string {
  return `${provider.name} ${model}`
}
