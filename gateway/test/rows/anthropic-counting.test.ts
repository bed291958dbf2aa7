/** Rows A21, A22: counting tokens costs nothing and always answers. */

import { describe, expect, test } from 'vitest'
import type { Script } from '#simulator'
import { VirtualClock } from '../virtual-clock.ts'
import { EVERY_UPSTREAM, jsonAnswer, type Row, rows, textAnswer } from './row.ts'

const open = rows()
const ASK = { messages: [{ role: 'user' as const, content: 'How many tokens are these words?' }] }
const COUNTS = '/v1/messages/count_tokens'

/** Answers the given status to counts and a message to everything else. */
function counting(answer: object, status = 200): Script {
  return ({ path }) => (path.endsWith('/count_tokens') ? jsonAnswer(answer, status) : textAnswer())
}

test.each([
  'oa:gpt-4o',
  'an:claude-haiku-4-5',
  'ol:llama3',
  'or:meta/llama-3:free',
  'gg:gemini-2.5-flash',
  'rs:gpt-4o',
  'claude-unheard-of',
])('A21 pitfall 223 %s is counted without a paid call', async (model) => {
  const row = await open(Object.fromEntries(EVERY_UPSTREAM.map((upstream) => [upstream, textAnswer()])))
  const { status, json } = await row.post(COUNTS, { ...ASK, model })
  expect(status).toBe(200)
  expect(Object.keys(json)).toEqual(['input_tokens'])
  expect(json['input_tokens']).toBeGreaterThanOrEqual(1)
  expect(EVERY_UPSTREAM.flatMap((upstream) => row.calls(upstream))).toEqual([])
})

test('A21 the estimate grows with what the model reads', async () => {
  const row = await open({ oa: textAnswer() })
  const few = await row.anthropic.messages.countTokens({ model: 'gpt-4o', ...ASK })
  const many = await row.anthropic.messages.countTokens({
    model: 'gpt-4o',
    ...ASK,
    system: 'Think hard. '.repeat(100),
  })
  expect(many.input_tokens).toBeGreaterThan(few.input_tokens + 200)
})

test('A21 pitfall 224 tools and their schemas count', async () => {
  const row = await open({ oa: textAnswer() })
  const tools = Array.from({ length: 40 }, (_, at) => ({
    name: `tool_${at}`,
    description: 'Looks something up in a place far away. '.repeat(4),
    input_schema: { type: 'object' as const, properties: { place: { type: 'string' } } },
  }))
  const few = await row.anthropic.messages.countTokens({ model: 'gpt-4o', ...ASK })
  const many = await row.anthropic.messages.countTokens({ model: 'gpt-4o', ...ASK, tools })
  expect(many.input_tokens - few.input_tokens).toBeGreaterThan(40 * 40)
})

test.each([
  { system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }] },
  {
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    thinking: { type: 'enabled', budget_tokens: 1024 },
  },
  {
    model: 'gpt-4o-search-preview',
    tools: [{ type: 'web_search_20250305', name: 'web_search' }],
    tool_choice: { type: 'auto' },
  },
])('A21 pitfall 226 what is answered is counted: %j', async (more) => {
  const row = await open({ oa: textAnswer() })
  const body = { model: 'gpt-4o', max_tokens: 2000, ...ASK, ...more }
  expect((await row.post('/v1/messages', body)).status).toBe(200)
  expect((await row.post(COUNTS, body)).status).toBe(200)
})

test("A22 Anthropic's own number is returned", async () => {
  const row = await open({ an: counting({ input_tokens: 4242 }) })
  const answer = await row.anthropic.messages.countTokens({ model: 'claude-haiku-4-5', ...ASK })
  expect(answer).toEqual({ input_tokens: 4242 })
  const asked = row.everything('an').find(({ path }) => path.endsWith(COUNTS))
  expect(JSON.parse(asked?.body ?? '')).toEqual({ model: 'claude-haiku-4-5', ...ASK })
})

