import { expect, test } from 'vitest'
import type { ChatEvent } from '#core'
import { Joiner } from './joiner.ts'
import { Said } from './said.ts'

const delta = (...tokens: string[]): ChatEvent => ({
  type: 'text-delta',
  index: 0,
  text: tokens.join(''),
  probabilities: tokens.map((token) => ({ token, logProbability: -1, alternatives: [] })),
})

function joined(before: string, ...events: ChatEvent[]) {
  const said = new Said()
  said.note([
    { type: 'text-start', index: 0 },
    { type: 'text-delta', index: 0, text: before },
  ])
  const joiner = new Joiner(said)
  const all: ChatEvent[] = [
    { type: 'text-start', index: 0 },
    ...events,
    { type: 'text-end', index: 0 },
    { type: 'finish', reason: 'stop' },
  ]
  return joiner
    .push(all)
    .flatMap((event) =>
      event.type === 'text-delta' ? [[event.text, event.probabilities?.map(({ token }) => token)]] : [],
    )
}

test('pitfall 198 a text that is gone on with keeps its log probabilities, but for those of repeated words', () => {
  const before = 'It was a dark and stormy night, and the rain fell '
  expect(joined(before, delta('in', ' torrents'))).toEqual([['in torrents', ['in', ' torrents']]])
  expect(joined(before, delta('the rain', ' fell ', 'in'), delta(' torrents'))).toEqual([
    ['in', ['in']],
    [' torrents', [' torrents']],
  ])
})

test('what both answers used is counted together, and none of it loses what it was', () => {
  const said = new Said()
  said.note([
    { type: 'text-start', index: 0 },
    { type: 'text-delta', index: 0, text: 'It was a dark ' },
    {
      type: 'usage',
      usage: { inputTokens: 1000, outputTokens: 4, cacheReadTokens: 900, reasoningTokens: 3 },
    },
  ])
  const events = new Joiner(said).push([
    {
      type: 'usage',
      usage: { inputTokens: 1100, outputTokens: 20, cacheWriteTokens: 50, reasoningTokens: 7 },
    },
  ])
  expect(events).toEqual([
    {
      type: 'usage',
      usage: {
        inputTokens: 2100,
        outputTokens: 24,
        cacheReadTokens: 900,
        cacheWriteTokens: 50,
        reasoningTokens: 10,
      },
    },
  ])
})
