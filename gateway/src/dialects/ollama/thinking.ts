/** `think`: a boolean, or a level for the models that have levels. */

import { invalid, type JsonValue, type NoteSink, type ReasoningWish } from '#core'

const LEVELS = ['low', 'medium', 'high', 'max']

/** Other dialects' effort words on Ollama's scale. */
const LEVEL_OF: Readonly<Record<string, string>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
}

export function checkThink(value: JsonValue | undefined): void {
  if (value === undefined || value === null || typeof value === 'boolean') return
  if (typeof value === 'string' && LEVELS.includes(value)) return
  throw invalid(
    `invalid think value: ${JSON.stringify(value)} (must be "high", "medium", "low", "max", true, or false)`,
    'think',
  )
}

/** Whoever asks Ollama for thinking is shown it. */
export function decodeThink(value: JsonValue | undefined): { reasoning?: ReasoningWish } {
  if (typeof value === 'string') return { reasoning: { effort: value, visible: true } }
  if (value === true) return { reasoning: { enabled: true, visible: true } }
  return value === false ? { reasoning: { enabled: false } } : {}
}

/** Undefined leaves the choice to the model. */
export function encodeThink(
  wish: ReasoningWish | undefined,
  levels: boolean,
  note: NoteSink,
): boolean | string | undefined {
  if (wish === undefined) return undefined
  if (wish.enabled === false || wish.effort === 'none') return false
  const { effort, budgetTokens } = wish
  if (effort !== undefined && levels) {
    const level = Object.hasOwn(LEVEL_OF, effort) ? LEVEL_OF[effort] : 'medium'
    if (level !== effort) {
      note({ kind: 'changed', field: 'reasoning.effort', reason: `${effort} is said as ${level}` })
    }
    return level
  }
  if (effort !== undefined) {
    note({
      kind: 'changed',
      field: 'reasoning.effort',
      reason: 'the model knows thinking only as on and off',
    })
  }
  if (budgetTokens !== undefined) {
    note({ kind: 'dropped', field: 'reasoning.budget_tokens', reason: 'Ollama sets no thinking budget' })
  }
  return wish.enabled === true || effort !== undefined || budgetTokens !== undefined ? true : undefined
}
