/**
 * What the client was given in the provider's own bytes, as far as what is written after them must agree with it: clients refuse a
 * response or an item whose id changes on the way.
 */

import {
  type ChatEvent,
  isObject,
  type JsonObject,
  objectOf,
  parseJson,
  stringOf,
  type TokenProbability,
} from '#core'
import { onlyComments } from '../comment-frames.ts'

/** An item that has begun, its parts that are complete, and what was said in the one that has begun. */
export interface BegunItem {
  readonly item: JsonObject
  readonly parts: readonly JsonObject[]
  readonly part: BegunPart | undefined
}

interface BegunPart {
  readonly type: string | undefined
  readonly text: string
  readonly annotations: readonly JsonObject[]
  readonly probabilities: readonly TokenProbability[]
}

/** A block that is open. A thought of several parts is one, with a gap between them. */
interface Said {
  readonly type: 'text' | 'reasoning'
  text: string
  readonly probabilities: TokenProbability[]
}

const GAP = '\n\n'

export class PassedBytes {
  /** As it began. */
  response: JsonObject | undefined
  /** Items that are complete, as they were given. */
  readonly items: JsonObject[] = []
  /** The item that has begun, and its parts that are complete. */
  open: { readonly item: JsonObject; readonly parts: JsonObject[] } | undefined
  /** The part of the open item that has begun. */
  part: JsonObject | undefined
  /** It has said something: blocks are closed only when the next one speaks. */
  #spoken = false
  #said: Said | undefined
  #annotations: JsonObject[] = []
  #latest = ''

  /** Whole frames. Deltas are most of them, and nothing of them is needed but the last number. */
  read(raw: Buffer): void {
    const text = raw.toString('latin1')
    for (let from = 0; from < text.length;) {
      const to = endOfFrame(text, from)
      const type = text.indexOf('{"type":"', from)
      const isDelta = type !== -1 && type < to && text.endsWith('.delta', text.indexOf('"', type + 9))
      if (isDelta) this.#spoken = true
      else this.#event(raw.toString('utf8', from, to))
      from = to
    }
    // A comment has no number.
    if (!onlyComments(raw)) this.#latest = text
  }

  /** For the next event. */
  get number(): number {
    const told = /.*"sequence_number":\s*(\d+)/s.exec(this.#latest)?.[1]
    return told === undefined ? 0 : Number(told) + 1
  }

  note(event: ChatEvent): void {
    switch (event.type) {
      case 'text-start':
        this.#said = { type: 'text', text: '', probabilities: [] }
        return
      case 'reasoning-start':
        this.#said = { type: 'reasoning', text: '', probabilities: [] }
        return
      case 'text-delta':
        if (event.probabilities !== undefined) this.#said?.probabilities.push(...event.probabilities)
        if (this.#said !== undefined) this.#said.text += event.text
        return
      case 'reasoning-delta':
        if (this.#said !== undefined) this.#said.text += event.text
        return
      case 'text-end':
      case 'reasoning-end':
        this.#said = undefined
        return
      default:
    }
  }

  /** What kind of block is open. */
  get says(): Said['type'] | undefined {
    return this.#said?.type
  }

  get begun(): BegunItem | undefined {
    return this.open === undefined ? undefined : { ...this.open, part: this.#begunPart(this.open.parts) }
  }

  #begunPart(before: readonly JsonObject[]): BegunPart | undefined {
    if (this.part === undefined) return undefined
    const { text = '', probabilities = [] } = (this.#spoken ? this.#said : undefined) ?? {}
    const told =
      this.says === 'reasoning' ? before.map((part) => `${stringOf(part['text']) ?? ''}${GAP}`).join('') : ''
    const type = stringOf(this.part['type'])
    return { type, text: text.slice(told.length), annotations: this.#annotations, probabilities }
  }

  #event(frame: string): void {
    // A dot ends at ends of lines that JSON may have in its texts.
    const data = /^data:([^\n]*)/m.exec(frame)?.[1]
    const event = data === undefined ? undefined : parseJson(data)
    if (!isObject(event)) return
    const type = stringOf(event['type']) ?? ''
    if (type.endsWith('.delta')) this.#spoken = true
    this.response ??= objectOf(event['response'])
    const annotation = objectOf(event['annotation'])
    if (annotation !== undefined) this.#annotations.push(annotation)
    const item = objectOf(event['item'])
    const part = objectOf(event['part'])
    if (type === 'response.output_item.added') {
      this.open = item === undefined ? undefined : { item, parts: [] }
      this.part = undefined
    } else if (type === 'response.output_item.done') {
      if (item !== undefined) this.items.push(item)
      this.open = undefined
      this.part = undefined
    } else if (part !== undefined) {
      // A part of a message, or of a summary of thinking.
      this.part = type.endsWith('.added') ? part : undefined
      if (this.part === undefined) this.open?.parts.push(part)
      this.#annotations = []
      this.#spoken = false
    }
  }
}

function endOfFrame(text: string, from: number): number {
  const end = text.indexOf('\n\n', from)
  if (end !== -1) return end + 2
  const other = text.indexOf('\n\r\n', from)
  return other === -1 ? text.length : other + 3
}
