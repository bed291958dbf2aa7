/** The differences between what was meant and what was seen, one per field. */

import { isDeepStrictEqual } from 'node:util'
import type { Seen, SeenUsage } from './seen.ts'

export type Field =
  | 'text'
  | 'refusal'
  | 'reasoning'
  | 'tool calls'
  | 'tool call ids'
  | 'finish reason'
  | 'usage'
  | 'cache counters'
  | 'reasoning count'
  | 'citations'
  | 'signatures'
  | 'images'
  | 'audio'
  | 'provider-run blocks'
  | 'log probabilities'
  | 'error'
  | 'bytes'

export interface Difference {
  readonly field: Field
  readonly expected: unknown
  readonly got: unknown
}

export function differences(expected: Seen, got: Seen): Difference[] {
  const bare = (seen: Seen) => seen.calls.map(({ name, arguments: args }) => ({ name, arguments: args }))
  const ids = (seen: Seen) => seen.calls.map(({ id }) => id)
  const pairs: [Field, unknown, unknown][] = [
    ['text', expected.text, got.text],
    ['refusal', expected.refusal, got.refusal],
    ['reasoning', expected.reasoning, got.reasoning],
    ['tool calls', bare(expected), bare(got)],
    ['tool call ids', ids(expected).map((id, at) => id || minted(got.calls[at]?.id)), ids(got)],
    ['finish reason', expected.finish, got.finish],
    ['citations', expected.citations, got.citations],
    // How many carriers the state is spread over is the language's affair.
    ['signatures', expected.signatures > 0, got.signatures > 0],
    ['images', expected.images, got.images],
    ['audio', expected.audio, got.audio],
    ['provider-run blocks', expected.native, got.native],
    ['log probabilities', expected.logprobs, got.logprobs],
    ...usagePairs(expected.usage, got.usage),
  ]
  return pairs
    .filter(([, wanted, have]) => !isDeepStrictEqual(wanted, have))
    .map(([field, wanted, have]) => ({ field, expected: wanted, got: have }))
}

/** Where the recording has no id, any will do but none at all. */
function minted(id: string | undefined): string {
  return id === undefined || id === '' ? 'some id' : id
}

/** A counter that is not there counts nothing. */
function usagePairs(expected: SeenUsage | undefined, got: SeenUsage | undefined): [Field, unknown, unknown][] {
  if (expected === undefined) return []
  const cache = (usage: SeenUsage | undefined) => [usage?.cacheRead ?? 0, usage?.cacheWrite ?? 0]
  return [
    ['usage', [expected.input, expected.output], [got?.input, got?.output]],
    ['cache counters', cache(expected), cache(got)],
    ['reasoning count', expected.reasoning ?? 0, got?.reasoning ?? 0],
  ]
}
