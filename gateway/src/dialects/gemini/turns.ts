/**
 * Neutral messages as turns of the wire. Keeps what this dialect insists on: turns alternate, the results of a turn's calls stand
 * together in the very next user turn, as many as there were calls and in their order, each under its function's name.
 */

import { isObject } from '#core'
import type { JsonDraft, Message, SystemMessage, ToolCallPart, ToolResultPart } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { encodeModelParts, encodeToolResult, encodeUserParts, standIn, type WrittenResult } from './parts.ts'
import { isBlank, markOf, ownOf } from './wire.ts'

interface Turn {
  readonly role: 'user' | 'model'
  readonly parts: JsonDraft[]
  /** Results by the position of their call. */
  readonly results: { readonly at: number; readonly written: WrittenResult }[]
  readonly extras: JsonDraft
}

interface Call {
  readonly id: string
  readonly wireId: string | undefined
  readonly name: string
  answered: boolean
}

export class Turns {
  readonly #context: EncodeContext
  #turns: Turn[] = []
  #calls: Call[] = []
  #results: Turn | undefined

  constructor(context: EncodeContext) {
    this.#context = context
  }

  add(message: Message): void {
    switch (message.role) {
      case 'user':
        return this.#append('user', encodeUserParts(message.parts, this.#context), ownOf(message))
      case 'tool':
        for (const part of message.parts) this.#tool(part)
        return
      case 'system':
        return this.#system(message)
      case 'assistant': {
        // New calls after a finished round close that round's books first.
        const calling = message.parts.some((part) => part.type === 'tool-call')
        if (this.#turns.at(-1)?.role !== 'model' && calling) this.#settle()
        const parts = encodeModelParts(message.parts, this.#context, (part) => this.#open(part))
        return this.#append('model', parts, ownOf(message))
      }
    }
  }

  /** The finished list; empty when nobody said anything. */
  end(): JsonDraft[] {
    this.#settle()
    const turns = merged(this.#turns.filter((turn) => turn.parts.length + turn.results.length > 0))
    // A call may only follow a user's turn.
    if (turns[0]?.role === 'model') turns.unshift(newTurn('user', [{ text: FIRST }]))
    if (this.#context.traits.callSignatures && turns.map((turn) => standIn(turn.parts)).includes(true)) {
      const reason = 'calls made elsewhere carry the stand-in for their signature'
      this.#context.note({ kind: 'changed', field: 'thoughtSignature', reason })
    }
    return turns.map(wireTurn)
  }

  #append(role: Turn['role'], parts: readonly JsonDraft[], extras: Readonly<JsonDraft>): void {
    if (parts.length === 0) return
    const turn = this.#turn(role)
    turn.parts.push(...parts)
    Object.assign(turn.extras, extras)
  }

  #turn(role: Turn['role']): Turn {
    const last = this.#turns.at(-1)
    if (last?.role === role) return last
    const turn = newTurn(role)
    this.#turns.push(turn)
    // Even if the words come first, the results of open calls will stand at the head of this turn.
    if (role === 'user' && this.#calls.length > 0) this.#results ??= turn
    return turn
  }

  #open(part: ToolCallPart): string | undefined {
    // An id we made up ourselves because the client gave none.
    const silent = this.#context.traits.callIds === false || markOf(part, '~minted') === true
    const wireId = silent ? undefined : part.id
    this.#calls.push({ id: part.id, wireId, name: part.name, answered: false })
    return wireId
  }

  #tool(part: ToolResultPart): void {
    const at = this.#calls.findIndex(
      (call) => !call.answered && (part.callId === '' || call.id === part.callId),
    )
    const call = this.#calls[at]
    if (call === undefined) return this.#orphan(part)
    call.answered = true
    const id = markOf(part, '~minted') === true ? undefined : call.wireId
    const written = encodeToolResult(part, { id, name: call.name }, this.#context)
    this.#resultsTurn().results.push({ at, written })
  }

  #resultsTurn(): Turn {
    return (this.#results ??= this.#turn('user'))
  }

  /** What a tool said is not lost with its call: it goes on as the user's words. */
  #orphan(part: ToolResultPart): void {
    const reason = 'no open call has this id: sent as user text'
    this.#context.note({ kind: 'changed', field: 'functionResponse', reason })
    const label = `Result of the tool ${part.name ?? 'call'}${part.callId === '' ? '' : ` (${part.callId})`}:`
    this.#append('user', [{ text: label }, ...encodeUserParts(part.content, this.#context)], {})
  }

  #system(message: SystemMessage): void {
    const texts = message.parts.filter((part) => !isBlank(part.text))
    this.#append(
      'user',
      texts.map((part) => ({ text: `<system>\n${part.text}\n</system>` })),
      {},
    )
  }

  /** Gives every unanswered call of the last round a result, and closes the round. */
  #settle(): void {
    this.#calls.forEach((call, at) => {
      if (call.answered) return
      const reason = 'the call had no result: one was added'
      this.#context.note({ kind: 'changed', field: 'functionCall', reason })
      const missing: ToolResultPart = {
        type: 'tool-result',
        callId: call.id,
        content: [{ type: 'text', text: NO_RESULT }],
        isError: true,
      }
      const written = encodeToolResult(missing, { id: call.wireId, name: call.name }, this.#context)
      this.#resultsTurn().results.push({ at, written })
    })
    this.#calls = []
    this.#results = undefined
  }
}

const FIRST = '(The conversation begins here.)'
const NO_RESULT = 'No result of this call was recorded.'

function newTurn(role: Turn['role'], parts: JsonDraft[] = []): Turn {
  return { role, parts, results: [], extras: {} }
}

/** Neighbours of one role become one turn; dropping an empty turn may have made new neighbours. */
function merged(turns: readonly Turn[]): Turn[] {
  const out: Turn[] = []
  for (const turn of turns) {
    const last = out.at(-1)
    if (last?.role !== turn.role) {
      out.push(turn)
      continue
    }
    last.parts.push(...turn.parts)
    last.results.push(...turn.results)
    Object.assign(last.extras, turn.extras)
  }
  return out
}

function wireTurn(turn: Turn): JsonDraft {
  const results = turn.results.toSorted((a, b) => a.at - b.at).map(({ written }) => written)
  const beside = results.flatMap((written) => written.beside)
  return {
    role: turn.role,
    parts: [...results.map(({ part }) => part), ...beside, ...turn.parts],
    ...turn.extras,
  }
}

/** The system prompt: what a client of this dialect put there besides text stays, as long as the text is all it said. */
export function encodeSystem(messages: readonly SystemMessage[]): JsonDraft | undefined {
  const parts = messages.flatMap((message) => {
    const whole = markOf(message, '~parts')
    if (Array.isArray(whole)) return whole.filter(isObject).map((part) => ({ ...part }))
    return message.parts
      .filter((part) => !isBlank(part.text))
      .map((part) => ({ text: part.text, ...ownOf(part) }))
  })
  if (parts.length === 0) return undefined
  return { ...Object.assign({}, ...messages.map(ownOf)), parts }
}
