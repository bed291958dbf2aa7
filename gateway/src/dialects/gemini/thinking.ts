/** How much to think: a budget of tokens on older models, a level on newer ones, never both. */

import { booleanOf, isObject, numberOf, stringOf } from '#core'
import type { JsonDraft, JsonObject, ReasoningWish } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { camel, compact, markOf, withRest } from './wire.ts'

/** The wire's own words stay in the extras, so that they go back unchanged where nothing orders otherwise. */
export function decodeThinking(wire: JsonObject | undefined): { reasoning?: ReasoningWish } {
  if (wire === undefined) return {}
  const config = camel(wire)
  const budget = numberOf(config['thinkingBudget'])
  const level = stringOf(config['thinkingLevel'])?.toLowerCase()
  const visible = booleanOf(config['includeThoughts'])
  const enabled = budget === 0 ? false : budget === -1 ? true : undefined
  return {
    reasoning: {
      ...(enabled === undefined ? {} : { enabled }),
      ...(level === undefined || level === 'thinking_level_unspecified' ? {} : { effort: level }),
      ...(budget === undefined || budget <= 0 ? {} : { budgetTokens: budget }),
      ...(visible === undefined ? {} : { visible }),
      ...withRest(undefined, { '~thinking': config }),
    },
  }
}

export function encodeThinking(
  wish: ReasoningWish | undefined,
  context: EncodeContext,
): JsonObject | undefined {
  if (wish === undefined) return undefined
  const own = markOf(wish, '~thinking')
  const kind = context.traits.thinkingConfig
  if (kind === undefined && isObject(own)) return own
  if (kind === 'none') {
    context.note({ kind: 'dropped', field: 'thinkingConfig', reason: 'this model does not think' })
    return undefined
  }
  const config: JsonDraft = {
    ...(kind === 'level' ? levelOf(wish, context) : budgetOf(wish, context)),
    ...compact({ includeThoughts: wish.visible }),
  }
  return Object.keys(config).length === 0 ? undefined : config
}

function isOff(wish: ReasoningWish): boolean {
  return wish.enabled === false || wish.effort === 'none'
}

const BUDGETS: ReadonlyMap<string, number> = new Map([
  ['minimal', 1024],
  ['low', 1024],
  ['medium', 8192],
  ['high', 24_576],
  ['xhigh', 24_576],
  ['max', 24_576],
])

function budgetOf(wish: ReasoningWish, context: EncodeContext): JsonDraft {
  const { leastThinking } = context.traits
  const least = typeof leastThinking === 'number' ? leastThinking : 0
  if (isOff(wish)) {
    if (least > 0) noteLeast(context)
    return { thinkingBudget: least }
  }
  if (wish.budgetTokens !== undefined) {
    if (wish.budgetTokens < least) noteLeast(context)
    return { thinkingBudget: Math.max(least, wish.budgetTokens) }
  }
  if (wish.effort !== undefined) return { thinkingBudget: Math.max(least, BUDGETS.get(wish.effort) ?? 8192) }
  // -1: as much as the model sees fit.
  return wish.enabled === true ? { thinkingBudget: -1 } : {}
}

const LEVELS: ReadonlySet<string> = new Set(['minimal', 'low', 'medium', 'high'])

function levelOf(wish: ReasoningWish, context: EncodeContext): JsonDraft {
  const { leastThinking } = context.traits
  const least = typeof leastThinking === 'string' ? leastThinking : 'minimal'
  if (isOff(wish)) {
    noteLeast(context)
    return { thinkingLevel: least }
  }
  const asked = wish.effort ?? (wish.budgetTokens === undefined ? undefined : levelFor(wish.budgetTokens))
  if (asked === undefined) return {}
  const level = asked === 'minimal' ? least : LEVELS.has(asked) ? asked : 'high'
  if (level !== wish.effort) {
    const reason = `the nearest this model has is the level ${level}`
    context.note({ kind: 'changed', field: 'thinkingConfig', reason })
  }
  return { thinkingLevel: level }
}

function levelFor(budgetTokens: number): string {
  if (budgetTokens <= 4096) return 'low'
  return budgetTokens <= 12_288 ? 'medium' : 'high'
}

function noteLeast(context: EncodeContext): void {
  const reason = 'this model cannot think less: its least was asked for'
  context.note({ kind: 'clamped', field: 'thinkingConfig', reason })
}
