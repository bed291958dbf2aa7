/** What the client has been given of an answer, as far as another model must know it to go on. */

import type { ChatEvent, Usage } from '#core'

/** Characters: a longer answer is not carried over. */
const LONGEST = 200_000

type BlockKind = 'text' | 'reasoning'

export class Said {
  text = ''
  usage: Usage | undefined
  /** Index for the next block. */
  nextIndex = 0
  /** A block that is open: one at most, or nothing can go on from here. */
  open: { readonly kind: BlockKind; readonly index: number } | undefined
  /** Something was said that no other model can go on from. */
  #spliceless = false

  /** Whether another model may go on from here. */
  get canGoOn(): boolean {
    return !this.#spliceless && this.text.length <= LONGEST
  }

  note(events: readonly ChatEvent[]): void {
    for (const event of events) this.#noteOne(event)
  }

  #noteOne(event: ChatEvent): void {
    switch (event.type) {
      case 'text-start':
        return this.#opened('text', event.index, event.refusal === true)
      case 'reasoning-start':
        return this.#opened('reasoning', event.index, false)
      case 'text-delta':
        if (this.text.length <= LONGEST) this.text += event.text
        return
      case 'text-end':
      case 'reasoning-end':
        this.open = undefined
        return
      case 'tool-call-start':
      case 'part':
        // A call that was begun elsewhere cannot be completed by a guess, and what was called need not be called again.
        this.#spliceless = true
        return
      case 'usage':
        this.usage = event.usage
        return
      default:
    }
  }

  #opened(kind: BlockKind, index: number, refusal: boolean): void {
    if (this.open !== undefined || refusal) this.#spliceless = true
    this.open = { kind, index }
    this.nextIndex = index + 1
  }
}
