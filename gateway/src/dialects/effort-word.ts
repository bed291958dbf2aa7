/** An effort in a word the model knows: each generation has its own set of them, and answers 400 to any other. */

import type { EncodeContext } from './dialect.ts'

/** From the least thinking to the most. */
const LEVELS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/** Of two that are as near, the one that thinks more. A word of nobody's goes as it is. */
export function effortWord(effort: string, { traits: { efforts }, note }: EncodeContext): string {
  const wanted = LEVELS.indexOf(effort)
  if (efforts === undefined || efforts.includes(effort) || wanted === -1) return effort
  const far = (word: string) => Math.abs(LEVELS.indexOf(word) - wanted)
  const nearest = efforts
    .toSorted((one, other) => LEVELS.indexOf(other) - LEVELS.indexOf(one))
    .reduce((best, word) => (far(word) < far(best) ? word : best))
  note({
    kind: 'changed',
    field: 'reasoning',
    reason: `Effort ${effort} became ${nearest}: the model has no other.`,
  })
  return nearest
}
