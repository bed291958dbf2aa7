/** Model lists. What we answer suits OpenAI's and Anthropic's clients at once: both ask the same path. */

import {
  arrayOf,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  type ModelAbility,
  type ModelInfo,
  numberOf,
  objectOf,
  stringOf,
} from '#core'
import type { ModelCodec } from '../dialect.ts'
import { priceIn, pricingOf } from './model-pricing.ts'
import { compact, restOf, spareOf, withRest, fieldSet } from './extra-fields.ts'

const KNOWN = fieldSet(
  'id object type created created_at owned_by name display_name context_length context_window ' +
    'max_context_length max_model_len max_completion_tokens max_output_tokens',
)

export const models: ModelCodec = {
  path: '/models',
  decode: decodeModels,
  encodeList: encodeModels,
  encodeOne: encodeModel,
}

function decodeModels(wire: JsonValue): ModelInfo[] {
  // Together answers with the bare list.
  const list =
    arrayOf(wire) ?? (isObject(wire) ? (arrayOf(wire['data']) ?? arrayOf(wire['models'])) : undefined) ?? []
  return list.filter(isObject).flatMap((entry) => decodeModel(entry) ?? [])
}

function decodeModel(entry: JsonObject): ModelInfo | undefined {
  const id = stringOf(entry['id']) ?? stringOf(entry['name'])
  if (!id) return undefined
  const displayName = stringOf(entry['display_name']) ?? stringOf(entry['name'])
  const created = numberOf(entry['created'])
  const ownedBy = stringOf(entry['owned_by'])
  const contextWindow = firstOf(entry, [
    'context_length',
    'context_window',
    'max_context_length',
    'max_model_len',
  ])
  const maxOutput =
    firstOf(entry, ['max_completion_tokens', 'max_output_tokens']) ??
    numberOf(objectOf(entry['top_provider'])?.['max_completion_tokens'])
  const abilities = abilitiesOf(entry)
  const price = priceIn(objectOf(entry['pricing']))
  return {
    id: id.replace(/^models\//, ''),
    ...(displayName === undefined || displayName === id ? {} : { displayName }),
    ...(created === undefined ? {} : { created }),
    ...(ownedBy === undefined ? {} : { ownedBy }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutput === undefined ? {} : { maxOutput }),
    ...(abilities.length === 0 ? {} : { abilities }),
    ...(price === undefined ? {} : { price }),
    ...withRest(restOf(entry, KNOWN)),
  }
}

function firstOf(entry: JsonObject, fields: readonly string[]): number | undefined {
  return fields.map((field) => numberOf(entry[field])).find((value) => value !== undefined && value > 0)
}

/** OpenRouter lists parameters and modalities, Mistral flags; others say nothing. */
function abilitiesOf(entry: JsonObject): ModelAbility[] {
  const parameters = arrayOf(entry['supported_parameters']) ?? []
  const inputs = arrayOf(objectOf(entry['architecture'])?.['input_modalities']) ?? []
  const flags = objectOf(entry['capabilities']) ?? {}
  const abilities: ModelAbility[] = []
  if (flags['completion_chat'] === true) abilities.push('completion')
  if (parameters.includes('tools') || flags['function_calling'] === true) abilities.push('tools')
  if (inputs.includes('image') || flags['vision'] === true) abilities.push('vision')
  if (parameters.includes('reasoning')) abilities.push('thinking')
  return abilities
}

function encodeModels(list: readonly ModelInfo[]): JsonDraft {
  return {
    object: 'list',
    data: list.map(encodeModel),
    has_more: false,
    first_id: list[0]?.id ?? null,
    last_id: list.at(-1)?.id ?? null,
  }
}

function encodeModel(model: ModelInfo): JsonDraft {
  const created = model.created ?? 0
  const spare = spareOf(model)
  return {
    ...spare,
    id: model.id,
    object: 'model',
    type: 'model',
    created,
    created_at: new Date(created * 1000).toISOString().replace('.000Z', 'Z'),
    owned_by: model.ownedBy ?? model.provider ?? 'sluice',
    display_name: model.displayName ?? model.id,
    ...compact({
      description:
        model.provider === undefined ? undefined : `${model.displayName ?? model.id} on ${model.provider}`,
      provider: model.provider,
      context_length: model.contextWindow,
      max_completion_tokens: model.maxOutput,
      // What the provider itself says of its prices is newer than what is known beforehand.
      pricing: spare['pricing'] ?? pricingOf(model.price),
    }),
  }
}
