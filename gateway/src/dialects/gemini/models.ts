/** The list of models. Names here are resources, `models/x`; everywhere else the model is called `x`. */

import { arrayOf, isObject, numberOf, stringOf } from '#core'
import type { JsonObject, ModelAbility, ModelInfo } from '#core'
import type { ModelCodec } from '../dialect.ts'
import { modelName } from './path.ts'
import { compact, fieldSet, ownOf, restOf, withRest } from './wire.ts'

const KNOWN = fieldSet('name displayName inputTokenLimit outputTokenLimit')

export const models: ModelCodec = {
  // Fifty to a page unless asked for more.
  path: '/models?pageSize=1000',

  decode(wire) {
    const list = isObject(wire) ? (arrayOf(wire['models']) ?? arrayOf(wire['publisherModels']) ?? []) : []
    return list.flatMap((entry) => (isObject(entry) ? decodeModel(entry) : []))
  },

  encodeList: (list, page) => ({
    models: list.map(encodeModel),
    ...(page?.next === undefined ? {} : { nextPageToken: page.next }),
  }),

  encodeOne: encodeModel,
}

function decodeModel(wire: JsonObject): ModelInfo[] {
  const id = modelName(stringOf(wire['name']) ?? '')
  if (id === '') return []
  const displayName = stringOf(wire['displayName'])
  const contextWindow = numberOf(wire['inputTokenLimit'])
  const maxOutput = numberOf(wire['outputTokenLimit'])
  const abilities = abilitiesOf(wire)
  return [
    {
      id,
      ...(displayName === undefined ? {} : { displayName }),
      ...(contextWindow === undefined ? {} : { contextWindow }),
      ...(maxOutput === undefined ? {} : { maxOutput }),
      ...(abilities.length === 0 ? {} : { abilities }),
      ...withRest(restOf(wire, KNOWN)),
    },
  ]
}

function abilitiesOf(wire: JsonObject): ModelAbility[] {
  const methods = arrayOf(wire['supportedGenerationMethods']) ?? []
  return [
    ...(methods.includes('generateContent') ? (['completion'] as const) : []),
    ...(methods.includes('embedContent') ? (['embedding'] as const) : []),
    ...(wire['thinking'] === true ? (['thinking'] as const) : []),
  ]
}

function encodeModel(model: ModelInfo): JsonObject {
  const embeds = model.abilities?.includes('embedding') === true && !model.abilities.includes('completion')
  return {
    ...compact({
      name: `models/${model.id}`,
      version: '001',
      displayName: model.displayName ?? model.id,
      inputTokenLimit: model.contextWindow,
      outputTokenLimit: model.maxOutput,
      supportedGenerationMethods: embeds
        ? ['embedContent', 'batchEmbedContents']
        : ['generateContent', 'streamGenerateContent', 'countTokens'],
      thinking: model.abilities?.includes('thinking') === true ? true : undefined,
    }),
    ...ownOf(model),
  }
}
