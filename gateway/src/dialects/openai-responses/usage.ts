/** Token counts: cache reads, cache writes and reasoning are inside the headline counts here. */

import {
  countsUnder,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  numberOf,
  objectOf,
  type Usage,
  usageFrom,
  type UsageRule,
} from '#core'
import { compact, fieldSet, markOf, restOf, spareOf } from './extra-fields.ts'

const RULE: UsageRule = { cacheRead: 'inside', cacheWrite: 'inside', reasoning: 'inside' }

const KNOWN = fieldSet('input_tokens output_tokens total_tokens input_tokens_details output_tokens_details')
const INPUT = fieldSet('cached_tokens cache_write_tokens')
const OUTPUT = fieldSet('reasoning_tokens')

export function decodeUsage(wire: JsonObject): Usage {
  const input = objectOf(wire['input_tokens_details']) ?? {}
  const output = objectOf(wire['output_tokens_details']) ?? {}
  const usage = usageFrom(
    {
      input: numberOf(wire['input_tokens']),
      output: numberOf(wire['output_tokens']),
      cacheRead: counted(input['cached_tokens']),
      cacheWrite: numberOf(input['cache_write_tokens']),
      reasoning: counted(output['reasoning_tokens']),
      total: numberOf(wire['total_tokens']),
    },
    RULE,
  )
  const marks = {
    '~input': restOf(input, INPUT).extras?.['openai-responses'],
    '~output': restOf(output, OUTPUT).extras?.['openai-responses'],
  }
  return { ...usage, ...restOf(wire, KNOWN, marks) }
}

/** Both are always written here, so that zero may mean "not known" as well. */
function counted(value: JsonValue | undefined): number | undefined {
  return numberOf(value) || undefined
}

export function encodeUsage(usage: Usage): JsonDraft {
  const { input, output } = countsUnder(usage, RULE)
  return {
    input_tokens: input,
    input_tokens_details: {
      ...objectOf(markOf(usage, '~input')),
      cached_tokens: usage.cacheReadTokens ?? 0,
      ...compact({ cache_write_tokens: usage.cacheWriteTokens }),
    },
    output_tokens: output,
    output_tokens_details: {
      ...objectOf(markOf(usage, '~output')),
      reasoning_tokens: usage.reasoningTokens ?? 0,
    },
    total_tokens: input + output,
    ...spareOf(usage),
  }
}
