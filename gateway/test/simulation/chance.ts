/** Chance from a seed: the same seed, the same schedule. */

import type { Random } from '#core'
import { seeded } from '../seeded.ts'

export class Chance {
  /** Uniform in [0, 1). */
  readonly next: Random

  constructor(seed: number) {
    this.next = seeded(seed)
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  maybe(share: number): boolean {
    return this.next() < share
  }

  /** One of these, by weight. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, choice] of choices) {
      left -= weight
      if (left < 0) return choice
    }
    const last = choices.at(-1)
    if (last === undefined) throw new Error('There is nothing to choose from.')
    return last[1]
  }
}
