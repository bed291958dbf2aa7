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
  const pairs: [Field, unknown, unknown][] = [
    ['text', expected.text, got.text],
    ['refusal', expected.refusal, got.refusal],
    ['reasoning', expected.reasoning, got.reasoning],
    ['tool calls', bareCalls(expected), bareCalls(got)],
    ['tool call ids', idsOf(expected).map((id, at) => id || minted(got.calls[at]?.id)), idsOf(got)],
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

function bareCalls(seen: Seen): object[] {
  return seen.calls.map(({ name, arguments: args }) => ({ name, arguments: args }))
}

function idsOf(seen: Seen): string[] {
  return seen.calls.map(({ id }) => id)
}

/** Where the recording has no id, any will do but none at all. */
function minted(id: string | undefined): string {
  return id === undefined || id === '' ? 'some id' : id
}

/** A counter that is not there counts nothing. */
function usagePairs(
  expected: SeenUsage | undefined,
  got: SeenUsage | undefined,
): [Field, unknown, unknown][] {
  if (expected === undefined) return []
  return [
    ['usage', [expected.input, expected.output], [got?.input, got?.output]],
    ['cache counters', cacheIn(expected), cacheIn(got)],
    ['reasoning count', expected.reasoning ?? 0, got?.reasoning ?? 0],
  ]
}

function cacheIn(usage: SeenUsage | undefined): number[] {
  return [usage?.cacheRead ?? 0, usage?.cacheWrite ?? 0]
}
