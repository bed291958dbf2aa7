/**
 * Token counters with a declared inclusion rule. Neutral totals include everything: `inputTokens` counts cache reads and
 * writes, `outputTokens` counts reasoning. A dialect declares what its own headline counts contain; conversion is
 * arithmetic on that rule, never field-to-field copying.
 */

import type { Extras } from './extras.ts'

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Part of inputTokens. */
  readonly cacheReadTokens?: number
  /** Part of inputTokens. */
  readonly cacheWriteTokens?: number
  /** Part of outputTokens. */
  readonly reasoningTokens?: number
  readonly extras?: Extras
}

/** Where a dialect counts something: inside its headline count, or beside it. */
export interface UsageRule {
  readonly cacheRead: 'inside' | 'beside'
  readonly cacheWrite: 'inside' | 'beside'
  readonly reasoning: 'inside' | 'beside'
}

/** A dialect's own numbers under neutral names; absent means the dialect did not say. */
export interface UsageCounts {
  readonly input?: number | undefined
  readonly output?: number | undefined
  readonly cacheRead?: number | undefined
  readonly cacheWrite?: number | undefined
  readonly reasoning?: number | undefined
  /** The upstream's own sum, used to detect reasoning counted outside the output. */
  readonly total?: number | undefined
}

export function usageFrom(counts: UsageCounts, rule: UsageRule): Usage {
  let input = counts.input ?? 0
  let output = counts.output ?? 0
  if (rule.cacheRead === 'beside') input += counts.cacheRead ?? 0
  if (rule.cacheWrite === 'beside') input += counts.cacheWrite ?? 0
  let reasoning = counts.reasoning
  if (reasoning !== undefined) {
    // xAI chat counts reasoning outside completion and says so only through the total (37 of 37 recorded answers).
    const outside =
      rule.reasoning === 'beside' ||
      (counts.total !== undefined &&
        input + output !== counts.total &&
        input + output + reasoning === counts.total)
    if (outside) output += reasoning
    else reasoning = Math.min(reasoning, output)
  }
  return {
    inputTokens: input,
    outputTokens: output,
    ...(counts.cacheRead === undefined ? {} : { cacheReadTokens: counts.cacheRead }),
    ...(counts.cacheWrite === undefined ? {} : { cacheWriteTokens: counts.cacheWrite }),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
  }
}

/** The same numbers as a dialect with this rule would count them. Never negative. */
export function countsUnder(usage: Usage, rule: UsageRule): { input: number; output: number } {
  let input = usage.inputTokens
  let output = usage.outputTokens
  if (rule.cacheRead === 'beside') input -= usage.cacheReadTokens ?? 0
  if (rule.cacheWrite === 'beside') input -= usage.cacheWriteTokens ?? 0
  if (rule.reasoning === 'beside') output -= usage.reasoningTokens ?? 0
  return { input: Math.max(0, input), output: Math.max(0, output) }
}

const PARTS = ['cacheReadTokens', 'cacheWriteTokens', 'reasoningTokens'] as const

/** What two calls have used together; `extras` are the later one's. */
export function addUsage(before: Usage, usage: Usage): Usage {
  return {
    ...usage,
    inputTokens: before.inputTokens + usage.inputTokens,
    outputTokens: before.outputTokens + usage.outputTokens,
    // A part whose price is its own stays that part.
    ...Object.fromEntries(
      PARTS.flatMap((part) => {
        const [first, second] = [before[part], usage[part]]
        return first === undefined && second === undefined ? [] : [[part, (first ?? 0) + (second ?? 0)]]
      }),
    ),
  }
}
