/** How sure the model was of each token it wrote, and what it might have written instead. */

import type { WithExtras } from './extras.ts'

export interface TokenAlternative extends WithExtras {
  readonly token: string
  /** Natural logarithm, 0 at most. */
  readonly logProbability: number
  /** Null: the provider says there are none. Absent: its language does not tell them. */
  readonly bytes?: readonly number[] | null
}

export interface TokenProbability extends TokenAlternative {
  /** The likeliest tokens at this place, as many as were asked for. */
  readonly alternatives: readonly TokenAlternative[]
}

/** What the client wants to know of the tokens. */
export interface ProbabilityWish {
  /** How many alternatives at each place. */
  readonly top?: number
}

/** The tokens that make up the last `length` characters of their text. */
export function lastTokens(
  tokens: readonly TokenProbability[] | undefined,
  length: number,
): readonly TokenProbability[] | undefined {
  if (tokens === undefined || length <= 0) return undefined
  let at = tokens.length
  for (let left = length; at > 0 && left > 0; at--) left -= tokens[at - 1]?.token.length ?? 0
  return tokens.slice(at)
}
