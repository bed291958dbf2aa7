/**
 * Keeps the block rules for stream decoders: indices are assigned once, text and thinking blocks close when another kind
 * begins, tool calls may overlap, everything is closed at the end. Decoders say what arrived; this says which events it makes.
 */

import type { ChatEvent, Extras, OpaqueState, Part, TokenProbability } from '#core'
import { TokenQueue } from './token-queue.ts'

interface Slot {
  readonly index: number
  readonly id: string
  readonly name: string
  arguments: string
  open: boolean
}

export class BlockWriter {
  #events: ChatEvent[] = []
  #next = 0
  #prose: { readonly kind: 'text' | 'refusal' | 'reasoning'; readonly index: number } | undefined
  #opaque: OpaqueState | undefined
  #slots = new Map<string, Slot>()
  #tokens: TokenQueue | undefined
  /** A client tool call was begun somewhere in this answer. */
  sawToolCall = false

  /** Events written since the last take. */
  take(): ChatEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  emit(event: ChatEvent): void {
    this.#events.push(event)
  }

  text(text: string, refusal = false): void {
    if (text === '') return
    const index = this.#open(refusal ? 'refusal' : 'text')
    const probabilities = this.#tokens?.text(text)
    this.#events.push(
      probabilities === undefined
        ? { type: 'text-delta', index, text }
        : { type: 'text-delta', index, text, probabilities },
    )
  }

  /** Log probabilities that came with what is told next. */
  weigh(tokens: readonly TokenProbability[]): void {
    if (tokens.length === 0) return
    this.#tokens ??= new TokenQueue()
    this.#tokens.add(tokens)
  }

  /** All that came with them is told: what no text has taken is the end of the last one, or of no text at all. */
  weighed(): void {
    const prose = this.#prose
    if (this.#tokens === undefined) return
    // Nothing is said yet: they may be the beginning of a letter.
    if (prose === undefined && !this.sawToolCall) return
    if (prose === undefined || prose.kind === 'reasoning') return this.#tokens.discard()
    const probabilities = this.#tokens.rest()
    if (probabilities.length > 0) this.#weighLast(prose.index, probabilities)
  }

  /** Tokens of no text, once all is told. */
  strayTokens(): { probabilities?: readonly TokenProbability[] } {
    this.#tokens?.discard()
    const strays = this.#tokens?.strays ?? []
    return strays.length === 0 ? {} : { probabilities: strays }
  }

  #weighLast(index: number, probabilities: readonly TokenProbability[]): void {
    const last = this.#events.at(-1)
    if (last?.type !== 'text-delta' || last.index !== index) {
      this.#events.push({ type: 'text-delta', index, text: '', probabilities })
      return
    }
    this.#events[this.#events.length - 1] = {
      ...last,
      probabilities: [...(last.probabilities ?? []), ...probabilities],
    }
  }

  reasoning(text: string): void {
    if (text === '') return
    const index = this.#open('reasoning')
    this.#tokens?.hide()
    this.#events.push({ type: 'reasoning-delta', index, text })
  }

  /** State to hand out when the open (or next) thinking block closes. */
  reasoningState(state: OpaqueState): void {
    this.#open('reasoning')
    this.#opaque = state
  }

  /** A block that is whole at once. */
  part(part: Part): void {
    this.closeProse()
    this.#events.push({ type: 'part', index: this.#next++, part })
  }

  /** Index of the text block to hang a citation on; opens one if none is open. */
  textIndex(): number {
    return this.#open('text')
  }

  hasCall(slot: string): boolean {
    return this.#slots.has(slot)
  }

  /** What is known of a begun call, to tell a repeat from a new one. */
  call(slot: string): { readonly id: string; readonly name: string; readonly arguments: string } | undefined {
    return this.#slots.get(slot)
  }

  beginCall(slot: string, id: string, name: string, opaque?: OpaqueState, extras?: Extras): void {
    this.closeProse()
    // A call whose arguments are complete is over once the next begins; an incomplete one may still be interleaved.
    for (const other of this.#slots.values())
      if (other.open && isComplete(other.arguments)) this.#closeCall(other)
    const index = this.#next++
    this.#slots.set(slot, { index, id, name, arguments: '', open: true })
    this.sawToolCall = true
    this.#tokens?.hide()
    this.#events.push({
      type: 'tool-call-start',
      index,
      id,
      name,
      ...(opaque === undefined ? {} : { opaque }),
      ...(extras === undefined ? {} : { extras }),
    })
  }

  callArguments(slot: string, text: string): void {
    const call = this.#slots.get(slot)
    if (call === undefined || !call.open || text === '') return
    call.arguments += text
    this.#events.push({ type: 'tool-call-delta', index: call.index, arguments: text })
  }

  endCall(slot: string): void {
    const call = this.#slots.get(slot)
    if (call?.open) this.#closeCall(call)
  }

  closeProse(): void {
    const prose = this.#prose
    if (prose === undefined) return
    this.#prose = undefined
    if (prose.kind === 'reasoning') {
      const opaque = this.#opaque
      this.#opaque = undefined
      this.#events.push({
        type: 'reasoning-end',
        index: prose.index,
        ...(opaque === undefined ? {} : { opaque }),
      })
    } else {
      this.#events.push({ type: 'text-end', index: prose.index })
    }
  }

  closeAll(): void {
    this.closeProse()
    for (const call of this.#slots.values()) if (call.open) this.#closeCall(call)
  }

  #closeCall(call: Slot): void {
    call.open = false
    this.#events.push({ type: 'tool-call-end', index: call.index })
  }

  #open(kind: 'text' | 'refusal' | 'reasoning'): number {
    if (this.#prose?.kind === kind) return this.#prose.index
    this.closeProse()
    const index = this.#next++
    this.#prose = { kind, index }
    this.#events.push(
      kind === 'reasoning'
        ? { type: 'reasoning-start', index }
        : { type: 'text-start', index, ...(kind === 'refusal' ? { refusal: true } : {}) },
    )
    return index
  }
}

/** Whether the text is one complete JSON value. Cheap test first: most fragments do not even end in a brace. */
function isComplete(text: string): boolean {
  if (!text.trimEnd().endsWith('}')) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
