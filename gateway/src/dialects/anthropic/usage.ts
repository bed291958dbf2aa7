/** Token counters: here the input excludes what the cache gave or took, and thinking is inside the output. */

import { countsUnder, isObject, numberOf, usageFrom } from '#core'
import type { JsonDraft, JsonObject, Usage, UsageRule } from '#core'
import { ownOf, rest } from './wire.ts'

const USAGE_RULE: UsageRule = { cacheRead: 'beside', cacheWrite: 'beside', reasoning: 'inside' }

const KNOWN: ReadonlySet<string> = new Set([
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
])

export function decodeUsage(wire: JsonObject): Usage {
  const details = wire['output_tokens_details']
  const usage = usageFrom(
    {
      input: count(wire['input_tokens']),
      output: count(wire['output_tokens']),
      cacheRead: count(wire['cache_read_input_tokens']),
      cacheWrite: count(wire['cache_creation_input_tokens']),
      reasoning: isObject(details) ? count(details['thinking_tokens']) : undefined,
    },
    USAGE_RULE,
  )
  return { ...usage, ...rest(wire, KNOWN) }
}

/** Always whole numbers, always both headline counts. */
export function encodeUsage(usage: Usage | undefined): JsonDraft {
  if (usage === undefined) return { input_tokens: 0, output_tokens: 0 }
  const { input, output } = countsUnder(usage, USAGE_RULE)
  return {
    input_tokens: Math.round(input),
    ...(usage.cacheWriteTokens === undefined
      ? {}
      : { cache_creation_input_tokens: Math.round(usage.cacheWriteTokens) }),
    ...(usage.cacheReadTokens === undefined
      ? {}
      : { cache_read_input_tokens: Math.round(usage.cacheReadTokens) }),
    output_tokens: Math.round(output),
    ...(usage.reasoningTokens === undefined
      ? {}
      : { output_tokens_details: { thinking_tokens: Math.round(usage.reasoningTokens) } }),
    ...ownOf(usage),
  }
}

/**
 * Counters of a later event over those of an earlier one. They are cumulative, so the later wins; but a zero or a null
 * says only that this event does not know, which servers of this dialect mix freely.
 */
export function mergeUsage(earlier: JsonObject, later: JsonObject): JsonObject {
  const merged: JsonDraft = { ...earlier }
  for (const key of Object.keys(later)) {
    const value = later[key]
    if (value === undefined || value === null || key === '__proto__') continue
    if (value === 0 && typeof merged[key] === 'number') continue
    merged[key] = value
  }
  return merged
}

function count(value: unknown): number | undefined {
  const number = numberOf(value)
  return number === undefined ? undefined : Math.max(0, Math.round(number))
}
