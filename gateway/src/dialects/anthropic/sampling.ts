/** Sampling and stop fields, each within what the target takes. */

import type { ChatRequest, JsonDraft } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { isBlank } from './wire.ts'

export function sampling(request: ChatRequest, thinking: boolean, context: EncodeContext): JsonDraft {
  const fields: JsonDraft = { ...stops(request, context) }
  if (request.temperature !== undefined) fields['temperature'] = temperature(request.temperature, context)
  if (request.topP !== undefined) fields['top_p'] = request.topP
  if (request.topK !== undefined) fields['top_k'] = request.topK

  const drop = (field: string, reason: string): void => {
    if (!(field in fields)) return
    delete fields[field]
    context.note({ kind: 'dropped', field, reason })
  }
  if (context.traits.noSampling) for (const field of ALL) drop(field, 'this model takes no sampling fields')
  if (thinking) {
    if (fields['temperature'] !== 1) drop('temperature', 'not possible while thinking')
    drop('top_k', 'not possible while thinking')
    if (request.topP !== undefined && (request.topP < 0.95 || request.topP > 1))
      drop('top_p', 'not possible while thinking')
  }
  if (context.traits.oneOfSampling && 'temperature' in fields)
    drop('top_p', 'this model takes temperature or top_p, not both')
  for (const [field, value] of foreign(request)) {
    if (value !== undefined && value !== 0)
      context.note({ kind: 'dropped', field, reason: 'this provider has no such field' })
  }
  return fields
}

const ALL: readonly string[] = ['temperature', 'top_p', 'top_k']

function foreign(request: ChatRequest): readonly (readonly [string, number | undefined])[] {
  return [
    ['frequency_penalty', request.frequencyPenalty],
    ['presence_penalty', request.presencePenalty],
    ['seed', request.seed],
  ]
}

/** Clamped, never rescaled: half the number would be another meaning. */
function temperature(asked: number, context: EncodeContext): number {
  if (asked <= 1) return asked
  context.note({ kind: 'clamped', field: 'temperature', reason: 'the highest is 1' })
  return 1
}

function stops(request: ChatRequest, context: EncodeContext): JsonDraft {
  if (request.stop === undefined) return {}
  const kept = request.stop.filter((stop) => !isBlank(stop))
  if (kept.length < request.stop.length) {
    context.note({
      kind: 'dropped',
      field: 'stop_sequences',
      reason: 'stops of blank characters only are refused',
    })
  }
  return kept.length === 0 ? {} : { stop_sequences: kept }
}
