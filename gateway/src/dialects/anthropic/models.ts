/** The list of models. */

import { arrayOf, isObject, numberOf, stringOf } from '#core'
import type { JsonObject, ModelInfo } from '#core'
import type { ModelCodec } from '../dialect.ts'
import { rest } from './wire.ts'

const KNOWN: ReadonlySet<string> = new Set([
  'type',
  'id',
  'display_name',
  'created_at',
  'max_input_tokens',
  'max_tokens',
])

export const models: ModelCodec = {
  // Twenty to a page unless asked for more.
  path: '/v1/models?limit=1000',

  decode(wire) {
    const data = isObject(wire) ? (arrayOf(wire['data']) ?? []) : []
    return data.flatMap((entry) => (isObject(entry) ? decodeModel(entry) : []))
  },

  encodeList: (list, page) => ({
    data: list.map(encodeModel),
    has_more: page?.hasMore ?? false,
    first_id: list[0]?.id ?? null,
    last_id: list.at(-1)?.id ?? null,
  }),

  encodeOne: encodeModel,
}

function decodeModel(wire: JsonObject): ModelInfo[] {
  const id = stringOf(wire['id'])
  if (id === undefined) return []
  const displayName = stringOf(wire['display_name'])
  const created = Date.parse(stringOf(wire['created_at']) ?? '')
  const contextWindow = numberOf(wire['max_input_tokens'])
  const maxOutput = numberOf(wire['max_tokens'])
  return [
    {
      id,
      ...(displayName === undefined ? {} : { displayName }),
      ...(Number.isNaN(created) ? {} : { created: Math.floor(created / 1000) }),
      ...(contextWindow === undefined ? {} : { contextWindow }),
      ...(maxOutput === undefined ? {} : { maxOutput }),
      ...rest(wire, KNOWN),
    },
  ]
}

/** The date is a required string for this dialect's clients; one nobody knows is the epoch. */
function encodeModel(model: ModelInfo): JsonObject {
  return {
    type: 'model',
    id: model.id,
    display_name: model.displayName ?? model.id,
    created_at: new Date((model.created ?? 0) * 1000).toISOString().replace('.000Z', 'Z'),
    // Shown beside the name where a user chooses.
    ...(model.provider === undefined
      ? {}
      : { description: `${model.displayName ?? model.id} on ${model.provider}` }),
    ...(model.contextWindow === undefined ? {} : { max_input_tokens: model.contextWindow }),
    ...(model.maxOutput === undefined ? {} : { max_tokens: model.maxOutput }),
  }
}
