/** How much the model should think: `reasoning_effort`, OpenRouter's `reasoning`, DeepSeek's `thinking`, Qwen's `enable_thinking`. */

import {
  booleanOf,
  type JsonDraft,
  type JsonObject,
  numberOf,
  objectOf,
  type ReasoningWish,
  stringOf,
} from '#core'
import type { EncodeContext } from '../dialect.ts'
import { effortWord } from '../effort-word.ts'
import { compact, spareOf, withRest } from './extra-fields.ts'

export const WISH_FIELDS = ['reasoning_effort', 'reasoning', 'thinking', 'enable_thinking'] as const

/** The client's own spelling is kept beside the meaning. */
export function decodeWish(wire: JsonObject): ReasoningWish | undefined {
  const raw = compact(Object.fromEntries(WISH_FIELDS.map((field) => [field, wire[field] ?? undefined])))
  if (Object.keys(raw).length === 0) return undefined
  const object = objectOf(raw['reasoning']) ?? {}
  const thinking = objectOf(raw['thinking']) ?? {}
  const effort = stringOf(raw['reasoning_effort']) ?? stringOf(object['effort'])
  const budget = numberOf(object['max_tokens']) ?? numberOf(thinking['budget_tokens'])
  const enabled =
    effort === 'none'
      ? false
      : (booleanOf(object['enabled']) ??
        booleanOf(raw['enable_thinking']) ??
        enabledBy(stringOf(thinking['type'])))
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(effort === undefined || effort === 'none' ? {} : { effort }),
    ...(budget === undefined ? {} : { budgetTokens: budget }),
    ...(object['exclude'] === true ? { visible: false } : {}),
    ...withRest(raw),
  }
}

function enabledBy(type: string | undefined): boolean | undefined {
  return type === undefined ? undefined : type !== 'disabled'
}

export function encodeWish(wish: ReasoningWish | undefined, context: EncodeContext): JsonDraft {
  if (wish === undefined) return {}
  const raw = spareOf(wish)
  const spelled = Object.keys(raw).length > 0
  switch (context.traits.reasoningWish) {
    case undefined:
      return spelled ? raw : spelledFor(asEffort(wish, undefined, context), context)
    case 'effort':
      return spelledFor(asEffort(wish, 'high', context), context)
    case 'object':
      return { reasoning: raw['reasoning'] ?? asObject(wish) }
    case 'switch':
      return { ...asSwitch(wish, raw), ...compact({ reasoning_effort: raw['reasoning_effort'] }) }
    case 'thinking':
      return { ...asThinking(wish, raw), ...compact({ reasoning_effort: raw['reasoning_effort'] }) }
    default:
      context.note({ kind: 'dropped', field: 'reasoning', reason: 'The target has no setting for thinking.' })
      return {}
  }
}

/** `unsaid` is the effort for "think, as you see fit": only a target known to think may be told that. */
function asEffort(wish: ReasoningWish, unsaid: string | undefined, context: EncodeContext): JsonDraft {
  if (wish.enabled === false) return unsaid === undefined ? {} : { reasoning_effort: 'none' }
  if (wish.effort !== undefined) return { reasoning_effort: wish.effort }
  if (wish.budgetTokens === undefined) return unsaid === undefined ? {} : { reasoning_effort: unsaid }
  const effort = wish.budgetTokens <= 2048 ? 'low' : wish.budgetTokens <= 12_288 ? 'medium' : 'high'
  context.note({
    kind: 'changed',
    field: 'reasoning',
    reason: `The thinking budget became effort ${effort}.`,
  })
  return { reasoning_effort: effort }
}

function spelledFor(said: JsonDraft, context: EncodeContext): JsonDraft {
  const effort = stringOf(said['reasoning_effort'])
  return effort === undefined ? said : { reasoning_effort: effortWord(effort, context) }
}

function asObject(wish: ReasoningWish): JsonDraft {
  const level =
    wish.enabled === false
      ? { enabled: false }
      : wish.effort !== undefined
        ? { effort: wish.effort }
        : wish.budgetTokens !== undefined
          ? { max_tokens: wish.budgetTokens }
          : { enabled: true }
  return { ...level, ...(wish.visible === false ? { exclude: true } : {}) }
}

function asSwitch(wish: ReasoningWish, raw: JsonObject): JsonDraft {
  return compact({
    enable_thinking: raw['enable_thinking'] ?? wish.enabled !== false,
    thinking_budget: wish.enabled === false ? undefined : wish.budgetTokens,
  })
}

function asThinking(wish: ReasoningWish, raw: JsonObject): JsonDraft {
  return { thinking: raw['thinking'] ?? { type: wish.enabled === false ? 'disabled' : 'enabled' } }
}
