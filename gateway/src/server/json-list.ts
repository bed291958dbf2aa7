/**
 * A stream as one JSON list, written as it grows: for clients of a dialect whose streams are lists unless events were asked for.
 * Each item is the data of one event and passes as it is, so the dialect words its streams only once.
 */

import { Buffer } from 'node:buffer'
import type { StreamEncoder } from '#dialects'
import type { AnswerStream, StreamReader } from '#pipeline'

export class JsonList {
  #begun = false
  #over = false

  /** The items in whole events, as they stand in the list. */
  items(events: string): string {
    let text = ''
    for (const event of events.split(/\r?\n\r?\n/)) {
      const item = dataOf(event)
      // An empty item is a keep-alive; `[DONE]` is no JSON.
      if (item === '' || item === '{}' || item === '[DONE]') continue
      text += (this.#begun ? ',\n' : '[') + item
      this.#begun = true
    }
    return text
  }

  end(): string {
    if (this.#over) return ''
    this.#over = true
    return this.#begun ? ']\n' : '[]\n'
  }
}

function dataOf(event: string): string {
  return event
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trim())
    .join('\n')
}

/** Words events as items of the list. Between items, JSON takes any blank. */
export function listEncoder(list: JsonList, inner: StreamEncoder): StreamEncoder {
  return {
    push(event) {
      const items = list.items(inner.push(event))
      return event.type === 'finish' || event.type === 'error' ? items + list.end() : items
    },
    keepAlive: () => '\n',
    ...(inner.passed === undefined ? {} : { passed: (events, raw) => inner.passed?.(events, raw) }),
  }
}

/** The provider's own events as items of the list: for the lane in which they pass as they are. */
export function listStream(list: JsonList, stream: AnswerStream): AnswerStream {
  let continued = false
  const reading = (reader: StreamReader): StreamReader => ({
    onEvents(events, raw) {
      const last = events.at(-1)?.type
      // The encoder words what broke the stream and what another says instead, and ends the list.
      if (last === 'error' || continued) return reader.onEvents(events, raw)
      const items = raw === undefined ? '' : list.items(raw.toString('utf8'))
      const text = last === 'finish' ? items + list.end() : items
      reader.onEvents(events, text === '' ? undefined : Buffer.from(text))
    },
    onContinued() {
      continued = true
      reader.onContinued?.()
    },
    onOver: () => reader.onOver(),
  })
  return {
    ...(stream.continues === true ? { continues: true } : {}),
    read: (reader) => stream.read(reading(reader)),
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    whenOver: (listener) => stream.whenOver(listener),
  }
}
