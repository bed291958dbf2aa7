import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ChatEvent, fold } from '#core'
import { ThinkTags } from './think-tags.ts'

function read(pieces: readonly string[], more: readonly ChatEvent[] = []) {
  const tags = new ThinkTags()
  const events: ChatEvent[] = [
    { type: 'start' },
    { type: 'text-start', index: 0 },
    ...pieces.map((text) => ({ type: 'text-delta', index: 0, text }) as const),
    { type: 'text-end', index: 0 },
    ...more,
    { type: 'finish', reason: 'stop' },
  ]
  return fold(events.flatMap((event) => tags.push([event]))).parts.map((part) =>
    part.type === 'text' || part.type === 'reasoning' ? [part.type, part.text] : [part.type],
  )
}

const delta = (...tokens: string[]): ChatEvent => ({
  type: 'text-delta',
  index: 0,
  text: tokens.join(''),
  probabilities: tokens.map((token) => ({ token, logProbability: -1, alternatives: [] })),
})
const weighed = (...events: ChatEvent[]) => {
  const tags = new ThinkTags()
  const all: ChatEvent[] = [
    { type: 'text-start', index: 0 },
    ...events,
    { type: 'text-end', index: 0 },
    { type: 'finish', reason: 'stop' },
  ]
  return fold(all.flatMap((event) => tags.push([event]))).parts.flatMap((part) =>
    part.type === 'text' ? [[part.text, part.probabilities?.map(({ token }) => token)]] : [],
  )
}

describe('thinking left in the text', () => {
  test('pitfall 91 tags cut anywhere are found', () => {
    expect(read(['<thi', 'nk>a</th', 'ink>b'])).toEqual([
      ['reasoning', 'a'],
      ['text', 'b'],
    ])
  })

  test('pitfall 91 however the text is cut, the two parts are the same', () => {
    const text = '\n<think>one < two </thin king</think>\n\nThe <think> answer.'
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length]
        const pieces = at.slice(1).map((end, i) => text.slice(at[i], end))
        expect(read(pieces)).toEqual([
          ['reasoning', 'one < two </thin king'],
          ['text', 'The <think> answer.'],
        ])
      }),
    )
  })

  test('pitfall 91 a tag that is never closed makes all of it thinking', () => {
    expect(read(['<think>hm', 'm</thi'])).toEqual([['reasoning', 'hmm</thi']])
  })

  test('pitfall 91 a tag further on is text', () => {
    expect(read(['Use ', '<think>x</think>'])).toEqual([['text', 'Use <think>x</think>']])
    expect(read(['<'])).toEqual([['text', '<']])
  })

  test('pitfall 198 log probabilities go with the text they are of', () => {
    expect(weighed(delta('<think>', 'hm', '</think>', '\n', 'b', 'c'))).toEqual([['bc', ['b', 'c']]])
    expect(
      weighed(delta('<think>'), delta('hm'), delta('</think>'), delta('\n'), delta('b'), delta('c')),
    ).toEqual([['bc', ['b', 'c']]])
    expect(weighed(delta('<th'), delta('at'), delta('!'))).toEqual([['<that!', ['<th', 'at', '!']]])
    expect(weighed(delta('<'))).toEqual([['<', ['<']]])
  })

  test('blocks that follow keep their order', () => {
    const call: ChatEvent[] = [
      { type: 'tool-call-start', index: 1, id: 'c', name: 'f' },
      { type: 'tool-call-end', index: 1 },
    ]
    expect(read(['<think>a</think>b'], call)).toEqual([['reasoning', 'a'], ['text', 'b'], ['tool-call']])
    expect(read(['<think>a</think>'], call)).toEqual([['reasoning', 'a'], ['tool-call']])
  })
})
