/** What an answer cost. Rates are dollars per million tokens; counts are the neutral ones, in which totals include everything. */

import type { Usage } from './usage.ts'

export interface Rates {
  readonly input: number
  readonly output: number
  /** Absent: as input. */
  readonly cacheRead?: number
  /** Absent: as input. */
  readonly cacheWrite?: number
}

export interface ModelPrice extends Rates {
  /** Rates of requests that are longer than some number of tokens; they hold for the whole request. */
  readonly tiers?: readonly PriceTier[]
}

export interface PriceTier extends Rates {
  /** Tokens of input, cached ones included. */
  readonly above: number
}

const MILLION = 1_000_000

/** Dollars; undefined where no price is known. */
export function costOf(facts: { readonly price?: ModelPrice } | undefined, usage: Usage): number | undefined {
  const price = facts?.price
  if (price === undefined) return undefined
  const { inputTokens, outputTokens, cacheReadTokens: read = 0, cacheWriteTokens: written = 0 } = usage
  const rates = ratesFor(price, inputTokens)
  // What a provider counts as cached may exceed its own total; nothing is ever paid back for that.
  const plain = Math.max(0, inputTokens - read - written)
  const dollars =
    plain * rates.input +
    read * (rates.cacheRead ?? rates.input) +
    written * (rates.cacheWrite ?? rates.input) +
    outputTokens * rates.output
  return dollars / MILLION
}

function ratesFor(price: ModelPrice, inputTokens: number): Rates {
  let chosen: Rates = price
  let above = -1
  for (const tier of price.tiers ?? []) {
    if (inputTokens <= tier.above || tier.above <= above) continue
    chosen = tier
    above = tier.above
  }
  return chosen
}
