/** Log probabilities of a line: OpenAI's form, with empty lists left out. */

import type { JsonDraft, TokenProbability } from '#core'
import { encodeTokens } from '../token-probabilities.ts'

export function encodeLogprobs(tokens: readonly TokenProbability[]): JsonDraft[] {
  return encodeTokens(tokens, 'ollama').map(bare)
}

function bare(token: JsonDraft): JsonDraft {
  const kept = { ...token }
  const others = kept['top_logprobs']
  if (kept['bytes'] === null) delete kept['bytes']
  if (Array.isArray(others) && others.length === 0) delete kept['top_logprobs']
  return kept
}
