/** What a forwarded body must say anew when configuration changes its model or limit. */

import type { JsonDraft, JsonObject } from '#core'
import type { Amendments } from '../dialect.ts'

export function amend(wire: JsonObject, changes: Amendments): JsonObject {
  const { model, maxOutputTokens } = changes
  return {
    ...(model === undefined ? {} : { model }),
    ...(maxOutputTokens === undefined ? {} : limitFields(wire, maxOutputTokens, changes.maxTokensField)),
  }
}

/** The limit under every name the client used: servers disagree on which of two names wins. */
function limitFields(wire: JsonObject, limit: number, unset: Amendments['maxTokensField']): JsonDraft {
  const fields: JsonDraft = {}
  for (const name of ['max_tokens', 'max_completion_tokens'] as const)
    if (typeof wire[name] === 'number') fields[name] = limit
  return Object.keys(fields).length === 0 ? { [unset ?? 'max_tokens']: limit } : fields
}
