/** Token counts. Thinking is counted beside the answer here, and what provider-run tools read beside the prompt. */

import { countsUnder, numberOf, usageFrom } from '#core'
import type { JsonDraft, JsonObject, NoteSink, Usage, UsageRule } from '#core'
import { compact, fieldSet, ownOf, restOf, withRest } from './wire.ts'

const RULE: UsageRule = { cacheRead: 'inside', cacheWrite: 'inside', reasoning: 'beside' }
const KNOWN = fieldSet(
  'promptTokenCount candidatesTokenCount cachedContentTokenCount thoughtsTokenCount totalTokenCount',
)

export function decodeUsage(wire: JsonObject): Usage {
  const prompt = numberOf(wire['promptTokenCount']) ?? 0
  const usage = usageFrom(
    {
      input: prompt + (numberOf(wire['toolUsePromptTokenCount']) ?? 0),
      output: numberOf(wire['candidatesTokenCount']),
      cacheRead: numberOf(wire['cachedContentTokenCount']),
      reasoning: numberOf(wire['thoughtsTokenCount']),
    },
    RULE,
  )
  return { ...usage, ...withRest(restOf(wire, KNOWN)) }
}

export function encodeUsage(usage: Usage, note: NoteSink): JsonDraft {
  if ((usage.cacheWriteTokens ?? 0) > 0)
    note({
      kind: 'dropped',
      field: 'usage',
      reason: 'what the cache took is in the prompt and has no counter here',
    })
  const own = ownOf(usage)
  const { input, output } = countsUnder(usage, RULE)
  const tools = numberOf(own['toolUsePromptTokenCount']) ?? 0
  return compact({
    promptTokenCount: Math.max(0, input - tools),
    candidatesTokenCount: output,
    cachedContentTokenCount: usage.cacheReadTokens,
    thoughtsTokenCount: usage.reasoningTokens,
    totalTokenCount: usage.inputTokens + usage.outputTokens,
    ...own,
  })
}
