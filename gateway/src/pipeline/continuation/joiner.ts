/** Turns the events of a second answer into the continuation of the first: one text, no repeated words, indices that go on. */

import { addUsage, type ChatEvent, lastTokens, type TokenProbability, type Usage } from '#core'
import { overlap, undecided } from './overlap.ts'
import type { Said } from './said.ts'

export class Joiner {
  readonly #said: Said
  readonly #before: string
  readonly #usageBefore: Usage | undefined
  /** Index in the client's stream, by the index in this one. Undefined: the block is left out. */
  readonly #indices = new Map<number, number | undefined>()
  /** First words, until it is clear whether they repeat. */
  #held: string | undefined
  #tokens: TokenProbability[] | undefined
  #firstText: number | undefined

  constructor(said: Said) {
    this.#said = said
    this.#before = said.text
    this.#usageBefore = said.usage
    if (said.text !== '') this.#held = ''
  }

  /** Events for the client; they are noted as said. */
  push(events: readonly ChatEvent[]): ChatEvent[] {
    const joined = events.flatMap((event) => this.#join(event))
    this.#said.note(joined)
    return joined
  }

  #join(event: ChatEvent): ChatEvent[] {
    switch (event.type) {
      case 'start':
        return []
      case 'text-start':
        return this.#textStart(event)
      case 'reasoning-start':
        // Thinking about how to go on is nothing the client asked to see in the middle of a text.
        return this.#before === '' ? this.#opened(event) : this.#leaveOut(event.index)
      case 'tool-call-start':
      case 'part':
        return [...this.#release(), ...this.#closeOpen(), ...this.#placed(event)]
      case 'text-delta':
        return this.#text(event)
      case 'usage':
        return [{ type: 'usage', usage: sumOf(this.#usageBefore, event.usage) }]
      case 'finish':
        return [...this.#release(), ...this.#closeOpen(), event]
      case 'error':
        return [...this.#release(), event]
      case 'text-end':
        return [...this.#release(), ...this.#moved(event)]
      default:
        return this.#moved(event)
    }
  }

  #textStart(event: Extract<ChatEvent, { type: 'text-start' }>): ChatEvent[] {
    const { open } = this.#said
    if (this.#firstText === undefined && open?.kind === 'text') {
      this.#firstText = event.index
      this.#indices.set(event.index, open.index)
      return []
    }
    this.#firstText ??= event.index
    return this.#opened(event)
  }

  #opened(event: Extract<ChatEvent, { type: 'text-start' | 'reasoning-start' }>): ChatEvent[] {
    const closing = this.#closeOpen()
    return [...closing, ...this.#placed(event)]
  }

  #placed(event: Extract<ChatEvent, { index: number }>): ChatEvent[] {
    const index = this.#said.nextIndex++
    this.#indices.set(event.index, index)
    return [{ ...event, index }]
  }

  #leaveOut(index: number): ChatEvent[] {
    this.#indices.set(index, undefined)
    return []
  }

  #moved(event: Extract<ChatEvent, { index: number }>): ChatEvent[] {
    const index = this.#indices.get(event.index)
    return index === undefined ? [] : [{ ...event, index }]
  }

  /** What the first answer left open. */
  #closeOpen(): ChatEvent[] {
    const { open } = this.#said
    if (open === undefined) return []
    this.#said.open = undefined
    return [{ type: open.kind === 'text' ? 'text-end' : 'reasoning-end', index: open.index }]
  }

  #text(event: Extract<ChatEvent, { type: 'text-delta' }>): ChatEvent[] {
    if (this.#held === undefined || event.index !== this.#firstText) return this.#moved(event)
    this.#held += event.text
    if (event.probabilities !== undefined) this.#tokens = [...(this.#tokens ?? []), ...event.probabilities]
    return undecided(this.#before, this.#held) ? [] : this.#release()
  }

  #release(): ChatEvent[] {
    const held = this.#held
    this.#held = undefined
    if (held === undefined || held === '' || this.#firstText === undefined) return []
    const fresh = held.slice(overlap(this.#before, held))
    if (fresh === '') return []
    const probabilities = fresh === held ? this.#tokens : lastTokens(this.#tokens, fresh.length)
    return this.#moved({
      type: 'text-delta',
      index: this.#firstText,
      text: fresh,
      ...(probabilities === undefined ? {} : { probabilities }),
    })
  }
}

function sumOf(before: Usage | undefined, usage: Usage): Usage {
  return before === undefined ? usage : addUsage(before, usage)
}
