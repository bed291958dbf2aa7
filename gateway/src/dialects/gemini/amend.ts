/** What a forwarded body must say anew when configuration changes its model or limit. The model itself is in the path. */

import { isObject } from '#core'
import type { JsonObject } from '#core'
import type { Amendments } from '../dialect.ts'

export function amend(wire: JsonObject, changes: Amendments): JsonObject {
  const { model, maxOutputTokens } = changes
  return {
    ...(model === undefined || wire['model'] === undefined ? {} : { model: `models/${model}` }),
    ...(maxOutputTokens === undefined ? {} : withLimit(wire, maxOutputTokens)),
  }
}

/** Under the names the client used: a body with both spellings would be refused. */
function withLimit(wire: JsonObject, limit: number): JsonObject {
  const field = wire['generation_config'] === undefined ? 'generationConfig' : 'generation_config'
  const config = isObject(wire[field]) ? wire[field] : {}
  const name = config['max_output_tokens'] === undefined ? 'maxOutputTokens' : 'max_output_tokens'
  return { [field]: { ...config, [name]: limit } }
}
