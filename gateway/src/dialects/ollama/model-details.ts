/** What Ollama tells of a model's files. A remote model has none, so the fields are there with the right types and little in them. */

import { arrayOf, numberOf, objectOf, stringOf } from '#core'
import type { JsonObject, ModelInfo } from '#core'

export function modelDetails(model: ModelInfo): JsonObject {
  const own = objectOf(model.extras?.ollama?.['details'])
  const family = familyOf(model)
  const text = (field: string, otherwise: string): string => stringOf(own?.[field]) ?? otherwise
  const context = numberOf(own?.['context_length']) ?? model.contextWindow
  return {
    ...own,
    parent_model: text('parent_model', ''),
    format: text('format', ''),
    family,
    families: arrayOf(own?.['families']) ?? [family],
    parameter_size: text('parameter_size', ''),
    quantization_level: text('quantization_level', ''),
    ...(context === undefined ? {} : { context_length: context }),
  }
}

/** Also the architecture that prefixes the keys of `model_info`. */
export function familyOf(model: ModelInfo): string {
  const own = stringOf(objectOf(model.extras?.ollama?.['details'])?.['family']) ?? ''
  const name = own === '' ? (model.ownedBy ?? model.provider ?? '') : own
  const clean = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return clean === '' ? 'remote' : clean
}

/** 64 hexadecimal digits made from the name: command-line clients cut the first twelve off without looking at the length. */
export function digestOf(name: string): string {
  let digest = ''
  for (let round = 0; round < 8; round++) {
    // FNV-1a, seeded by the round.
    let hash = (0x811c9dc5 ^ Math.imul(round + 1, 0x9e3779b1)) >>> 0
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0
    digest += hash.toString(16).padStart(8, '0')
  }
  return digest
}
