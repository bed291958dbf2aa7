/**
 * Reads the frames of a long text without parsing each: they differ from one another in the text alone. What stands before and
 * after it is learnt from one frame that was parsed; a frame with the same two ends is the same event with another text.
 * Parsing took 2 µs of the 20 that an event costs.
 */

import type { ChatEvent, Frame } from '#core'

/** A stream whose frames never repeat (padding, timestamps, counters) is not learnt from for ever. */
const PATIENCE = 4

const SPACE = 0x20
const QUOTE = 0x22
const BACKSLASH = 0x5c

export class DeltaTemplate {
  #before = ''
  #after = ''
  #event: string | undefined
  #kind: 'text-delta' | 'reasoning-delta' = 'text-delta'
  #index = -1
  #misses = 0

  /** The events of a frame that repeats the learnt one; undefined when it has to be parsed. */
  read(frame: Frame): readonly ChatEvent[] | undefined {
    const { data } = frame
    const length = data.length - this.#before.length - this.#after.length
    if (this.#index === -1 || length <= 0 || frame.event !== this.#event) return undefined
    // Slices compared take a ninth of the time of startsWith and endsWith (0.13 µs against 1.2).
    if (data.slice(0, this.#before.length) !== this.#before) return undefined
    if (data.slice(data.length - this.#after.length) !== this.#after) return undefined
    const text = data.slice(this.#before.length, this.#before.length + length)
    if (needsParsing(text)) return undefined
    this.#misses = 0
    return [{ type: this.#kind, index: this.#index, text }]
  }

  /** Learns from a parsed frame and what it said; forgets when the frame said anything but one piece of text. */
  learn(frame: Frame, events: readonly ChatEvent[]): void {
    const [event] = events
    this.#index = -1
    if (event === undefined || events.length > 1 || this.#misses >= PATIENCE) return
    if (event.type !== 'text-delta' && event.type !== 'reasoning-delta') return
    this.#misses++
    // With no escapes anywhere and no second string like it, the one found is the one that was read.
    const { data } = frame
    const quoted = `"${event.text}"`
    const at = data.indexOf(quoted)
    if (at === -1 || data.includes('\\') || data.includes(quoted, at + 1)) return
    this.#before = data.slice(0, at + 1)
    this.#after = data.slice(at + quoted.length - 1)
    this.#event = frame.event
    this.#kind = event.type
    this.#index = event.index
  }
}

/** Only whole parsing knows where a string with quotes or escapes ends, or that it is no JSON at all. */
function needsParsing(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE || unit === BACKSLASH || unit < SPACE) return true
  }
  return false
}
