/** `inferenceConfig`: the limit, sampling and stops, each within what the target takes. */

import { isObject, numberOf } from '#core'
import type { ChatRequest, JsonDraft, JsonObject, JsonValue } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { isBlank, ownOf, remainder } from './wire.ts'

const KNOWN: ReadonlySet<string> = new Set(['maxTokens', 'temperature', 'topP', 'stopSequences'])

export function decodeInference(wire: JsonValue | undefined): Partial<ChatRequest> {
  if (!isObject(wire)) return {}
  const maxOutputTokens = numberOf(wire['maxTokens'])
  const temperature = numberOf(wire['temperature'])
  const topP = numberOf(wire['topP'])
  const stops = wire['stopSequences']
  const stop = Array.isArray(stops) ? stops.filter((each): each is string => typeof each === 'string') : []
  return {
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(stop.length === 0 ? {} : { stop }),
  }
}

export function otherInference(wire: JsonValue | undefined): JsonObject | undefined {
  return isObject(wire) ? remainder(wire, KNOWN) : undefined
}

export function encodeInference(request: ChatRequest, thinking: boolean, context: EncodeContext): JsonDraft {
  const own = ownOf(request)['inferenceConfig']
  const config: JsonDraft = {}
  if (request.maxOutputTokens !== undefined) config['maxTokens'] = request.maxOutputTokens
  if (request.temperature !== undefined) config['temperature'] = clamped(request.temperature, context)
  if (request.topP !== undefined) config['topP'] = request.topP
  Object.assign(config, stopFields(request, context), isObject(own) ? own : {})
  const drop = (field: string, reason: string): void => {
    if (!(field in config)) return
    delete config[field]
    context.note({ kind: 'dropped', field, reason })
  }
  if (context.traits.noSampling)
    for (const field of ['temperature', 'topP']) drop(field, 'this model takes no sampling fields')
  if (thinking) {
    if (config['temperature'] !== 1) drop('temperature', 'not possible while thinking')
    if (request.topP !== undefined && request.topP < 0.95) drop('topP', 'not possible while thinking')
  }
  if (context.traits.oneOfSampling && 'temperature' in config)
    drop('topP', 'this model takes temperature or topP, not both')
  return config
}

/** Clamped, never rescaled: half the number would be another meaning. */
function clamped(asked: number, context: EncodeContext): number {
  if (asked <= 1) return asked
  context.note({ kind: 'clamped', field: 'temperature', reason: 'the highest is 1' })
  return 1
}

function stopFields(request: ChatRequest, context: EncodeContext): JsonDraft {
  if (request.stop === undefined) return {}
  const kept = request.stop.filter((stop) => !isBlank(stop))
  if (kept.length < request.stop.length) {
    const reason = 'stops of blank characters only are refused'
    context.note({ kind: 'dropped', field: 'stopSequences', reason })
  }
  return kept.length === 0 ? {} : { stopSequences: kept }
}
