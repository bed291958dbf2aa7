/** What a forwarded body must say anew when configuration changes its limit. The model is in the path alone. */

import { isObject } from '#core'
import type { JsonObject } from '#core'
import type { Amendments } from '../dialect.ts'

export function amend(wire: JsonObject, { maxOutputTokens }: Amendments): JsonObject {
  if (maxOutputTokens === undefined) return {}
  const config = wire['inferenceConfig']
  return { inferenceConfig: { ...(isObject(config) ? config : {}), maxTokens: maxOutputTokens } }
}
