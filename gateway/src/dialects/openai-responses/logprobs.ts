/** The wish for log probabilities: one word in the list of what is to be included, and a number beside it. */

import { arrayOf, type JsonDraft, type JsonObject, numberOf, type ProbabilityWish } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { allowedTop } from '../token-probabilities.ts'

const WORD = 'message.output_text.logprobs'
const MAX_ALTERNATIVES = 20

interface Asked {
  readonly wish: ProbabilityWish | undefined
  /** The body without the wish. */
  readonly wire: JsonObject
}

export function decodeProbabilities(wire: JsonObject): Asked {
  const include = arrayOf(wire['include'])
  if (include?.includes(WORD) !== true) return { wish: undefined, wire }
  const { include: _, top_logprobs: number, ...rest } = wire
  const others = include.filter((word) => word !== WORD)
  const top = numberOf(number)
  return {
    wish: top === undefined ? {} : { top },
    wire: others.length === 0 ? rest : { ...rest, include: others },
  }
}

export function encodeProbabilities(
  wish: ProbabilityWish | undefined,
  body: JsonDraft,
  { traits, note }: EncodeContext,
): void {
  if (wish === undefined) return
  if (traits.noSampling === true) {
    note({ kind: 'dropped', field: 'logprobs', reason: 'The model refuses it.' })
    return
  }
  const top = allowedTop(wish, MAX_ALTERNATIVES, 'top_logprobs', note)
  body['include'] = [...(arrayOf(body['include']) ?? []), WORD]
  if (top !== undefined) body['top_logprobs'] = top
}
