/**
 * Neutral messages as turns of the wire. Keeps what this dialect insists on: turns alternate, the results of a turn's calls
 * stand first in the very next user turn, every call has a result and every result a call, call ids are legal and unique.
 */

import { isObject } from '#core'
import type { JsonDraft, JsonValue, Message, Part, SystemMessage, ToolMessage, ToolResultPart } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { callDraft } from './blocks.ts'
import { encodeContent, encodeSystemText } from './parts.ts'
import { cacheControl, isBlank, markOf, ownOf } from './wire.ts'

interface Turn {
  readonly role: 'user' | 'assistant' | 'system'
  readonly blocks: JsonDraft[]
  /** Results by the position of their call. */
  readonly results: { readonly at: number; readonly block: JsonDraft }[]
  extras: JsonDraft
}

interface Call {
  readonly id: string
  readonly wireId: string
  readonly at: number
  answered: boolean
}

export class Turns {
  readonly #context: EncodeContext
  #turns: Turn[] = []
  #calls: Call[] = []
  #results: Turn | undefined
  #ids = new Set<string>()

  constructor(context: EncodeContext) {
    this.#context = context
  }

  add(message: Message): void {
    switch (message.role) {
      case 'user':
        return this.#append('user', encodeContent(message.parts, this.#context), ownOf(message))
      case 'tool':
        return this.#tool(message)
      case 'system':
        return this.#system(message)
      case 'assistant':
        // New calls after a finished round close that round's books first.
        if (this.#turns.at(-1)?.role !== 'assistant' && message.parts.some(isCall)) this.#settle()
        return this.#append(
          'assistant',
          encodeContent(message.parts, this.#context, (part) => callDraft(part, this.#open(part.id))),
          ownOf(message),
        )
    }
  }

  /** The finished list; empty when nobody said anything. */
  end(): JsonDraft[] {
    this.#settle()
    const turns = this.#turns.filter((turn) => turn.blocks.length + turn.results.length > 0)
    const first = turns[0]
    if (first !== undefined && first.role !== 'user') turns.unshift(textTurn('user', FIRST))
    this.#endWithUser(turns)
    return merged(turns).map(wireTurn)
  }

  #append(role: 'user' | 'assistant', blocks: JsonDraft[], extras: Readonly<JsonDraft>): void {
    if (blocks.length === 0 && Object.keys(extras).length === 0) return
    const turn = role === 'user' ? this.#userTurn() : this.#assistantTurn()
    turn.blocks.push(...blocks)
    Object.assign(turn.extras, extras)
  }

  #userTurn(): Turn {
    const last = this.#turns.at(-1)
    if (last?.role === 'user') return last
    const turn = this.#push('user')
    // Even if the words come first, the results of open calls will stand at the head of this turn.
    if (this.#results === undefined && this.#calls.length > 0) this.#results = turn
    return turn
  }

