/** Log probabilities as they can be compared across languages: each token, its number, and what else was likely. */

import { count, list, loose, type Loose, text } from './loose-json.ts'

export interface Weighed {
  readonly token: string
  /** In hundredths: the last event of a Responses stream rounds what its deltas tell. */
  readonly hundredths: number
  readonly others: readonly string[]
}

/** OpenAI's and Ollama's list. */
export function weighedIn(tokens: unknown): Weighed[] {
  return list(tokens).map((one) => weighed(one, 'logprob', list(one['top_logprobs'])))
}

/** Of Gemini's candidate. */
export function weighedBy(candidate: Loose): Weighed[] {
  const result = loose(candidate['logprobsResult'])
  const others = list(result['topCandidates'])
  return list(result['chosenCandidates']).map((one, at) =>
    weighed(one, 'logProbability', list(others[at]?.['candidates'])),
  )
}

function weighed(one: Loose, field: string, others: readonly Loose[]): Weighed {
  return {
    token: text(one['token']),
    // Zero has no sign here.
    hundredths: Math.round((count(one[field]) ?? 0) * 100) + 0,
    others: others.map((other) => text(other['token'])),
  }
}
