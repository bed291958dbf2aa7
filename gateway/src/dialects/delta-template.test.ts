import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatEvent, Frame } from '#core'
import { DeltaTemplate } from './delta-template.ts'

const chunk = (text: string, more: object = {}): Frame => ({
  data: JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { content: text } }], ...more }),
})
const delta = (text: string): ChatEvent => ({ type: 'text-delta', index: 2, text })

describe('a learnt frame', () => {
  test('gives the event of a frame that differs in its text alone', () => {
    const template = new DeltaTemplate()
    template.learn(chunk('one'), [delta('one')])
    expect(template.read(chunk(' two'))).toEqual([delta(' two')])
  })

  test('is nothing for a frame that differs in anything else', () => {
    const template = new DeltaTemplate()
    template.learn(chunk('one'), [delta('one')])
    expect(template.read(chunk('two', { usage: {} }))).toBeUndefined()
    expect(template.read({ ...chunk('two'), event: 'error' })).toBeUndefined()
    expect(template.read(chunk(''))).toBeUndefined()
  })

  test('is forgotten when the next parsed frame says something else', () => {
    const template = new DeltaTemplate()
    template.learn(chunk('one'), [delta('one')])
    template.learn(chunk('two'), [delta('two'), { type: 'text-end', index: 2 }])
    expect(template.read(chunk('three'))).toBeUndefined()
  })

  test('is not taken from a frame in which the text cannot be told from another string', () => {
    const template = new DeltaTemplate()
    const twice = { data: '{"model":"a","content":"a"}' }
    template.learn(twice, [delta('a')])
    expect(template.read({ data: '{"model":"b","content":"a"}' })).toBeUndefined()
    const escaped = { data: '{"model":"A","content":"\\u0041"}' }
    template.learn(escaped, [delta('A')])
    expect(template.read({ data: '{"model":"B","content":"\\u0041"}' })).toBeUndefined()
  })

  test('whatever the texts, what is read equals what parsing gives', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
        const template = new DeltaTemplate()
        for (const text of texts) {
          const frame = chunk(text)
          const parsed = text === '' ? [] : [delta(text)]
          const read = template.read(frame)
          if (read === undefined) template.learn(frame, parsed)
          expect(read ?? parsed).toEqual(parsed)
        }
      }),
    )
  })
})
