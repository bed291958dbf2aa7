/**
 * Log probabilities spell out the words they belong to. Where a middleware says other words and hands those of the old ones on, they
 * are taken away: they would be false, and would show what it took out.
 */

import type { AssistantPart, ChatResponse, TokenProbability } from '#core'
import type { AnswerEvent } from './middleware.ts'

interface Words {
  readonly text: string
  readonly probabilities?: readonly TokenProbability[]
}

export function eventInItsWords(told: AnswerEvent, before: AnswerEvent): AnswerEvent {
  if (told.type !== 'text-delta' || before.type !== 'text-delta' || !isOutdated(told, before)) return told
  return { type: 'text-delta', index: told.index, text: told.text }
}

export function answerInItsWords(told: ChatResponse, before: ChatResponse): ChatResponse {
  if (told.parts === before.parts) return told
  const texts = before.parts.filter((part) => part.type === 'text')
  const { probabilities: _, ...finish } = told.finish
  return {
    ...told,
    parts: told.parts.map((part): AssistantPart => {
      if (part.type !== 'text' || !texts.some((text) => isOutdated(part, text))) return part
      const { probabilities: __, ...words } = part
      return words
    }),
    finish,
  }
}

function isOutdated(told: Words, before: Words): boolean {
  const same = told.probabilities !== undefined && told.probabilities === before.probabilities
  return same && told.text !== before.text
}
