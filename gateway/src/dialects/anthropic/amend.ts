/** What a forwarded body must say anew when configuration changes its model or limit. */

import { isObject, numberOf } from '#core'
import type { JsonDraft, JsonObject } from '#core'
import type { Amendments } from '../dialect.ts'
import { LEAST_BUDGET } from './thinking.ts'

export function amend(wire: JsonObject, changes: Amendments): JsonObject {
  const { model, maxOutputTokens } = changes
  return {
    ...(model === undefined ? {} : { model }),
    ...(maxOutputTokens === undefined
      ? {}
      : { max_tokens: maxOutputTokens, ...fitThinking(wire, maxOutputTokens) }),
  }
}

/** A thinking budget must stay below the limit. */
function fitThinking(wire: JsonObject, limit: number): JsonDraft {
  const thinking = wire['thinking']
  if (!isObject(thinking)) return {}
  const budget = numberOf(thinking['budget_tokens'])
  if (budget === undefined || budget < limit) return {}
  if (limit <= LEAST_BUDGET) return { thinking: { type: 'disabled' } }
  return { thinking: { ...thinking, budget_tokens: limit - 1 } }
}
