import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '#core'
import { RepeatedFrames } from './repeated-frames.ts'

const frame = (text: string, more: object = {}): Buffer =>
  Buffer.from(
    `data: ${JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { content: text } }], ...more })}\n\n`,
  )
const delta = (text: string): ChatEvent => ({ type: 'text-delta', index: 2, text })

const weighed = (text: string) =>
  Buffer.from(
    `data: {"choices":[{"delta":{"content":"${text}"},"logprobs":{"content":[{"token":"o","logprob":-1},{"token":"ne","logprob":-2}]}}]}\n\n`,
  )

function learnt(): RepeatedFrames {
  const frames = new RepeatedFrames(true)
  frames.learn(frame('one'), 1, [delta('one')])
  return frames
}

describe('a learnt frame', () => {
  test('gives the events of a piece whose frames differ from it in their text alone', () => {
    expect(learnt().read(frame(' zwö'))).toEqual([delta(' zwö')])
    expect(learnt().read(Buffer.concat([frame('a'), frame('b')]))).toEqual([delta('a'), delta('b')])
  })

  test('tells nothing of what passes as it is, and knows it all the same', () => {
    const frames = new RepeatedFrames(false)
    frames.learn(frame('one'), 1, [delta('one')])
    expect(frames.read(Buffer.concat([frame('a'), frame('b')]))).toEqual([])
    expect(frames.read(frame('two', { usage: {} }))).toBeUndefined()
  })

  test('is nothing for a piece that differs in anything else, or is not whole', () => {
    expect(learnt().read(frame('two', { usage: {} }))).toBeUndefined()
    expect(learnt().read(frame(''))).toBeUndefined()
    expect(learnt().read(frame('a "quoted" word'))).toBeUndefined()
    expect(learnt().read(frame('a\nline'))).toBeUndefined()
    expect(learnt().read(frame('two').subarray(0, -1))).toBeUndefined()
    expect(learnt().read(Buffer.concat([frame('two'), Buffer.from('data: {')]))).toBeUndefined()
  })

  test('is forgotten when the next piece read in full says something else', () => {
    const frames = learnt()
    frames.learn(frame('two'), 1, [delta('two'), { type: 'text-end', index: 2 }])
    expect(frames.read(frame('three'))).toBeUndefined()
  })

  test('pitfall 198 is not taken from a frame with log probabilities: they are of one text only', () => {
    const frames = new RepeatedFrames(true)
    const probabilities = [{ token: 'o', logProbability: -1, alternatives: [] }]
    frames.learn(weighed('one'), 1, [{ type: 'text-delta', index: 2, text: 'one', probabilities }])
    expect(frames.read(weighed('two'))).toBeUndefined()
  })

  test('stays known when one between has to be parsed for its text alone, however many there are', () => {
    const frames = learnt()
    for (let i = 0; i < 9; i++) {
      const text = `line ${i}\n"quoted"`
      expect(frames.read(frame(text))).toBeUndefined()
      frames.learn(frame(text), 1, [delta(text)])
    }
    expect(frames.read(frame('two'))).toEqual([delta('two')])
    frames.learn(frame('\n'), 1, [{ type: 'text-delta', index: 3, text: '\n' }])
    expect(frames.read(frame('two'))).toBeUndefined()
  })

  test('is not taken from a frame in which the text cannot be told from another string', () => {
    const frames = new RepeatedFrames(true)
    frames.learn(Buffer.from('data: {"model":"a","content":"a"}\n\n'), 1, [delta('a')])
    expect(frames.read(Buffer.from('data: {"model":"b","content":"a"}\n\n'))).toBeUndefined()
    frames.learn(Buffer.from('data: {"model":"A","content":"\\u0041"}\n\n'), 1, [delta('A')])
    expect(frames.read(Buffer.from('data: {"model":"B","content":"\\u0041"}\n\n'))).toBeUndefined()
  })

  test('whatever the texts and however many come at once, what is read equals what parsing gives', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 })), (pieces) => {
        const frames = new RepeatedFrames(true)
        for (const texts of pieces) {
          const piece = Buffer.concat(texts.map((text) => frame(text)))
          const parsed = texts.filter((text) => text !== '').map(delta)
          const read = frames.read(piece)
          if (read === undefined) frames.learn(piece, texts.length, parsed)
          expect(read ?? parsed).toEqual(parsed)
        }
      }),
    )
  })
})