test('A22 when Anthropic cannot count, an estimate is returned', async () => {
  const row = await open({
    an: counting({ type: 'error', error: { type: 'api_error', message: 'No.' } }, 500),
  })
  const { status, json } = await row.post(COUNTS, { model: 'claude-haiku-4-5', ...ASK })
  expect(status).toBe(200)
  expect(json['input_tokens']).toBeGreaterThanOrEqual(1)
  expect(row.everything('an').some(({ path }) => path.endsWith(COUNTS))).toBe(true)
})

test('A22 what only an answer needs is not sent along', async () => {
  const row = await open({ an: counting({ input_tokens: 7 }) })
  const body = { model: 'claude-haiku-4-5', ...ASK, system: 'Be brief.' }
  const more = { max_tokens: 5, stream: true, temperature: 1, top_p: 1, top_k: 3, stop_sequences: ['x'] }
  await row.post(COUNTS, { ...body, ...more, metadata: { user_id: 'u' } })
  const asked = row.everything('an').find(({ path }) => path.endsWith(COUNTS))
  expect(JSON.parse(asked?.body ?? '')).toEqual(body)
})

test('A22 who does not answer a count for ten seconds is not waited for', async () => {
  const clock = new VirtualClock()
  const silent: Script = ({ path }) => (path.endsWith(COUNTS) ? { kind: 'silence' } : textAnswer())
  const row = await open({ an: silent }, { clock, config: { probeMs: 0 } })
  const asked = row.post(COUNTS, { model: 'claude-haiku-4-5', ...ASK })
  await expect.poll(() => clock.waits).toContain(10_000)
  clock.advance(10_000)
  const { status, json } = await asked
  expect([status, Object.keys(json)]).toEqual([200, ['input_tokens']])
})

test('A22 a count that comes round again is known', async () => {
  const row = await open({ an: counting({ input_tokens: 7 }) })
  const body = { model: 'claude-haiku-4-5', ...ASK }
  await row.post(COUNTS, body, { 'x-sluice-hops': 'elsewhere' })
  const counts = () => row.everything('an').filter(({ path }) => path.endsWith(COUNTS))
  const hops = counts()[0]?.headers['x-sluice-hops']
  expect(hops).toMatch(/^elsewhere, \S+$/)
  const back = await row.post(COUNTS, body, { 'x-sluice-hops': hops ?? '' })
  expect([back.status, back.text]).toEqual([508, expect.stringContaining('has been here before')])
  expect(counts()).toHaveLength(1)
})

describe('what the client says of its version and betas goes with a count as with an answer', () => {
  const told = {
    'anthropic-beta': 'context-1m-2025-08-07,interleaved-thinking',
    'anthropic-version': '2024-01-01',
  }
  const NONE: Readonly<Record<string, string>> = {}
  const headersOf = (row: Row, path: string) => {
    const { headers } = row.everything('an').find((call) => call.path.endsWith(path)) ?? { headers: NONE }
    return Object.fromEntries(
      Object.keys({ ...told, 'x-stainless-lang': '' }).map((name) => [name, headers[name]]),
    )
  }

  test.each([
    ['told', told, told],
    ['not told', {}, { 'anthropic-beta': undefined, 'anthropic-version': '2023-06-01' }],
  ])('A22 %s', async (_, headers, expected) => {
    const row = await open({ an: counting({ input_tokens: 7 }) })
    const body = { model: 'claude-haiku-4-5', ...ASK }
    const more = { ...headers, 'x-stainless-lang': 'js' }
    await row.post(COUNTS, body, more)
    await row.post('/v1/messages', { ...body, max_tokens: 5 }, more)
    expect(headersOf(row, COUNTS)).toEqual({ ...expected, 'x-stainless-lang': undefined })
    expect(headersOf(row, '/v1/messages')).toEqual(headersOf(row, COUNTS))
  })

  test('A22 and a client of another language does not speak for it', async () => {
    const row = await open({ an: counting({ input_tokens: 7 }) })
    const path = '/v1beta/models/claude-haiku-4-5:countTokens'
    const { json } = await row.post(path, { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }, told)
    expect(json).toEqual({ totalTokens: 7 })
    expect(headersOf(row, COUNTS)).toMatchObject({
      'anthropic-beta': undefined,
      'anthropic-version': '2023-06-01',
    })
  })
})
