/** A stream for many readers: who has left before it was opened holds nobody up. */

import { expect, test } from 'vitest'
import type { ChatEvent } from '#core'
import type { AnswerStream, StreamReader } from '../answer.ts'
import { Cancellation } from '../cancellation.ts'
import { SharedStream } from './shared-stream.ts'

/** A provider's stream that says what it is told to say. */
class Source implements AnswerStream {
  reader: StreamReader | undefined
  paused = false

  read(reader: StreamReader): void {
    this.reader = reader
  }

  say(text: string): void {
    const event: ChatEvent = { type: 'text-delta', index: 0, text }
    this.reader?.onEvents([event], undefined)
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  whenOver(): void {}
}

function listen(stream: AnswerStream): { readonly heard: string[]; overs: number } {
  const ears = { heard: [] as string[], overs: 0 }
  stream.read({
    onEvents: (events) =>
      void ears.heard.push(...events.map((event) => (event.type === 'text-delta' ? event.text : ''))),
    onOver: () => void ears.overs++,
  })
  return ears
}

function left(): Cancellation {
  const cancellation = new Cancellation()
  cancellation.cancel()
  return cancellation
}

test('who had left already is told once that it is over, and the others hear everything', () => {
  const source = new Source()
  let emptied = 0
  const shared = new SharedStream(source, { onEmpty: () => void emptied++, onUsed: () => {} })
  const other = listen(shared.open(new Cancellation()))
  const gone = listen(shared.open(left()))
  expect([gone.heard, gone.overs, emptied]).toEqual([[], 1, 0])
  // More than is kept for late comers: it must not pile up for somebody who is not there.
  const piece = 'x'.repeat(1024 * 1024)
  for (let i = 0; i < 12; i++) source.say(piece)
  expect([other.heard.length, source.paused]).toEqual([12, false])
})

test('when the only one had left already, the call is given up', () => {
  let emptied = 0
  const shared = new SharedStream(new Source(), { onEmpty: () => void emptied++, onUsed: () => {} })
  const gone = listen(shared.open(left()))
  expect([gone.overs, emptied]).toEqual([1, 1])
})
