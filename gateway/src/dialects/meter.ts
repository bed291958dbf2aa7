/** The usage an answer reports that is not modelled: pictures, sound, rankings. Both families of names for the same two counts. */

import { isObject, type JsonValue, numberOf, objectOf, type Usage } from '#core'

export function meter(wire: JsonValue): Usage | undefined {
  const usage = isObject(wire) ? objectOf(wire['usage']) : undefined
  const input = numberOf(usage?.['input_tokens']) ?? numberOf(usage?.['prompt_tokens'])
  const output = numberOf(usage?.['output_tokens']) ?? numberOf(usage?.['completion_tokens'])
  const total = numberOf(usage?.['total_tokens'])
  if (input === undefined && output === undefined && total === undefined) return undefined
  const inputTokens = input ?? Math.max(0, (total ?? 0) - (output ?? 0))
  return { inputTokens, outputTokens: output ?? Math.max(0, (total ?? inputTokens) - inputTokens) }
}
