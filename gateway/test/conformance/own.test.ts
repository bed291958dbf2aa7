/** The same proof on exchanges of our own: it holds where the recordings are missing. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { differences } from './compare.ts'
import { seeErrors } from './errors.ts'
import { CLIENTS, type RecordedExchange } from './exchange.ts'
import { expectedOf, meaningOf } from './expected.ts'
import { LOSS_RULES } from './losses.ts'
import { forAll, type Hall, judge, type Judgement, openHall, type Split } from './matrix.ts'
import { layOut, OWN, UNICODE } from './own.ts'

const ANSWERED = OWN.filter((exchange) => exchange.status === 200)
const PIECES: readonly Split[] = [{}, { split: 1 }, { split: 5 }, { seed: 3 }]
const IN_UNICODE = ANSWERED.filter((one) => meaningOf(one).text === UNICODE)
/** One of each language, streamed where there is one. */
const CUT_UP = CLIENTS.flatMap((dialect) => {
  const own = IN_UNICODE.filter((one) => one.dialect === dialect)
  return own.find((one) => one.streamed) ?? own[0] ?? []
})

let hall: Hall
let remove: () => Promise<void>

beforeAll(async () => {
  const own = await layOut()
  remove = own.remove
  const cut = ANSWERED.flatMap((exchange) => PIECES.map((split) => ({ exchange, split })))
  const failed = OWN.filter((exchange) => exchange.status !== 200).map((exchange) => ({ exchange }))
  hall = await openHall(own.folder, [...cut, ...failed])
})
afterAll(async () => {
  await hall.close()
  await remove()
})

/** Every exchange that the filter lets through, for every client, whole and streamed. */
function judgeAll(which: (exchange: RecordedExchange) => boolean, split: Split = {}): Promise<Judgement[]> {
  const cases = ANSWERED.filter(which).flatMap((exchange) =>
    CLIENTS.flatMap((client) => [false, true].map((stream) => ({ exchange, client, stream }))),
  )
  return forAll(cases, (one) => judge(hall, one.exchange, one.client, one.stream, split))
}

const seenIn = (found: readonly Judgement[]) => found.map(({ asked }) => asked.seen)

test('every answer reaches every client whole and streamed, but for what a rule explains', async () => {
  const found = await judgeAll(() => true)
  expect(found).toHaveLength(ANSWERED.length * 2 * CLIENTS.length)
  expect(found.flatMap((one) => one.mistakes)).toEqual([])
  const explained = new Set(found.flatMap((one) => one.losses.map((rule) => rule.id)))
  expect([...explained].toSorted()).toEqual([
    'bedrock-one-count',
    'gemini-cache-reads-only',
    'log-probabilities',
    'ollama-no-cache-counters',
    'ollama-no-signatures',
    'ollama-one-count',
    'ollama-two-words',
  ])
})

test('K18 usage from every type arrives in the words of every client', async () => {
  const inclusive = {
    'chat-calls': [120, 45],
    'responses-calls': [120, 45],
    'messages-calls': [100, 60],
    'gemini-calls': [33, 17],
    'converse-calls': [28, 17],
    'lines-calls': [33, 17],
  }
  for (const [id, [input = 0, output = 0]] of Object.entries(inclusive)) {
    const found = await judgeAll((exchange) => exchange.id === id)
    for (const { client, meaning, asked } of found) {
      const beside = (meaning.usage?.cacheRead ?? 0) + (meaning.usage?.cacheWrite ?? 0)
      const headline = client === 'anthropic' || client === 'bedrock' ? input - beside : input
      const spoken = client === 'gemini' ? output - (meaning.usage?.reasoning ?? 0) : output
      expect(asked.seen?.usage, `${id} to ${client}`).toMatchObject({ input: headline, output: spoken })
    }
  }
})

test('K19 a tool call keeps its name, its arguments and its id across every pair', async () => {
  const found = await judgeAll((exchange) => exchange.id.endsWith('-calls'))
  expect(found).toHaveLength(72)
  for (const { exchange, client, asked } of found) {
    const [call] = asked.seen?.calls ?? []
    expect(call, `${exchange.id} to ${client}`).toMatchObject({
      name: 'weather',
      arguments: { city: 'Oslo' },
    })
    const nameless = exchange.dialect === 'ollama' || exchange.dialect === 'gemini'
    expect(call?.id, `${exchange.id} to ${client}`).toMatch(
      nameless ? (client === exchange.dialect ? /^/ : /./) : /_first$/,
    )
  }
})

