/** What a forwarded body must say anew when configuration changes its model or limit. */

import type { JsonObject } from '#core'
import type { Amendments } from '../dialect.ts'

export function amend(_wire: JsonObject, { model, maxOutputTokens }: Amendments): JsonObject {
  return {
    ...(model === undefined ? {} : { model }),
    ...(maxOutputTokens === undefined ? {} : { max_output_tokens: maxOutputTokens }),
  }
}
