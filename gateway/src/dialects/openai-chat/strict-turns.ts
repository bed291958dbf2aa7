/**
 * Order of turns for providers that check it (pitfalls 35 and 36). All of them want instructions in front of what is said. `bridged`: the
 * assistant speaks between a tool's result and the user's next words. `alternating`: of two turns by the same side one is made.
 */

import type { JsonDraft, JsonObject, JsonValue, NoteSink } from '#core'
import type { Traits } from '../dialect.ts'

type Order = NonNullable<Traits['turns']>

/** Short, and nothing that a model would go by. */
const BRIDGE = 'Understood.'

export function withOrder(written: readonly JsonDraft[], order: Order, note: NoteSink): JsonDraft[] {
  const turns: JsonDraft[] = []
  for (const message of written) {
    const before = turns.at(-1)
    const turn = isLate(message, before, order) ? { ...message, role: 'user' } : message
    if (turn !== message)
      tell(note, 'Instructions behind the first turns became the user’s: the provider takes none there.')
    if (order === 'bridged' && isUnbridged(turn, before)) {
      turns.push({ role: 'assistant', content: BRIDGE })
      tell(note, 'Between a tool’s result and the user the assistant says a word: the provider asks for one.')
    }
    if (order === 'alternating' && before !== undefined && isTwin(turn, before)) {
      before['content'] = joined(before['content'] ?? null, turn['content'] ?? null)
      tell(note, 'Turns of the same side became one: the provider takes them in turn only.')
    } else turns.push(turn)
  }
  return turns
}

/** The same question of a body that would pass as it is. */
export function isOutOfOrder(messages: readonly JsonObject[], order: Order): boolean {
  return messages.some((message, at) => {
    const before = messages[at - 1]
    if (isLate(message, before, order)) return true
    return order === 'bridged' ? isUnbridged(message, before) : isTwin(message, before)
  })
}

function isLate({ role }: JsonObject, before: JsonObject | undefined, order: Order): boolean {
  if (role !== 'system' && role !== 'developer') return false
  const spoke = before?.['role']
  return spoke === 'assistant' || spoke === 'tool' || (order === 'alternating' && spoke === 'user')
}

function isUnbridged({ role }: JsonObject, before: JsonObject | undefined): boolean {
  return role === 'user' && before?.['role'] === 'tool'
}

/** Two of the user, or two of the assistant that only talk: calls keep their own turn. */
function isTwin(message: JsonObject, before: JsonObject | undefined): boolean {
  const { role } = message
  if (before === undefined || role !== before['role'] || (role !== 'user' && role !== 'assistant'))
    return false
  return message['tool_calls'] === undefined && before['tool_calls'] === undefined
}

function joined(one: JsonValue, other: JsonValue): JsonValue {
  if (typeof one === 'string' && typeof other === 'string') return `${one}\n\n${other}`
  return [...partsOf(one), ...partsOf(other)]
}

function partsOf(content: JsonValue): readonly JsonValue[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return Array.isArray(content) ? content : []
}

function tell(note: NoteSink, reason: string): void {
  note({ kind: 'changed', field: 'messages', reason })
}
