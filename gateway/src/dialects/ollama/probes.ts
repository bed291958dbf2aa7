/** Bodies of the questions clients ask before they chat: `/api/show`, `/api/ps`, `/api/version`. */

import { stringOf } from '#core'
import type { JsonObject, ModelInfo } from '#core'
import { familyOf, modelDetails } from './model-details.ts'
import { timestamp } from './timestamp.ts'

/** The release whose behaviour is mirrored. Clients switch features on by it and refuse what is too old. */
const VERSION = '0.13.5'

/** What clients take for granted where a model does not tell its context window. */
const USUAL_CONTEXT = 32_768

/** Without `completion` a model is hidden, without `tools` it is not offered to agents. */
const USUAL_ABILITIES = ['completion', 'tools']

export function showBody(model: ModelInfo): JsonObject {
  const architecture = familyOf(model)
  const context = model.contextWindow ?? USUAL_CONTEXT
  const abilities = model.abilities ?? USUAL_ABILITIES
  return {
    license: '',
    modelfile: `FROM ${model.id}\n`,
    parameters: `num_ctx ${context}`,
    // Editors look for the suffix here to tell whether the model can fill in.
    template: abilities.some((ability) => ability === 'insert')
      ? '{{ .Prompt }}{{ .Suffix }}'
      : '{{ .Prompt }}',
    details: modelDetails(model),
    model_info: {
      'general.architecture': architecture,
      'general.basename': model.displayName ?? model.id,
      [`${architecture}.context_length`]: context,
    },
    capabilities: [...abilities],
    modified_at: timestamp((model.created ?? 0) * 1000),
    ...(model.provider === undefined ? {} : { provider: model.provider }),
  }
}

/** The name asked for: current clients say `model`, older ones `name`. */
export function shownName(wire: JsonObject): string | undefined {
  return stringOf(wire['model']) || stringOf(wire['name']) || undefined
}

/** Models held in memory: a gateway holds none. */
export function runningBody(): JsonObject {
  return { models: [] }
}

export function versionBody(): JsonObject {
  return { version: VERSION }
}
