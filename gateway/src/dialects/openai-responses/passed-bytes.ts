/**
 * What the client was given in the provider's own bytes, as far as what is written after them must agree with it: clients refuse a
 * response or an item whose id changes on the way.
 */

import { type ChatEvent, isObject, type JsonObject, objectOf, parseJson, stringOf } from '#core'
import { onlyComments } from '../comment-frames.ts'

export class PassedBytes {
  /** The response's. */
  id: string | undefined
  /** Items that are complete, as they were given. */
  readonly items: JsonObject[] = []
  /** The item that has begun, and its parts that are complete. */
  open: { readonly item: JsonObject; readonly parts: JsonObject[] } | undefined
  /** A part of the open item has begun. */
  partly = false
  /** What the block of text that is open has said; undefined when none is. */
  text: string | undefined
  #latest = ''

  /** Whole frames. Deltas are most of them, and nothing of them is needed but the last number. */
  read(raw: Buffer): void {
    const text = raw.toString('latin1')
    for (let from = 0; from < text.length;) {
      const to = endOfFrame(text, from)
      const type = text.indexOf('{"type":"', from)
      const isDelta = type !== -1 && type < to && text.endsWith('.delta', text.indexOf('"', type + 9))
      if (!isDelta) this.#event(raw.toString('utf8', from, to))
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
    if (event.type === 'text-start') this.text = ''
    else if (event.type === 'text-delta') this.text = (this.text ?? '') + event.text
    else if (event.type === 'text-end') this.text = undefined
  }

  #event(frame: string): void {
    // A dot ends at ends of lines that JSON may have in its texts.
    const data = /^data:([^\n]*)/m.exec(frame)?.[1]
    const event = data === undefined ? undefined : parseJson(data)
    if (!isObject(event)) return
    this.id ??= stringOf(objectOf(event['response'])?.['id'])
    const item = objectOf(event['item'])
    const part = objectOf(event['part'])
    const type = event['type']
    if (type === 'response.output_item.added') {
      this.open = item === undefined ? undefined : { item, parts: [] }
      this.partly = false
    } else if (type === 'response.output_item.done') {
      if (item !== undefined) this.items.push(item)
      this.open = undefined
    } else if (part !== undefined) {
      // A part of a message, or of a summary of thinking.
      this.partly = typeof type === 'string' && type.endsWith('.added')
      if (!this.partly) this.open?.parts.push(part)
    }
  }
}

function endOfFrame(text: string, from: number): number {
  const end = text.indexOf('\n\n', from)
  if (end !== -1) return end + 2
  const other = text.indexOf('\n\r\n', from)
  return other === -1 ? text.length : other + 3
}
