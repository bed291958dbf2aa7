/** Token counts: cache reads and reasoning are inside the headline counts here. */

import {
  countsUnder,
  type JsonDraft,
  type JsonObject,
  numberOf,
  objectOf,
  type Usage,
  usageFrom,
  type UsageRule,
} from '#core'
import { compact, restOf, spareOf, withRest, fieldSet } from './extra-fields.ts'

const RULE: UsageRule = { cacheRead: 'inside', cacheWrite: 'inside', reasoning: 'inside' }

const KNOWN = fieldSet(
  'prompt_tokens completion_tokens total_tokens prompt_tokens_details ' +
    'completion_tokens_details prompt_cache_hit_tokens cache_read_input_tokens ' +
    'cache_creation_input_tokens num_cached_tokens cached_tokens',
)
const PROMPT = fieldSet('cached_tokens cache_write_tokens')
const COMPLETION = fieldSet('reasoning_tokens')

export function decodeUsage(wire: JsonObject): Usage {
  const promptRest = restOf(detailsOf(wire, 'prompt'), PROMPT)
  const completionRest = restOf(detailsOf(wire, 'completion'), COMPLETION)
  const marks = compact({ '~prompt': promptRest, '~completion': completionRest })
  return {
    ...countUsage(wire),
    ...withRest(restOf(wire, KNOWN, Object.keys(marks).length === 0 ? undefined : marks)),
  }
}

/** The counts alone: what else stands there goes nowhere where the answer passes as it is. */
export function countUsage(wire: JsonObject): Usage {
  const prompt = detailsOf(wire, 'prompt')
  const completion = detailsOf(wire, 'completion')
  return usageFrom(
    {
      input: numberOf(wire['prompt_tokens']),
      output: numberOf(wire['completion_tokens']),
      cacheRead: firstNumber(
        prompt['cached_tokens'],
        wire['prompt_cache_hit_tokens'],
        wire['cache_read_input_tokens'],
        wire['num_cached_tokens'],
        wire['cached_tokens'],
      ),
      cacheWrite: firstNumber(prompt['cache_write_tokens'], wire['cache_creation_input_tokens']),
      reasoning: firstNumber(completion['reasoning_tokens'], wire['reasoning_tokens']),
      total: numberOf(wire['total_tokens']),
    },
    RULE,
  )
}

function detailsOf(wire: JsonObject, of: 'prompt' | 'completion'): JsonObject {
  return objectOf(wire[`${of}_tokens_details`]) ?? NO_DETAILS
}

const NO_DETAILS: JsonObject = {}

/** Several servers report zero in one place and the truth in another. */
function firstNumber(...values: unknown[]): number | undefined {
  let first: number | undefined
  for (const value of values) {
    const number = numberOf(value)
    if (number !== undefined && number > 0) return number
    first ??= number
  }
  return first
}

export function encodeUsage(usage: Usage | undefined): JsonDraft {
  const { input, output } = usage === undefined ? { input: 0, output: 0 } : countsUnder(usage, RULE)
  const own = usage?.extras?.['openai-chat']
  const prompt = compact({
    ...objectOf(own?.['~prompt']),
    cached_tokens: usage?.cacheReadTokens,
    cache_write_tokens: usage?.cacheWriteTokens,
  })
  const completion = compact({ ...objectOf(own?.['~completion']), reasoning_tokens: usage?.reasoningTokens })
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...(Object.keys(prompt).length === 0 ? {} : { prompt_tokens_details: prompt }),
    ...(Object.keys(completion).length === 0 ? {} : { completion_tokens_details: completion }),
    ...(usage === undefined ? {} : spareOf(usage)),
  }
}
