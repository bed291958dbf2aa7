/** Token counts and durations of the last line. Counts include cached and thinking tokens; durations are whole nanoseconds. */

import { countsUnder, numberOf, usageFrom, type JsonObject, type Usage, type UsageRule } from '#core'

const RULE: UsageRule = { cacheRead: 'inside', cacheWrite: 'inside', reasoning: 'inside' }

/** Absent when the line counts nothing: servers leave `prompt_eval_count` out when the whole prompt was cached. */
export function decodeUsage(line: JsonObject): Usage | undefined {
  const input = numberOf(line['prompt_eval_count'])
  const output = numberOf(line['eval_count'])
  return input === undefined && output === undefined ? undefined : usageFrom({ input, output }, RULE)
}

interface Counters {
  readonly total_duration: number
  readonly load_duration: number
  readonly prompt_eval_count: number
  readonly prompt_eval_duration: number
  readonly eval_count: number
  readonly eval_duration: number
}

/**
 * `firstMs` is when the first content came; 0 where it is not known. Durations are at least one nanosecond because
 * clients divide by them to show a speed.
 */
export function encodeCounters(usage: Usage | undefined, elapsedMs: number, firstMs: number): Counters {
  const counts = usage === undefined ? { input: 0, output: 0 } : countsUnder(usage, RULE)
  return {
    total_duration: nanoseconds(elapsedMs),
    load_duration: 0,
    prompt_eval_count: counts.input,
    prompt_eval_duration: nanoseconds(firstMs),
    eval_count: counts.output,
    eval_duration: nanoseconds(elapsedMs - firstMs),
  }
}

function nanoseconds(ms: number): number {
  return Math.max(1, Math.round(ms * 1_000_000))
}
