/**
 * Log probabilities as both of OpenAI's languages and Ollama write them: a list of tokens, each with its bytes and with what might
 * have stood in its place. Gemini and text completions have forms of their own.
 */

import {
  arrayOf,
  type ChatRequest,
  type DialectName,
  extrasOf,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  type NoteSink,
  numberOf,
  type ProbabilityWish,
  stringOf,
  type TokenAlternative,
  type TokenProbability,
} from '#core'

const KNOWN = new Set(['token', 'logprob', 'bytes', 'top_logprobs'])
/** What stands in a token for bytes that are no letter by themselves. */
const REPLACED = '\uFFFD'

export function decodeTokens(list: JsonValue | undefined, dialect: DialectName): TokenProbability[] {
  return (arrayOf(list) ?? []).flatMap((entry) => {
    const token = decodeAlternative(entry, dialect)
    if (token === undefined) return []
    const others = isObject(entry) ? (arrayOf(entry['top_logprobs']) ?? []) : []
    return [{ ...token, alternatives: others.flatMap((each) => decodeAlternative(each, dialect) ?? []) }]
  })
}

function decodeAlternative(entry: JsonValue, dialect: DialectName): TokenAlternative | undefined {
  if (!isObject(entry)) return undefined
  const token = stringOf(entry['token'])
  const logProbability = numberOf(entry['logprob'])
  if (token === undefined || logProbability === undefined) return undefined
  const { bytes } = entry
  const numbers = arrayOf(bytes)?.filter((byte) => typeof byte === 'number')
  const said = bytes === null ? null : numbers
  return {
    token,
    logProbability,
    ...(said === undefined ? {} : { bytes: said }),
    ...extrasOf(dialect, entry, KNOWN),
  }
}

export function encodeTokens(tokens: readonly TokenProbability[], dialect: DialectName): JsonDraft[] {
  return tokens.map((token) => ({
    ...encodeAlternative(token, dialect),
    top_logprobs: token.alternatives.map((each) => encodeAlternative(each, dialect)),
  }))
}

function encodeAlternative(alternative: TokenAlternative, dialect: DialectName): JsonDraft {
  const { token, logProbability, extras } = alternative
  return { token, logprob: logProbability, bytes: bytesOf(alternative), ...extras?.[dialect] }
}

/** Pitfall 198: where the provider's language has no bytes they are those of the token, but not of one that is no whole letter. */
function bytesOf({ token, bytes }: TokenAlternative): readonly number[] | null {
  if (bytes !== undefined) return bytes
  return token.includes(REPLACED) ? null : [...new TextEncoder().encode(token)]
}

/** How many alternatives to ask for, as many as the language allows. */
export function allowedTop(
  { top }: ProbabilityWish,
  most: number,
  field: string,
  note: NoteSink,
): number | undefined {
  if (top === undefined || top <= most) return top
  note({ kind: 'clamped', field, reason: `At most ${most} alternatives of a token can be asked for.` })
  return most
}

/** For languages without them. */
export function noteProbabilities({ probabilities }: ChatRequest, note: NoteSink): void {
  if (probabilities !== undefined)
    note({ kind: 'dropped', field: 'logprobs', reason: 'this language has no log probabilities' })
}

/** Told once for each answer: thinking and calls have them in some languages only. */
export function noteStrayTokens(
  { probabilities }: { readonly probabilities?: readonly TokenProbability[] },
  note: NoteSink,
): void {
  if (probabilities !== undefined)
    note({ kind: 'dropped', field: 'logprobs', reason: 'Only text has log probabilities here.' })
}

/** A wish said with a switch and a number, as chat completions and Ollama do. */
export function decodeWish(wire: JsonObject): { probabilities?: ProbabilityWish } {
  if (wire['logprobs'] !== true) return {}
  const top = numberOf(wire['top_logprobs'])
  return { probabilities: top === undefined ? {} : { top } }
}

export function encodeWish(wish: ProbabilityWish | undefined, most: number, note: NoteSink): JsonDraft {
  if (wish === undefined) return {}
  const top = allowedTop(wish, most, 'top_logprobs', note)
  return { logprobs: true, ...(top === undefined ? {} : { top_logprobs: top }) }
}
