/** Who of several that gave one answer used how much of it, and at what cost. */

import { addUsage, type Usage } from '#core'
import type { AttemptRecord } from '#pipeline'
import type { Visit } from './tally.ts'

export type Share = Pick<Visit, 'usage' | 'cost'>

export class Shares {
  readonly #shares: readonly (readonly [AttemptRecord, Share])[]

  constructor(
    attempts: readonly AttemptRecord[],
    costOf: (attempt: AttemptRecord, usage: Usage) => number | undefined,
  ) {
    this.#shares = attempts.flatMap((attempt) => {
      const usage = attempt.own?.usage
      return usage === undefined ? [] : [[attempt, { usage, cost: costOf(attempt, usage) }] as const]
    })
  }

  /** Of all that match; by default of everybody. Without a cost where that of one is not known. */
  sum(matches: (attempt: AttemptRecord) => boolean = () => true): Share {
    return this.#shares
      .filter(([attempt]) => matches(attempt))
      .map(([, share]) => share)
      .reduce(added, NOTHING)
  }
}

const NOTHING: Share = { usage: undefined, cost: undefined }

function added(one: Share, other: Share): Share {
  if (one.usage === undefined || other.usage === undefined) return one.usage === undefined ? other : one
  const cost = one.cost === undefined || other.cost === undefined ? undefined : one.cost + other.cost
  return { usage: addUsage(one.usage, other.usage), cost }
}
