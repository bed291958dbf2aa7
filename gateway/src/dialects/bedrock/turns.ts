/**
 * Neutral messages as turns of the wire. Keeps what this dialect insists on: the user begins, turns alternate, the results of a
 * turn's calls stand first in the very next user turn, every call has a result and every result a call.
 */

import type { JsonDraft, Message } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { pairCalls } from '../pairing.ts'
import { CallIds } from './call-ids.ts'
import type { PartWriter } from './parts.ts'
import { isBlank, ownOf } from './wire.ts'

type Role = 'user' | 'assistant'

interface Turn {
  readonly role: Role
  readonly content: JsonDraft[]
  readonly extras: JsonDraft
}

export function encodeTurns(
  messages: readonly Message[],
  writer: PartWriter,
  context: EncodeContext,
): JsonDraft[] {
  const ids = new CallIds(writer.family)
  const turns: Turn[] = []
  for (const message of pairCalls(messages, context.note)) append(turns, turnOf(message, writer, ids))
  const first = turns[0]
  if (first !== undefined && first.role !== 'user') turns.unshift(textTurn('user', FIRST))
  endWithUser(turns, context)
  return turns.map(({ role, content, extras }) => ({ role, content, ...extras }))
}

function turnOf(message: Message, writer: PartWriter, ids: CallIds): Turn {
  const extras = { ...ownOf(message) }
  switch (message.role) {
    case 'user':
      return { role: 'user', content: writer.blocks(message.parts), extras }
    case 'assistant':
      return { role: 'assistant', content: writer.blocks(message.parts, (id) => ids.open(id)), extras }
    case 'tool':
      return {
        role: 'user',
        content: message.parts.flatMap((part) => writer.result(part, ids.answered(part.callId))),
        extras,
      }
    case 'system':
      // Models that take a turn of instructions are few: everybody understands them as marked words of the user.
      return {
        role: 'user',
        content: writer.blocks(
          message.parts
            .filter((part) => !isBlank(part.text))
            .map((part) => ({ ...part, text: `<system>\n${part.text}\n</system>` })),
        ),
        extras,
      }
  }
}

/** Neighbours of one role become one turn; a turn that says nothing is none. */
function append(turns: Turn[], turn: Turn): void {
  if (turn.content.length === 0) return
  const last = turns.at(-1)
  if (last?.role !== turn.role) return void turns.push(turn)
  last.content.push(...turn.content)
  Object.assign(last.extras, turn.extras)
}

/** What the last turn may be: prefill is trimmed, or refused by newer models and then turned into a request. */
function endWithUser(turns: Turn[], context: EncodeContext): void {
  const last = turns.at(-1)
  if (last?.role !== 'assistant') return
  if (context.traits.noPrefill) {
    context.note({
      kind: 'changed',
      field: 'messages',
      reason: 'prefill is refused: a request to go on was added',
    })
    turns.push(textTurn('user', GO_ON))
    return
  }
  const block = last.content.at(-1)
  if (block !== undefined && typeof block['text'] === 'string') block['text'] = block['text'].trimEnd()
}

const FIRST = '(The conversation begins here.)'
const GO_ON = 'Continue exactly where your last message ends.'

function textTurn(role: Role, text: string): Turn {
  return { role, content: [{ text }], extras: {} }
}
