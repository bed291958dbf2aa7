/**
 * A bounded line of who waits. Next is the most urgent class; inside a class callers take turns, and each caller's own requests keep
 * their order. Waiting lifts a request class by class, so that steady urgent traffic starves nobody.
 */

import { type Priority, PRIORITIES } from './priority.ts'

export interface Waiter {
  readonly priority: Priority
  /** Whose request it is: callers share, one caller's many requests do not push others back. */
  readonly caller: string
  /** Monotonic milliseconds at which the exchange began. */
  readonly since: number
}

interface Place<W> {
  readonly waiter: W
  readonly rank: number
  /** How many requests of this caller stood before it: the turn it comes in. */
  readonly turn: number
}

export interface LineRules {
  readonly size: number
  readonly prioritization: boolean
  readonly ageingMs: number
}

export class WaitingLine<W extends Waiter> {
  rules: LineRules
  /** In the order of arrival. */
  readonly #places = new Set<Place<W>>()
  readonly #byWaiter = new Map<W, Place<W>>()
  /** The turn each waiting caller's latest request got. */
  readonly #turns = new Map<string, { turn: number; waiting: number }>()
  /** The turn that is being served: a new caller starts here and not at zero, or it would pass everybody. */
  #served = 0

  constructor(rules: LineRules) {
    this.rules = rules
  }

  get length(): number {
    return this.#places.size
  }

  get full(): boolean {
    return this.#places.size >= this.rules.size
  }

  /** Share of the line that is taken, from 0 to 1. */
  get fill(): number {
    return this.rules.size === 0 ? 1 : this.#places.size / this.rules.size
  }

  some(holds: (waiter: W) => boolean): boolean {
    for (const { waiter } of this.#places) if (holds(waiter)) return true
    return false
  }

  /** Whether such a one has its turn before this one. */
  someBefore(waiter: W, now: number, holds: (other: W) => boolean): boolean {
    const own = this.#byWaiter.get(waiter)
    if (own === undefined) return false
    let isPast = false
    for (const place of this.#places) {
      if (place === own) isPast = true
      else if (
        (isPast ? this.#before(place, own, now) : !this.#before(own, place, now)) &&
        holds(place.waiter)
      )
        return true
    }
    return false
  }

  join(waiter: W): void {
    const { prioritization } = this.rules
    const caller = this.#turns.get(waiter.caller) ?? { turn: this.#served, waiting: 0 }
    caller.turn++
    caller.waiting++
    this.#turns.set(waiter.caller, caller)
    const place = {
      waiter,
      rank: prioritization ? PRIORITIES.indexOf(waiter.priority) : 0,
      turn: prioritization ? caller.turn : 0,
    }
    this.#places.add(place)
    this.#byWaiter.set(waiter, place)
  }

  leave(waiter: W): void {
    const place = this.#byWaiter.get(waiter)
    if (place === undefined) return
    this.#byWaiter.delete(waiter)
    this.#places.delete(place)
    const caller = this.#turns.get(waiter.caller)
    if (caller !== undefined && --caller.waiting === 0) this.#turns.delete(waiter.caller)
  }

  /** Takes the next one out for whom `ready` holds. `ready` may be asked about anybody, and only then. */
  next(now: number, ready: (waiter: W) => boolean): W | undefined {
    let best: Place<W> | undefined
    for (const place of this.#places) {
      if ((best === undefined || this.#before(place, best, now)) && ready(place.waiter)) best = place
    }
    if (best === undefined) return undefined
    this.#served = Math.max(this.#served, best.turn)
    this.leave(best.waiter)
    return best.waiter
  }

  #before(one: Place<W>, other: Place<W>, now: number): boolean {
    const difference = this.#classOf(one, now) - this.#classOf(other, now)
    return difference === 0 ? one.turn < other.turn : difference < 0
  }

  #classOf({ rank, waiter }: Place<W>, now: number): number {
    const { ageingMs } = this.rules
    return ageingMs === 0 ? rank : Math.max(0, rank - Math.floor((now - waiter.since) / ageingMs))
  }
}
