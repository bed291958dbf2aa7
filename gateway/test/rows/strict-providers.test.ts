/** What agents send, before a provider that refuses whatever it does not know. */

import { expect, test } from 'vitest'
import { arrayOf, isObject } from '#core'
import { rows, textAnswer } from './row.ts'

const open = rows()
const TOOL = { name: 'Bash', description: 'Runs.', input_schema: { type: 'object' as const, properties: {} } }

test('K21 a turn of Claude Code’s reaches Mistral: results with words beside them, thinking, an account', async () => {
  const row = await open({ mi: textAnswer() })
  const asked = {
    model: 'm',
    max_tokens: 9000,
    metadata: { user_id: 'user_1' },
    thinking: { type: 'enabled', budget_tokens: 2000 },
    system: [{ type: 'text', text: 'You are an agent.', cache_control: { type: 'ephemeral' } }],
    tools: [TOOL],
    messages: [
      { role: 'user', content: 'Go.' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
          { type: 'tool_use', id: 'toolu_01', name: 'Bash', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_01', content: 'ok' },
          { type: 'text', text: '<system-reminder>Mind the list.</system-reminder>' },
        ],
      },
    ],
  }
  for (const stream of [false, true]) {
    const { status, text } = await row.post('/v1/messages', { ...asked, stream })
    expect([status, text]).toEqual([200, expect.stringContaining('friend')])
  }
  const messages = (arrayOf(row.sent('mi')['messages']) ?? []).filter(isObject)
  expect(messages.map(({ role }) => role)).toEqual([
    'system',
    'user',
    'assistant',
    'tool',
    'assistant',
    'user',
  ])
  expect(messages.at(-1)?.['content']).toContain('Mind the list.')
})

test('K21 OpenAI’s client may say what Mistral has no word for, and is told what was left out', async () => {
  const row = await open({ mi: textAnswer() })
  const { status, headers } = await row.post('/v1/chat/completions', {
    model: 'mistral-small-latest',
    messages: [
      { role: 'user', content: 'Hi', name: 'ann' },
      { role: 'assistant', content: null, refusal: 'No.', annotations: [] },
      { role: 'developer', content: 'Be kind.' },
    ],
    user: 'u',
    store: false,
    seed: 7,
    max_completion_tokens: 20,
    reasoning_effort: 'low',
    stream: true,
    stream_options: { include_usage: true },
  })
  expect(status).toBe(200)
  expect(row.sent('mi')).toEqual({
    model: 'mistral-small-latest',
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'No.' },
      { role: 'user', content: 'Be kind.' },
    ],
    max_tokens: 20,
    random_seed: 7,
    reasoning_effort: 'high',
    stream: true,
  })
  expect(headers.get('x-sluice-notes')).toMatch(/user.*store/)
})

test('pitfall 198 Mistral is not asked for log probabilities, which it refuses, in either lane, and the client is told', async () => {
  const row = await open({ mi: textAnswer() })
  const google = {
    contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
    generationConfig: { responseLogprobs: true, logprobs: 2 },
  }
  const chat = { model: 'm', messages: [{ role: 'user', content: 'Hi' }], logprobs: true, top_logprobs: 2 }
  for (const [path, body] of [
    ['/v1/chat/completions', chat],
    ['/v1beta/models/m:generateContent', google],
  ] as const) {
    const { status, headers } = await row.post(path, body)
    expect(status).toBe(200)
    expect(Object.keys(row.sent('mi'))).toEqual(['model', 'messages'])
    expect(headers.get('x-sluice-notes')).toBe('dropped logprobs; dropped top_logprobs')
  }
})

test.each([
  { type: 'anthropic' },
  // A proxy or a gateway in front of Claude.
  { type: 'custom', dialect: 'anthropic' },
] as const)('pitfall 188 pitfall 189 a client of OpenAI’s reaches Claude of every age by %j', async (an) => {
  const row = await open({ an: textAnswer() }, { providers: { an } })
  const ask = { messages: [{ role: 'user', content: 'Hi' }], temperature: 0.7, top_p: 0.9 }
  const sent = async (model: string, more: object) => {
    expect((await row.post('/v1/chat/completions', { model: `an:${model}`, ...ask, ...more })).status).toBe(
      200,
    )
    return row.sent('an')
  }
  const silent = await sent('claude-sonnet-5', {})
  expect(silent).not.toHaveProperty('temperature')
  expect(silent).not.toHaveProperty('top_p')
  const newest = await sent('claude-opus-4-8', { reasoning_effort: 'high' })
  expect(newest).toMatchObject({ thinking: { type: 'adaptive' }, output_config: { effort: 'high' } })
  expect(newest).not.toHaveProperty('temperature')
  expect(newest).not.toHaveProperty('top_p')
  const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }
  const recent = await sent('claude-sonnet-4-6', {
    response_format: { type: 'json_schema', json_schema: { name: 'a', schema } },
    messages: [...ask.messages, { role: 'assistant', content: 'Well' }],
  })
  expect(recent).toMatchObject({ temperature: 0.7, output_config: { format: { type: 'json_schema' } } })
  expect(recent).not.toHaveProperty('top_p')
  expect(arrayOf(recent['messages'])?.at(-1)).toMatchObject({ role: 'user' })
  const old = await sent('claude-3-opus-20240229', { reasoning_effort: 'high' })
  expect(old).toMatchObject({ temperature: 0.7, top_p: 0.9 })
  expect(old).not.toHaveProperty('thinking')
})
