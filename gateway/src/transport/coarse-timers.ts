/**
 * Timers for waits of a second and more, which nearly all are cancelled before they ring. Node's own cost 5 µs per request to set and
 * clear; these are a link in a list. They ring up to a quarter of a second late.
 */

import type { Timer } from '#core'

/** Milliseconds between two looks. */
const STEP = 250
/** Looks without any timer after which the looking stops. */
const REST = 40

interface Link {
  before: Link
  after: Link
}

class Waiting implements Link, Timer {
  before: Link = this
  after: Link = this
  readonly due: number
  readonly ring: () => void

  constructor(due: number, ring: () => void) {
    this.due = due
    this.ring = ring
  }

  cancel(): void {
    this.before.after = this.after
    this.after.before = this.before
    this.before = this
    this.after = this
  }
}

/** Timers of one length, in the order of setting, which is that of ringing. */
class Queue implements Link {
  before: Link = this
  after: Link = this

  add(waiting: Waiting): void {
    waiting.before = this.before
    waiting.after = this
    this.before.after = waiting
    this.before = waiting
  }

  /** Takes out what is due; false when nothing is left. */
  ring(now: number): boolean {
    for (let first = this.after; first instanceof Waiting && first.due <= now; first = this.after) {
      first.cancel()
      first.ring()
    }
    return this.after !== this
  }
}

export class CoarseTimers {
  readonly #now: () => number
  readonly #queues = new Map<number, Queue>()
  #looking: NodeJS.Timeout | undefined
  #idle = 0

  constructor(now: () => number) {
    this.#now = now
  }

  set(ms: number, ring: () => void): Timer {
    // Lengths are brought to steps, so that there are few of them.
    const length = Math.ceil(ms / STEP) * STEP
    let queue = this.#queues.get(length)
    if (queue === undefined) {
      queue = new Queue()
      this.#queues.set(length, queue)
    }
    const waiting = new Waiting(this.#now() + length, ring)
    queue.add(waiting)
    // Sockets keep the process alive while somebody waits; these timers need not.
    this.#looking ??= setInterval(() => this.#look(), STEP).unref()
    return waiting
  }

  #look(): void {
    const now = this.#now()
    let busy = false
    for (const [length, queue] of this.#queues) {
      if (queue.ring(now)) busy = true
      else this.#queues.delete(length)
    }
    this.#idle = busy ? 0 : this.#idle + 1
    if (this.#idle < REST) return
    clearInterval(this.#looking)
    this.#looking = undefined
    this.#idle = 0
  }
}
