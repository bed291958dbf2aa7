/** `additionalModelRequestFields`: what Converse itself has no word for, in the words of the model's own family. */

import { booleanOf, isObject, numberOf, stringOf } from '#core'
import type { ChatRequest, JsonDraft, JsonObject, JsonValue, ReasoningWish } from '#core'
import { planThinking } from '../anthropic/thinking.ts'
import type { EncodeContext } from '../dialect.ts'
import { familyOf, type Family } from './family.ts'
import { markOf } from './wire.ts'

/** Sampling and thinking as any family says them. The whole object also rides in the extras and goes back as it came. */
export function decodeFields(wire: JsonValue | undefined): Partial<ChatRequest> {
  if (!isObject(wire)) return {}
  const inner = isObject(wire['inferenceConfig']) ? wire['inferenceConfig'] : {}
  const topK = numberOf(wire['top_k']) ?? numberOf(inner['topK'])
  const reasoning = wishIn(wire)
  return {
    ...(topK === undefined ? {} : { topK }),
    ...(reasoning === undefined ? {} : { reasoning }),
  }
}

function wishIn(wire: JsonObject): ReasoningWish | undefined {
  const thinking = wire['thinking'] ?? wire['reasoning_config'] ?? wire['reasoningConfig']
  const config = wire['output_config']
  const effort =
    stringOf(thinking) ??
    stringOf(wire['reasoning_effort']) ??
    (isObject(config) ? stringOf(config['effort']) : undefined) ??
    (isObject(thinking) ? stringOf(thinking['maxReasoningEffort']) : undefined)
  if (!isObject(thinking) && effort === undefined) return undefined
  const type = isObject(thinking) ? stringOf(thinking['type']) : undefined
  const enabled =
    type === undefined
      ? isObject(thinking)
        ? booleanOf(thinking['enabled'])
        : undefined
      : type !== 'disabled'
  const budgetTokens = isObject(thinking) ? numberOf(thinking['budget_tokens']) : undefined
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(enabled === false ? {} : { visible: true }),
    ...(effort === undefined ? {} : { effort }),
    ...(budgetTokens === undefined ? {} : { budgetTokens }),
  }
}

export interface FieldPlan {
  readonly fields?: JsonObject
  readonly thinking: boolean
}

/** `forbidden`: why the model may not think this time, if it may not. */
export function planFields(
  request: ChatRequest,
  forbidden: string | undefined,
  context: EncodeContext,
): FieldPlan {
  const own = markOf(request, '~fields')
  if (isObject(own)) return { fields: own, thinking: wishIn(own)?.enabled === true }
  const family = familyOf(context.model)
  const wanted = wishFields(request, family, context)
  const thinking = isThinking(wanted) && forbidden === undefined
  if (isThinking(wanted) && forbidden !== undefined)
    context.note({ kind: 'dropped', field: 'thinking', reason: forbidden })
  const fields: JsonDraft = isThinking(wanted) && forbidden !== undefined ? {} : { ...wanted }
  if (request.topK !== undefined) writeTopK(fields, request.topK, thinking, family, context)
  return { thinking, ...(Object.keys(fields).length === 0 ? {} : { fields }) }
}

function isThinking(fields: JsonObject): boolean {
  const { thinking } = fields
  return isObject(thinking) && thinking['type'] !== 'disabled'
}

function wishFields(request: ChatRequest, family: Family, context: EncodeContext): JsonObject {
  const wish = request.reasoning
  if (wish === undefined) return {}
  const off = wish.enabled === false || wish.effort === 'none'
  if (family.claude) {
    const { thinking, effort } = planThinking(request, context)
    return {
      ...(thinking === undefined ? {} : { thinking }),
      ...(effort === undefined ? {} : { output_config: { effort } }),
    }
  }
  if (family.thinking === 'nova') {
    return off
      ? { reasoningConfig: { type: 'disabled' } }
      : { reasoningConfig: { type: 'enabled', maxReasoningEffort: levelOf(wish) } }
  }
  if (family.thinking === 'effort' && !off) return { reasoning_effort: levelOf(wish) }
  if (!off || family.thinking === 'effort')
    context.note({
      kind: 'dropped',
      field: 'thinking',
      reason: 'how this model is asked to think is not known',
    })
  return {}
}

function levelOf(wish: ReasoningWish): string {
  const { effort, budgetTokens } = wish
  if (effort !== undefined) return effort === 'minimal' ? 'low' : LEVELS.has(effort) ? effort : 'high'
  if (budgetTokens === undefined) return 'medium'
  return budgetTokens <= 4096 ? 'low' : budgetTokens <= 12_288 ? 'medium' : 'high'
}

const LEVELS: ReadonlySet<string> = new Set(['low', 'medium', 'high'])

function writeTopK(
  fields: JsonDraft,
  topK: number,
  thinking: boolean,
  family: Family,
  context: EncodeContext,
): void {
  const [outer, inner] = family.topK ?? []
  const reason =
    outer === undefined
      ? 'this model has no such field'
      : context.traits.noSampling
        ? 'this model takes no sampling fields'
        : thinking
          ? 'not possible while thinking'
          : undefined
  if (outer === undefined || reason !== undefined)
    context.note({ kind: 'dropped', field: 'top_k', reason: reason ?? '' })
  else fields[outer] = inner === undefined ? topK : { [inner]: topK }
}
