/** How much to think: a token budget on older models, an effort word on newer ones. */

import { isObject, numberOf, stringOf } from '#core'
import type { ChatRequest, JsonDraft, JsonObject, ReasoningWish, WithExtras } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { marked, markOf } from './wire.ts'

/** The wire's own words stay in the extras, so that they go back unchanged where nothing orders otherwise. */
export function decodeThinking(wire: JsonObject): { reasoning?: ReasoningWish } {
  const thinking = isObject(wire['thinking']) ? wire['thinking'] : undefined
  const config = isObject(wire['output_config']) ? wire['output_config'] : undefined
  const effort = stringOf(config?.['effort'])
  if (thinking === undefined && effort === undefined) return {}
  const budgetTokens = numberOf(thinking?.['budget_tokens'])
  const enabled = thinking === undefined ? undefined : thinking['type'] !== 'disabled'
  return {
    reasoning: {
      ...(enabled === undefined ? {} : { enabled }),
      ...(enabled ? { visible: thinking?.['display'] !== 'omitted' } : {}),
      ...(effort === undefined ? {} : { effort }),
      ...(budgetTokens === undefined ? {} : { budgetTokens }),
      ...nativeMarks(thinking, effort),
    },
  }
}

function nativeMarks(thinking: JsonObject | undefined, effort: string | undefined): WithExtras {
  const marks = thinking === undefined ? {} : marked({}, '~thinking', thinking)
  return effort === undefined ? marks : marked(marks, '~effort', effort)
}

/** The client's own `thinking` object, when it spoke this dialect. */
function nativeThinking(wish: ReasoningWish): JsonObject {
  const thinking = markOf(wish, '~thinking')
  return isObject(thinking) ? thinking : {}
}

export interface ThinkingPlan {
  readonly thinking?: JsonObject
  readonly effort?: string
  readonly maxTokens: number
}

/** What a thinking wish becomes for this target. `active` thinking restricts other fields, see `request.ts`. */
export function planThinking(request: ChatRequest, context: EncodeContext): ThinkingPlan {
  const fallback = context.traits.defaultMaxTokens ?? DEFAULT_MAX_TOKENS
  const maxTokens = request.maxOutputTokens ?? fallback
  const wish = request.reasoning
  if (wish === undefined) return { maxTokens }
  const own = nativeThinking(wish)
  const nativeEffort = stringOf(markOf(wish, '~effort'))
  const kind = context.traits.thinking ?? (own['type'] === 'adaptive' ? 'adaptive' : 'budget')
  if (kind === 'none') {
    context.note({ kind: 'dropped', field: 'thinking', reason: 'this model does not think' })
    return { maxTokens }
  }
  if (wish.enabled === false || wish.effort === 'none') {
    // Older models stay silent unless asked; saying it to one that cannot think would be refused.
    const say = kind === 'adaptive' || own['type'] === 'disabled'
    return { maxTokens, ...(say ? { thinking: { type: 'disabled' } } : {}), ...effortOf(nativeEffort) }
  }
  if (wish.enabled === undefined && nativeEffort !== undefined && context.traits.thinking !== 'budget') {
    return { maxTokens, effort: nativeEffort }
  }
  if (kind === 'adaptive') return { maxTokens, ...adaptive(wish, own, context) }
  return budget(wish, request.maxOutputTokens, fallback, context)
}

const DEFAULT_MAX_TOKENS = 4096

function effortOf(effort: string | undefined): { effort?: string } {
  return effort === undefined ? {} : { effort }
}

function adaptive(
  wish: ReasoningWish,
  own: JsonObject,
  context: EncodeContext,
): { thinking: JsonObject; effort?: string } {
  const { budget_tokens: _, ...rest } = own
  const thinking: JsonDraft = { ...rest, type: 'adaptive' }
  // Newer models keep their thinking to themselves unless asked.
  if (wish.visible && Object.keys(own).length === 0) thinking['display'] = 'summarized'
  if (wish.effort !== undefined) return { thinking, effort: effortWord(wish.effort, context) }
  return { thinking, ...(wish.budgetTokens === undefined ? {} : { effort: effortFor(wish.budgetTokens) }) }
}

const EFFORTS: ReadonlySet<string> = new Set(['low', 'medium', 'high', 'xhigh', 'max'])

function effortWord(effort: string, context: EncodeContext): string {
  if (EFFORTS.has(effort)) return effort
  const instead = effort === 'minimal' ? 'low' : 'high'
  context.note({
    kind: 'changed',
    field: 'effort',
    reason: `the nearest effort this provider has is ${instead}`,
  })
  return instead
}

function effortFor(budgetTokens: number): string {
  if (budgetTokens <= 4096) return 'low'
  return budgetTokens <= 12_288 ? 'medium' : 'high'
}

const BUDGETS: ReadonlyMap<string, number> = new Map([
  ['minimal', 1024],
  ['low', 2048],
  ['medium', 8192],
  ['high', 16_384],
  ['xhigh', 24_576],
  ['max', 31_999],
])

export const LEAST_BUDGET = 1024

/** The upstream demands 1024 <= budget < max_tokens. */
function budget(
  wish: ReasoningWish,
  asked: number | undefined,
  fallback: number,
  context: EncodeContext,
): ThinkingPlan {
  const own = nativeThinking(wish)
  const wanted = wish.budgetTokens ?? BUDGETS.get(wish.effort ?? 'medium') ?? 8192
  if (wanted < LEAST_BUDGET) note(context, 'clamped', `the least budget is ${LEAST_BUDGET} tokens`)
  const least = Math.max(LEAST_BUDGET, wanted)
  // Where the client left the limit open, the answer gets its own room on top of the thinking.
  const maxTokens = asked ?? fallback + least
  if (maxTokens <= LEAST_BUDGET) {
    note(context, 'dropped', `max_tokens leaves no room for the least budget of ${LEAST_BUDGET}`)
    return { maxTokens }
  }
  const room =
    wish.budgetTokens === undefined ? Math.max(LEAST_BUDGET, Math.floor(maxTokens * 0.8)) : maxTokens - 1
  const tokens = Math.min(least, room, maxTokens - 1)
  if (tokens < least) note(context, 'clamped', 'the budget must be below max_tokens')
  const native = own['type'] === 'enabled'
  return {
    maxTokens,
    thinking: { ...(native ? own : {}), type: 'enabled', budget_tokens: tokens },
    ...(native ? effortOf(stringOf(markOf(wish, '~effort'))) : {}),
  }
}

function note(context: EncodeContext, kind: 'clamped' | 'dropped', reason: string): void {
  context.note({ kind, field: 'thinking', reason })
}
