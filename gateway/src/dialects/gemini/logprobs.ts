/** `logprobsResult` of a candidate: the chosen tokens, and beside each the likeliest ones. */

import { extrasOf, numberOf, stringOf } from '#core'
import type { JsonDraft, JsonObject, TokenAlternative, TokenProbability } from '#core'
import { camelAt, objectsOf } from './wire.ts'

const KNOWN = new Set(['token', 'logProbability'])
const NONE: readonly TokenProbability[] = []

export function decodeLogprobs(candidate: JsonObject): readonly TokenProbability[] {
  const wire = camelAt(candidate, 'logprobsResult')
  if (wire === undefined) return NONE
  const likeliest = objectsOf(wire['topCandidates'])
  return objectsOf(wire['chosenCandidates']).map((chosen, at) => ({
    ...decodeToken(chosen),
    alternatives: objectsOf(likeliest[at]?.['candidates']).map(decodeToken),
  }))
}

/** Zeros and empty texts may be left out of such JSON. */
function decodeToken(wire: JsonObject): TokenAlternative {
  return {
    token: stringOf(wire['token']) ?? '',
    logProbability: numberOf(wire['logProbability']) ?? 0,
    ...extrasOf('gemini', wire, KNOWN),
  }
}

export function encodeLogprobs(tokens: readonly TokenProbability[]): JsonDraft {
  const some = tokens.some(({ alternatives }) => alternatives.length > 0)
  return {
    ...(some
      ? { topCandidates: tokens.map(({ alternatives }) => ({ candidates: alternatives.map(encodeToken) })) }
      : {}),
    chosenCandidates: tokens.map(encodeToken),
  }
}

function encodeToken({ token, logProbability, extras }: TokenAlternative): JsonDraft {
  return { token, logProbability, ...extras?.gemini }
}

/** The mean over all tokens of an answer, told once. */
export function average(tokens: readonly TokenProbability[]): JsonDraft {
  if (tokens.length === 0) return {}
  return { avgLogprobs: tokens.reduce((sum, { logProbability }) => sum + logProbability, 0) / tokens.length }
}
