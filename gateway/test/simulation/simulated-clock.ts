/** Virtual time for schedules of thousands of timers: a heap, and the next event is always now. */

import type { Clock, Timer } from '#core'

interface Entry {
  readonly at: number
  readonly order: number
  readonly ring: () => void
  readonly counted: boolean
  cancelled: boolean
}

export class SimulatedClock implements Clock {
  readonly #heap: Entry[] = []
  #now = 0
  #order = 0
  #pending = 0

  now(): number {
    return this.#now
  }

  wall(): number {
    return 1_790_000_000_000 + this.#now
  }

  timer(ms: number, ring: () => void): Timer {
    const entry = this.#set(ms, ring, true)
    this.#pending++
    return {
      cancel: () => {
        if (entry.cancelled) return
        entry.cancelled = true
        this.#pending--
      },
    }
  }

  /** What the schedule itself does later: no timer of the gateway. */
  later(ms: number, act: () => void): void {
    this.#set(ms, act, false)
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#pending
  }

  /** Rings what is due next; false when nothing is set, or nothing before `until`. */
  step(until = Infinity): boolean {
    for (;;) {
      const next = this.#heap[0]
      if (next === undefined || next.at > until) {
        if (until !== Infinity) this.#now = Math.max(this.#now, until)
        return false
      }
      this.#pop()
      if (next.cancelled) continue
      next.cancelled = true
      if (next.counted) this.#pending--
      this.#now = Math.max(this.#now, next.at)
      next.ring()
      return true
    }
  }

  #set(ms: number, ring: () => void, counted: boolean): Entry {
    const entry = { at: this.#now + Math.max(0, ms), order: this.#order++, ring, counted, cancelled: false }
    this.#push(entry)
    return entry
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (above === undefined || !before(entry, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      const [left, right] = [heap[child], heap[child + 1]]
      if (left === undefined) break
      if (right !== undefined && before(right, left)) child++
      const below = heap[child]
      if (below === undefined || !before(below, last)) break
      heap[at] = below
      at = child
    }
    heap[at] = last
  }
}

function before(one: Entry, other: Entry): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}
