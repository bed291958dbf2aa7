/** The list of models, as the control plane tells it (ListFoundationModels). That is another host; whoever knows it asks there. */

import { arrayOf, isObject, stringOf } from '#core'
import type { JsonObject, ModelAbility, ModelInfo } from '#core'
import type { ModelCodec } from '../dialect.ts'
import { objectsOf, ownOf, rest } from './wire.ts'

const KNOWN: ReadonlySet<string> = new Set([
  'modelId',
  'modelName',
  'modelArn',
  'providerName',
  'inputModalities',
  'outputModalities',
])

export const models: ModelCodec = {
  path: '/foundation-models',
  decode: (wire) => objectsOf(isObject(wire) ? wire['modelSummaries'] : undefined).flatMap(decodeModel),
  encodeList: (list) => ({ modelSummaries: list.map(encodeModel) }),
  encodeOne: (model) => ({ modelDetails: encodeModel(model) }),
}

function decodeModel(wire: JsonObject): ModelInfo[] {
  const id = stringOf(wire['modelId'])
  if (id === undefined) return []
  const displayName = stringOf(wire['modelName'])
  const ownedBy = stringOf(wire['providerName'])
  const abilities = abilitiesOf(wire)
  return [
    {
      id,
      ...(displayName === undefined ? {} : { displayName }),
      ...(ownedBy === undefined ? {} : { ownedBy: ownedBy.toLowerCase() }),
      ...(abilities.length === 0 ? {} : { abilities }),
      ...rest(wire, KNOWN),
    },
  ]
}

function abilitiesOf(wire: JsonObject): ModelAbility[] {
  const has = (field: string, word: string): boolean => arrayOf(wire[field])?.includes(word) === true
  return [
    ...(has('outputModalities', 'TEXT') ? (['completion'] as const) : []),
    ...(has('inputModalities', 'IMAGE') && has('outputModalities', 'TEXT') ? (['vision'] as const) : []),
    ...(has('outputModalities', 'EMBEDDING') ? (['embedding'] as const) : []),
  ]
}

function encodeModel(model: ModelInfo): JsonObject {
  const abilities = model.abilities ?? ['completion']
  return {
    modelArn: `arn:aws:bedrock:::foundation-model/${model.id}`,
    modelId: model.id,
    modelName: model.displayName ?? model.id,
    providerName: model.ownedBy ?? model.provider ?? 'sluice',
    inputModalities: ['TEXT', ...(abilities.includes('vision') ? ['IMAGE'] : [])],
    outputModalities: [
      ...(abilities.includes('completion') ? ['TEXT'] : []),
      ...(abilities.includes('embedding') ? ['EMBEDDING'] : []),
    ],
    responseStreamingSupported: abilities.includes('completion'),
    inferenceTypesSupported: ['ON_DEMAND'],
    ...ownOf(model),
  }
}