test('K20 two calls in one turn keep their order and their ids, also when their arguments come mixed', async () => {
  for (const seen of seenIn(await judgeAll((exchange) => exchange.id === 'chat-calls-mixed'))) {
    expect(seen?.calls).toEqual([
      { id: 'call_first', name: 'weather', arguments: { city: 'Oslo' } },
      { id: 'call_second', name: 'clock', arguments: { zone: 'UTC' } },
    ])
  }
  for (const seen of seenIn(await judgeAll((exchange) => exchange.id === 'messages-calls'))) {
    expect(seen?.calls.map(({ id, arguments: args }) => [id, args])).toEqual([
      ['toolu_first', { city: 'Oslo' }],
      ['toolu_second', {}],
    ])
  }
})

describe.each(PIECES)('cut as %o', (split) => {
  test('K21 Unicode text arrives intact, with no replacement character', async () => {
    const those = split.split === undefined && split.seed === undefined ? IN_UNICODE : CUT_UP
    const found = await judgeAll((exchange) => those.includes(exchange), split)
    expect(those.length).toBeGreaterThanOrEqual(CLIENTS.length)
    expect(found).toHaveLength(those.length * 2 * CLIENTS.length)
    expect(found.flatMap((one) => one.mistakes)).toEqual([])
    for (const { asked } of found) {
      expect(asked.seen?.text).toBe(UNICODE)
      expect(asked.bytes).not.toContain('\ufffd')
    }
  })
})

test('pitfall 116: a refusal without a word of its own is told in the words the provider gave beside it', async () => {
  const found = await judgeAll((exchange) => exchange.id === 'messages-refused')
  const [whole, streamed] = found
    .filter(({ client }) => client === 'openai-chat')
    .map(({ asked }) => asked.seen)
  expect(whole).toMatchObject({ text: '', refusal: 'Not for this house.', finish: 'content_filter' })
  expect(streamed).toMatchObject({ text: '', refusal: 'Not for this house.', finish: 'content_filter' })
})

test('pitfall 198 log probabilities of a stream are all in the whole answer', async () => {
  const [whole] = await judgeAll((exchange) => exchange.id === 'chat-weighed')
  const { choices } = JSON.parse(whole?.asked.bytes ?? '{}')
  expect(choices[0].logprobs.content.map((one: { token: string }) => one.token)).toEqual(['Ye', 's'])
})

test('errors are raised as each client’s own class, with the provider’s words', async () => {
  const failed = OWN.filter((exchange) => exchange.status !== 200)
  const found = await seeErrors(hall, failed)
  expect(found).toHaveLength(failed.length * 2 * CLIENTS.length)
  expect(found.flatMap((one) => one.mistakes)).toEqual([])
})

describe('the yardstick', () => {
  const [exchange] = ANSWERED
  if (exchange === undefined) throw new Error('There are no exchanges of our own.')
  const seen = expectedOf('anthropic', meaningOf(exchange), exchange.dialect)
  const [first, second] = seen.calls

  test.each([
    ['text', { ...seen, text: 'other' }],
    ['reasoning', { ...seen, reasoning: '' }],
    ['tool calls', { ...seen, calls: seen.calls.slice(1) }],
    ['tool calls', { ...seen, calls: seen.calls.map((call) => ({ ...call, arguments: { city: 'Oslo' } })) }],
    ['tool call ids', { ...seen, calls: [first, second].map((call) => ({ ...call, id: '' })) }],
    ['finish reason', { ...seen, finish: 'end_turn' }],
    ['usage', { ...seen, usage: { input: 120, output: 45, cacheRead: 100, reasoning: 20 } }],
    ['cache counters', { ...seen, usage: { input: 20, output: 45, reasoning: 20 } }],
    ['reasoning count', { ...seen, usage: { input: 20, output: 45, cacheRead: 100 } }],
  ] as const)('finds a difference in the %s', (field, other) => {
    // The altered calls are as whole as the ones they stand for; only their types are wider.
    expect(differences(seen, other as typeof seen).map((one) => one.field)).toContain(field)
    expect(differences(seen, seen)).toEqual([])
  })

  test('has one name for each rule', () => {
    const ids = LOSS_RULES.map((rule) => rule.id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
