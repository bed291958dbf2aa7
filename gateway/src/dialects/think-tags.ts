/**
 * Takes thinking that a server left in the text, `<think>…</think>` at the very start, back out of it. Only for models known to do
 * so, only at the start of the answer; a tag that is never closed makes all of it thinking.
 */

import { type ChatEvent, lastTokens, type TextDeltaEvent, type TokenProbability } from '#core'
import type { StreamDecoder } from './dialect.ts'

const OPEN = '<think>'
const CLOSE = '</think>'

type Phase = 'before' | 'probing' | 'thinking' | 'after' | 'off'

export class ThinkTags {
  #phase: Phase = 'before'
  #index = 0
  #held = ''
  #tokens: TokenProbability[] | undefined
  /** Blocks that follow stand one place further back. */
  #shift = 0
  #textOpen = false

  push(events: readonly ChatEvent[]): ChatEvent[] {
    return events.flatMap((event) => this.#one(event))
  }

  #one(event: ChatEvent): ChatEvent[] {
    if (this.#phase === 'off' || !('index' in event)) return [event]
    if (this.#phase === 'before') {
      if (event.type !== 'text-start' || event.refusal) return this.#off([event])
      this.#phase = 'probing'
      this.#index = event.index
      return []
    }
    if (event.index !== this.#index) return [{ ...event, index: event.index + this.#shift }]
    if (event.type === 'text-delta') return this.#text(event)
    if (event.type === 'text-end') return this.#end()
    return [{ ...event, index: this.#index + this.#shift }]
  }

  #text({ text, probabilities }: TextDeltaEvent): ChatEvent[] {
    const index = this.#index
    switch (this.#phase) {
      case 'probing': {
        this.#held += text
        if (probabilities !== undefined) this.#tokens = [...(this.#tokens ?? []), ...probabilities]
        const start = this.#held.trimStart()
        if (start.length < OPEN.length && OPEN.startsWith(start)) return []
        if (!start.startsWith(OPEN)) {
          return this.#off([{ type: 'text-start', index }, ...this.#heldText()])
        }
        this.#phase = 'thinking'
        this.#shift = 1
        this.#held = ''
        return [{ type: 'reasoning-start', index }, ...this.#thought(start.slice(OPEN.length), probabilities)]
      }
      case 'thinking':
        return this.#thought(text, probabilities)
      default:
        return this.#answer(text, probabilities)
    }
  }

  #thought(text: string, tokens: readonly TokenProbability[] | undefined): ChatEvent[] {
    const all = this.#held + text
    const end = all.indexOf(CLOSE)
    if (end === -1) {
      // As much as may still become the closing tag stays here.
      const keep = tailOf(all)
      this.#held = all.slice(all.length - keep)
      return this.#reasoning(all.slice(0, all.length - keep))
    }
    this.#phase = 'after'
    this.#held = ''
    const rest = all.slice(end + CLOSE.length)
    return [
      ...this.#reasoning(all.slice(0, end)),
      { type: 'reasoning-end', index: this.#index },
      ...this.#answer(rest, lastTokens(tokens, rest.length)),
    ]
  }

  #reasoning(text: string): ChatEvent[] {
    return text === '' ? [] : [{ type: 'reasoning-delta', index: this.#index, text }]
  }

  #answer(text: string, tokens: readonly TokenProbability[] | undefined): ChatEvent[] {
    const shown = this.#textOpen ? text : text.trimStart()
    if (shown === '' && (tokens === undefined || !this.#textOpen)) return []
    const index = this.#index + 1
    const begin: ChatEvent[] = this.#textOpen ? [] : [{ type: 'text-start', index }]
    this.#textOpen = true
    const probabilities = shown === text ? tokens : lastTokens(tokens, shown.length)
    return [...begin, textDelta(index, shown, probabilities)]
  }

  #end(): ChatEvent[] {
    const index = this.#index
    switch (this.#phase) {
      case 'probing':
        return this.#off([{ type: 'text-start', index }, ...this.#heldText(), { type: 'text-end', index }])
      case 'thinking':
        return [...this.#reasoning(this.#held), { type: 'reasoning-end', index }]
      default:
        if (this.#textOpen) return [{ type: 'text-end', index: index + 1 }]
        // Nothing was said after the thinking: the place stays free.
        this.#shift = 0
        return []
    }
  }

  #heldText(): ChatEvent[] {
    return this.#held === '' ? [] : [textDelta(this.#index, this.#held, this.#tokens)]
  }

  #off(events: ChatEvent[]): ChatEvent[] {
    this.#phase = 'off'
    return events
  }
}

function textDelta(
  index: number,
  text: string,
  probabilities: readonly TokenProbability[] | undefined,
): ChatEvent {
  return { type: 'text-delta', index, text, ...(probabilities === undefined ? {} : { probabilities }) }
}

/** Length of the longest end of `text` that begins the closing tag. */
function tailOf(text: string): number {
  for (let length = Math.min(CLOSE.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(CLOSE.slice(0, length))) return length
  }
  return 0
}

export function withoutThinkTags(decoder: StreamDecoder): StreamDecoder {
  const tags = new ThinkTags()
  return {
    push: (frame) => tags.push(decoder.push(frame)),
    end: () => tags.push(decoder.end()),
  }
}
