/** Counts as the management routes show them. Where nothing was counted there are zeros, never gaps. */

import type { JsonObject } from '#core'
import type { LabelMap } from './label-map.ts'
import { performanceClass } from './performance-class.ts'
import type { Tally } from './tally.ts'

/** No model, key or client is called so. */
const OTHERS = '(others)'

export function tallyJson(tally: Tally): JsonObject {
  const { requests, succeeded, failed, inputTokens, outputTokens } = tally
  const judged = succeeded + failed
  const successRate = shareOf(succeeded, judged)
  return {
    request_count: requests,
    success_count: succeeded,
    error_count: failed,
    refused_count: tally.refused,
    cancelled_count: tally.cancelled,
    success_rate: successRate,
    error_rate: shareOf(failed, judged),
    errors: Object.fromEntries(tally.errors),
    performance: judged === 0 ? null : performanceClass(tally.first.mean, successRate),
    response_time: tally.total.told(),
    first_content_time: tally.first.told(),
    tokens: {
      input: inputTokens,
      output: outputTokens,
      total: inputTokens + outputTokens,
      cache_read: tally.cacheReadTokens,
      cache_write: tally.cacheWriteTokens,
      reasoning: tally.reasoningTokens,
    },
    cost: { usd: dollars(tally.cost), unpriced_requests: tally.unpriced },
    last_used: tally.lastUsed === 0 ? null : tally.lastUsed / 1000,
  }
}

export function labelled<Value extends Tally>(tallies: LabelMap<Value>): JsonObject {
  const told = [...tallies.entries()].map(([label, tally]) => [label, tallyJson(tally)] as const)
  const { others } = tallies
  return Object.fromEntries(others === undefined ? told : [...told, [OTHERS, tallyJson(others)]])
}

function shareOf(part: number, all: number): number {
  return all === 0 ? 0 : part / all
}

/** Sums of many small amounts gather dust behind the point. */
function dollars(amount: number): number {
  return Math.round(amount * 1e9) / 1e9
}
