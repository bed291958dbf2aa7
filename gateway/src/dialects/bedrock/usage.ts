/** Token counters: the input excludes what the cache gave or took (the sum holds in every recorded answer), thinking is in the output. */

import { countsUnder, numberOf, usageFrom } from '#core'
import type { JsonDraft, JsonObject, NoteSink, Usage, UsageRule } from '#core'
import { ownOf, rest } from './wire.ts'

const USAGE_RULE: UsageRule = { cacheRead: 'beside', cacheWrite: 'beside', reasoning: 'inside' }

/** The names that end in `Count` repeat the others. */
const KNOWN: ReadonlySet<string> = new Set([
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cacheReadInputTokens',
  'cacheWriteInputTokens',
  'cacheReadInputTokenCount',
  'cacheWriteInputTokenCount',
])

export function decodeUsage(wire: JsonObject): Usage {
  const count = (...fields: readonly string[]): number | undefined =>
    fields.map((field) => numberOf(wire[field])).find((value) => value !== undefined && value >= 0)
  const usage = usageFrom(
    {
      input: count('inputTokens'),
      output: count('outputTokens'),
      cacheRead: count('cacheReadInputTokens', 'cacheReadInputTokenCount'),
      cacheWrite: count('cacheWriteInputTokens', 'cacheWriteInputTokenCount'),
    },
    USAGE_RULE,
  )
  return { ...usage, ...rest(wire, KNOWN) }
}

/** Always whole numbers, always the three headline counts: clients read them without asking. */
export function encodeUsage(usage: Usage | undefined, note: NoteSink): JsonDraft {
  if (usage === undefined) return { inputTokens: 0, outputTokens: 0, totalTokens: 0 }
  const { input, output } = countsUnder(usage, USAGE_RULE)
  const { cacheReadTokens, cacheWriteTokens } = usage
  if ((usage.reasoningTokens ?? 0) > 0)
    note({
      kind: 'dropped',
      field: 'usage',
      reason: 'thinking is inside outputTokens and has no counter here',
    })
  return {
    inputTokens: Math.round(input),
    outputTokens: Math.round(output),
    totalTokens: Math.round(usage.inputTokens + usage.outputTokens),
    ...(cacheReadTokens === undefined ? {} : { cacheReadInputTokens: Math.round(cacheReadTokens) }),
    ...(cacheWriteTokens === undefined ? {} : { cacheWriteInputTokens: Math.round(cacheWriteTokens) }),
    ...ownOf(usage),
  }
}