  #assistantTurn(): Turn {
    const last = this.#turns.at(-1)
    return last?.role === 'assistant' ? last : this.#push('assistant')
  }

  #push(role: Turn['role']): Turn {
    const turn: Turn = { role, blocks: [], results: [], extras: {} }
    this.#turns.push(turn)
    return turn
  }

  #open(id: string): string {
    const wireId = this.#legalId(id)
    this.#calls.push({ id, wireId, at: this.#calls.length, answered: false })
    return wireId
  }

  /** The same input always gives the same ids, so that a longer history repeats the shorter one's bytes. */
  #legalId(id: string): string {
    const plain = id.replaceAll(/[^a-zA-Z0-9_-]/g, '_') || 'call'
    let legal = plain
    for (let n = 2; this.#ids.has(legal); n++) legal = `${plain}_${n}`
    this.#ids.add(legal)
    return legal
  }

  #tool(message: ToolMessage): void {
    for (const part of message.parts) {
      const call = this.#callOf(part)
      if (call === undefined) this.#orphan(part)
      else this.#answer(call, part)
    }
    const extras = ownOf(message)
    if (Object.keys(extras).length > 0) Object.assign(this.#userTurn().extras, extras)
  }

  /** Pairs by id within the last round only, since some servers restart their ids every turn; without an id, by order. */
  #callOf(part: ToolResultPart): Call | undefined {
    return this.#calls.find((call) => !call.answered && (part.callId === '' || call.id === part.callId))
  }

  #answer(call: Call, part: ToolResultPart): void {
    call.answered = true
    const content = encodeContent(part.content, this.#context)
    this.#resultsTurn().results.push({
      at: call.at,
      block: {
        type: 'tool_result',
        tool_use_id: call.wireId,
        ...(content.length === 0 ? {} : { content: plainOr(content) }),
        ...(part.isError ? { is_error: true } : {}),
        ...cacheControl(part.cache),
        ...ownOf(part),
      },
    })
  }

  #resultsTurn(): Turn {
    if (this.#results !== undefined) return this.#results
    return (this.#results = this.#userTurn())
  }

  /** What a tool said is not lost with its call: it goes on as the user's words. */
  #orphan(part: ToolResultPart): void {
    this.#context.note({
      kind: 'changed',
      field: 'tool_result',
      reason: 'no open call has this id: sent as user text',
    })
    const content = encodeContent(part.content, this.#context)
    const label = `Result of the tool ${part.name ?? 'call'}${part.callId === '' ? '' : ` (${part.callId})`}:`
    const blocks = content.length === 0 ? [textBlock(`${label} (empty)`)] : [textBlock(label), ...content]
    this.#append('user', blocks, {})
  }

  #system(message: SystemMessage): void {
    const { midSystem } = this.#context.traits
    const native = markOf(message, '~content')
    const blocks =
      Array.isArray(native) && midSystem !== false
        ? native.filter(isObject).map((each) => ({ ...each }))
        : undefined
    if (blocks === undefined && !midSystem) {
      const texts = message.parts.filter((part) => !isBlank(part.text))
      this.#append(
        'user',
        texts.map((part) => ({ ...textBlock(wrap(part.text)), ...cacheControl(part.cache) })),
        {},
      )
      return
    }
    // A turn of its own may not come between calls and their results: their place is made first.
    if (this.#calls.length > 0) this.#resultsTurn()
    const turn = this.#push('system')
    turn.blocks.push(...(blocks ?? encodeSystemText(message.parts)))
    turn.extras = { ...ownOf(message) }
  }

  /** Gives every unanswered call of the last round a result, and closes the round. */
  #settle(): void {
    for (const call of this.#calls) {
      if (call.answered) continue
      this.#context.note({
        kind: 'changed',
        field: 'tool_use',
        reason: 'the call had no result: one was added',
      })
      this.#resultsTurn().results.push({
        at: call.at,
        block: { type: 'tool_result', tool_use_id: call.wireId, content: NO_RESULT, is_error: true },
      })
    }
    this.#calls = []
    this.#results = undefined
  }

  /** What the last turn may be: prefill is trimmed, or refused by newer models and then turned into a request. */
  #endWithUser(turns: Turn[]): void {
    const last = turns.at(-1)
    if (last?.role !== 'assistant') return
    if (this.#context.traits.noPrefill) {
      this.#context.note({
        kind: 'changed',
        field: 'messages',
        reason: 'prefill is refused: a request to go on was added',
      })
      turns.push(textTurn('user', GO_ON))
      return
    }
    const block = last.blocks.at(-1)
    if (block !== undefined && typeof block['text'] === 'string') block['text'] = block['text'].trimEnd()
  }
}

function isCall(part: Part): boolean {
  return part.type === 'tool-call'
}

const FIRST = '(The conversation begins here.)'
const GO_ON = 'Continue exactly where your last message ends.'
const NO_RESULT = 'No result of this call was recorded.'

/** How a system turn reads where only users and assistants may speak. */
function wrap(text: string): string {
  return `<system>\n${text}\n</system>`
}

function textBlock(text: string): JsonDraft {
  return { type: 'text', text }
}

function textTurn(role: 'user' | 'assistant', text: string): Turn {
  return { role, blocks: [textBlock(text)], results: [], extras: {} }
}

/** Neighbours of one role become one turn; dropping an empty turn may have made new neighbours. */
function merged(turns: readonly Turn[]): Turn[] {
  const out: Turn[] = []
  for (const turn of turns) {
    const last = out.at(-1)
    if (last === undefined || last.role !== turn.role || last.role === 'system') {
      out.push(turn)
      continue
    }
    last.blocks.push(...turn.blocks)
    last.results.push(...turn.results)
    Object.assign(last.extras, turn.extras)
  }
  return out
}

function wireTurn(turn: Turn): JsonDraft {
  const results = turn.results.toSorted((a, b) => a.at - b.at).map((result) => result.block)
  return { role: turn.role, content: plainOr([...results, ...turn.blocks]), ...turn.extras }
}

/** A lone text without marks or citations is written as a plain string. */
function plainOr(blocks: JsonDraft[]): JsonValue {
  const [only] = blocks
  if (blocks.length !== 1 || only === undefined || only['type'] !== 'text') return blocks
  return Object.keys(only).length === 2 ? (only['text'] ?? '') : blocks
}
