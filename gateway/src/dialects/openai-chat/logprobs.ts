/** The `logprobs` of a choice, in both forms: a conversation's list of tokens and a text completion's lists side by side. */

import {
  arrayOf,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  numberOf,
  objectOf,
  type TextPart,
  type TokenAlternative,
  type TokenProbability,
} from '#core'
import { decodeTokens, encodeTokens } from '../token-probabilities.ts'
import { fieldSet, restOf } from './extra-fields.ts'

const NAME = 'openai-chat'
const KNOWN = fieldSet('content refusal tokens token_logprobs top_logprobs text_offset')
/** Bytes that are no letter by themselves, as text completions write them. */
const RAW = /^bytes:(?:\\x[0-9a-f]{2})+$/i

export interface Logprobs {
  readonly content: readonly TokenProbability[]
  readonly refusal: readonly TokenProbability[]
  /** DeepSeek has those of the thinking too. */
  readonly rest: JsonObject | undefined
}

export function decodeLogprobs(wire: JsonValue | undefined): Logprobs | undefined {
  if (!isObject(wire)) return undefined
  return {
    content: wire['tokens'] ? decodeLists(wire) : decodeTokens(wire['content'], NAME),
    refusal: decodeTokens(wire['refusal'], NAME),
    rest: restOf(wire, KNOWN),
  }
}

/** Echoed prompts begin with a token that has no probability. */
function decodeLists(wire: JsonObject): TokenProbability[] {
  const numbers = arrayOf(wire['token_logprobs'])
  const others = arrayOf(wire['top_logprobs'])
  return (arrayOf(wire['tokens']) ?? []).flatMap((token, at) => {
    const logProbability = numberOf(numbers?.[at])
    if (typeof token !== 'string' || logProbability === undefined) return []
    return [{ token, logProbability, ...rawBytes(token), alternatives: decodeOthers(others?.[at]) }]
  })
}

/** The likeliest first: an object has its numbers before its words. */
function decodeOthers(wire: JsonValue | undefined): TokenAlternative[] {
  return Object.entries(objectOf(wire) ?? {})
    .flatMap(([token, logProbability]) =>
      typeof logProbability === 'number' ? [{ token, logProbability, ...rawBytes(token) }] : [],
    )
    .toSorted((a, b) => b.logProbability - a.logProbability)
}

function rawBytes(token: string): { bytes?: readonly number[] } {
  if (!RAW.test(token)) return {}
  return { bytes: [...token.matchAll(/\\x(..)/g)].map(([, digits]) => Number.parseInt(digits ?? '', 16)) }
}

/** Null where there are none, as everywhere in this dialect. */
export function encodeLogprobs(
  content: readonly TokenProbability[],
  refusal: readonly TokenProbability[],
  rest?: JsonObject,
): JsonDraft | null {
  if (content.length === 0 && refusal.length === 0 && rest === undefined) return null
  return { content: listOf(content), refusal: listOf(refusal), ...rest }
}

function listOf(tokens: readonly TokenProbability[]): JsonDraft[] | null {
  return tokens.length === 0 ? null : encodeTokens(tokens, NAME)
}

export function tokensOf(texts: readonly TextPart[], refusal: boolean): TokenProbability[] {
  return texts
    .filter((part) => (part.refusal === true) === refusal)
    .flatMap((part) => part.probabilities ?? [])
}

/** As a text completion has them. `offset`: how much of the text went before. */
export function encodeLists(tokens: readonly TokenProbability[], offset = 0): JsonDraft | null {
  if (tokens.length === 0) return null
  const offsets: number[] = []
  let at = offset
  for (const { token } of tokens) {
    offsets.push(at)
    at += token.length
  }
  const some = tokens.some(({ alternatives }) => alternatives.length > 0)
  return {
    tokens: tokens.map(({ token }) => token),
    token_logprobs: tokens.map(({ logProbability }) => logProbability),
    top_logprobs: some
      ? tokens.map(({ alternatives }) =>
          Object.fromEntries(alternatives.map(({ token, logProbability }) => [token, logProbability])),
        )
      : null,
    text_offset: offsets,
  }
}
