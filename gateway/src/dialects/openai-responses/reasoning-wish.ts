/** `reasoning`: how much the model should think, and whether a summary of it is shown. */

import { type JsonDraft, type JsonObject, objectOf, type ReasoningWish, stringOf } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { effortWord } from '../effort-word.ts'
import { compact, fieldSet, markOf, restOf } from './extra-fields.ts'

const KNOWN = fieldSet('effort')

export function decodeWish(reasoning: JsonObject): ReasoningWish {
  const effort = stringOf(reasoning['effort'])
  const summary = stringOf(reasoning['summary']) ?? stringOf(reasoning['generate_summary'])
  const rest = restOf(reasoning, KNOWN).extras?.['openai-responses']
  return {
    ...(effort === 'none' ? { enabled: false } : {}),
    ...(effort === undefined || effort === 'none' ? {} : { effort }),
    ...(summary === undefined ? {} : { visible: summary !== 'none' }),
    ...restOf({}, KNOWN, { '~reasoning': rest }),
  }
}

export function encodeWish(wish: ReasoningWish | undefined, context: EncodeContext): JsonDraft {
  if (wish === undefined) return {}
  if (context.traits.reasoningWish === 'none') {
    context.note({ kind: 'dropped', field: 'reasoning', reason: 'The target has no setting for thinking.' })
    return {}
  }
  // Without a word on it, no summary is made.
  const summary = wish.visible === true ? 'auto' : undefined
  const said = objectOf(markOf(wish, '~reasoning'))
  const reasoning = {
    ...compact({
      effort: said === undefined ? wordFor(wish, context) : effortOf(wish, context),
      ...(said === undefined ? { summary } : {}),
    }),
    ...said,
  }
  return Object.keys(reasoning).length === 0 ? {} : { reasoning }
}

function wordFor(wish: ReasoningWish, context: EncodeContext): string | undefined {
  const effort = effortOf(wish, context)
  return effort === undefined ? undefined : effortWord(effort, context)
}

function effortOf(wish: ReasoningWish, context: EncodeContext): string | undefined {
  if (wish.enabled === false) return 'none'
  if (wish.effort !== undefined || wish.budgetTokens === undefined) return wish.effort
  const effort = wish.budgetTokens <= 2048 ? 'low' : wish.budgetTokens <= 12_288 ? 'medium' : 'high'
  const reason = `The thinking budget became effort ${effort}.`
  context.note({ kind: 'changed', field: 'reasoning', reason })
  return effort
}
