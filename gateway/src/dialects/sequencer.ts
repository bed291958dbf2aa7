/**
 * Turns neutral blocks that may overlap into strictly sequential ones: a block that opens while another is open is held
 * until that one ends. For dialects whose clients take one block at a time. Block order and indices stay as they were.
 */

import type { ChatEvent } from '#core'

interface Held {
  readonly index: number
  readonly events: ChatEvent[]
  ended: boolean
}

export class Sequencer {
  #current: { readonly index: number; readonly kind: BlockKind } | undefined
  #held: Held[] = []

  push(event: ChatEvent): readonly ChatEvent[] {
    switch (event.type) {
      case 'start':
      case 'usage':
        return [event]
      case 'error':
        // What is held was never shown; after a failure it would only be half a block.
        this.#held = []
        this.#current = undefined
        return [event]
      case 'finish':
        return [...this.#closeAll(), event]
      default:
        return this.#block(event)
    }
  }

  #block(event: BlockEvent): readonly ChatEvent[] {
    if (this.#current === undefined) {
      const begun = kindBegun(event)
      if (begun !== undefined) this.#current = { index: event.index, kind: begun }
      return [event]
    }
    if (event.index !== this.#current.index) {
      this.#hold(event)
      return NOTHING
    }
    if (!ends(event)) return [event]
    this.#current = undefined
    return this.#held.length === 0 ? [event] : [event, ...this.#release()]
  }

  #hold(event: BlockEvent): void {
    let held = this.#held.find((each) => each.index === event.index)
    if (held === undefined) {
      held = { index: event.index, events: [], ended: false }
      this.#held.push(held)
    }
    held.events.push(event)
    if (ends(event)) held.ended = true
  }

  /** Lets out held blocks up to and including the first that is still open. */
  #release(): ChatEvent[] {
    const out: ChatEvent[] = []
    for (let held = this.#held.shift(); held !== undefined; held = this.#held.shift()) {
      out.push(...held.events)
      if (held.ended) continue
      const first = held.events[0]
      const kind = first === undefined ? undefined : kindBegun(first)
      if (kind !== undefined) this.#current = { index: held.index, kind }
      break
    }
    return out
  }

  #closeAll(): ChatEvent[] {
    const out: ChatEvent[] = []
    while (this.#current !== undefined) {
      const { index, kind } = this.#current
      this.#current = undefined
      out.push({ type: `${kind}-end`, index }, ...this.#release())
    }
    return out
  }
}

type BlockKind = 'text' | 'reasoning' | 'tool-call'
type BlockEvent = Exclude<ChatEvent, { readonly type: 'start' | 'usage' | 'finish' | 'error' }>

const NOTHING: readonly ChatEvent[] = []

function kindBegun(event: ChatEvent): BlockKind | undefined {
  switch (event.type) {
    case 'text-start':
      return 'text'
    case 'reasoning-start':
      return 'reasoning'
    case 'tool-call-start':
      return 'tool-call'
    default:
      return undefined
  }
}

/** A whole part is its own end. */
function ends(event: BlockEvent): boolean {
  return (
    event.type === 'text-end' ||
    event.type === 'reasoning-end' ||
    event.type === 'tool-call-end' ||
    event.type === 'part'
  )
}
