/** Rows A21, A22: counting tokens costs nothing and always answers. */

import { expect, test } from 'vitest'
import type { Script } from '#simulator'
import { EVERY_UPSTREAM, jsonAnswer, rows, textAnswer } from './row.ts'

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
  { tools: [{ type: 'web_search_20250305', name: 'web_search' }], tool_choice: { type: 'auto' } },
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
