/** The model list (`/api/tags`). Clients parse its entries strictly: every field is there, with the type Ollama gives it. */

import { arrayOf, GatewayError, isObject, numberOf, objectOf, stringOf } from '#core'
import type { JsonDraft, JsonObject, JsonValue, ModelAbility, ModelInfo } from '#core'
import type { ModelCodec } from '../dialect.ts'
import { showBody } from './probes.ts'
import { digestOf, modelDetails } from './model-details.ts'
import { secondsOf, timestamp } from './timestamp.ts'

const KNOWN = new Set(['name', 'model', 'modified_at', 'capabilities', 'provider'])
const ABILITIES: readonly string[] = [
  'completion',
  'tools',
  'vision',
  'thinking',
  'embedding',
  'insert',
] satisfies ModelAbility[]

export const models: ModelCodec = { path: '/api/tags', decode, encodeList, encodeOne: showBody }

function decode(wire: JsonValue): ModelInfo[] {
  const list = arrayOf(objectOf(wire)?.['models'])
  if (list === undefined)
    throw new GatewayError('bad-answer', "The provider's model list is not in Ollama's format.")
  return list.flatMap(decodeEntry)
}

function decodeEntry(wire: JsonValue): ModelInfo[] {
  if (!isObject(wire)) return []
  const id = stringOf(wire['name']) ?? stringOf(wire['model']) ?? ''
  if (id === '') return []
  const created = secondsOf(wire['modified_at'])
  const contextWindow = numberOf(objectOf(wire['details'])?.['context_length'])
  const abilities = arrayOf(wire['capabilities'])?.filter(isAbility)
  const rest: JsonDraft = {}
  for (const [field, value] of Object.entries(wire)) if (!KNOWN.has(field)) rest[field] = value
  return [
    {
      id,
      ...(created === undefined ? {} : { created }),
      ...(contextWindow === undefined ? {} : { contextWindow }),
      ...(abilities === undefined ? {} : { abilities }),
      ...(Object.keys(rest).length === 0 ? {} : { extras: { ollama: rest } }),
    },
  ]
}

function isAbility(value: JsonValue): value is ModelAbility {
  return typeof value === 'string' && ABILITIES.includes(value)
}

function encodeList(list: readonly ModelInfo[]): JsonObject {
  return { models: list.map(encodeEntry) }
}

function encodeEntry(model: ModelInfo): JsonObject {
  const own = model.extras?.ollama
  const size = numberOf(own?.['size']) ?? 0
  return {
    ...own,
    name: model.id,
    model: model.id,
    modified_at: timestamp((model.created ?? 0) * 1000),
    size: Math.max(0, Math.floor(size)),
    digest: stringOf(own?.['digest']) ?? digestOf(model.id),
    details: modelDetails(model),
    ...(model.abilities === undefined ? {} : { capabilities: model.abilities }),
    ...(model.provider === undefined ? {} : { provider: model.provider }),
  }
}
