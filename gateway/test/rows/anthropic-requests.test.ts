/** Rows A06–A15: how the content of a Messages request reaches OpenAI-format and Anthropic-format upstreams. */

import { expect, test } from 'vitest'
import { rows, textAnswer } from './row.ts'

const open = rows()
const BOTH = { oa: textAnswer(), an: textAnswer() }
const OPENAI = { model: 'oa:gpt-4o', max_tokens: 50 }
const NATIVE = { model: 'an:claude-sonnet-4-5', max_tokens: 2000 }
const QUESTION = { role: 'user', content: 'What is it?' }
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const IMAGE = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }
const CALL = { type: 'tool_use', id: 'toolu_1', name: 'look', input: { city: 'Oslo' } }
const LOOK = {
  name: 'look',
  description: 'Looks.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } } },
}

function resultOf(content: unknown, more: object = {}) {
  return { type: 'tool_result', tool_use_id: 'toolu_1', content, ...more }
}

test('A06 system blocks become one system message, a blank line between them', async () => {
  const row = await open(BOTH)
  const system = [
    { type: 'text', text: 'Be brief.' },
    { type: 'text', text: 'Be kind.' },
  ]
  await row.post('/v1/messages', { ...OPENAI, system, messages: [QUESTION] })
  expect(row.sent('oa')['messages']).toEqual([{ role: 'system', content: 'Be brief.\n\nBe kind.' }, QUESTION])
})

test('A06 system as a string becomes a system message', async () => {
  const row = await open(BOTH)
  await row.post('/v1/messages', { ...OPENAI, system: 'Be brief.', messages: [QUESTION] })
  expect(row.sent('oa')['messages']).toEqual([{ role: 'system', content: 'Be brief.' }, QUESTION])
})

test('A07 text, image, call and result arrive as OpenAI messages in order', async () => {
  const row = await open(BOTH)
  const { status } = await row.post('/v1/messages', {
    ...OPENAI,
    tools: [LOOK],
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'What is this?' }, IMAGE] },
      { role: 'assistant', content: [{ type: 'text', text: 'I look.' }, CALL] },
      { role: 'user', content: [resultOf('Rain.')] },
    ],
  })
  expect(status).toBe(200)
  expect(row.sent('oa')['messages']).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
      ],
    },
    {
      role: 'assistant',
      content: 'I look.',
      tool_calls: [
        { id: 'toolu_1', type: 'function', function: { name: 'look', arguments: '{"city":"Oslo"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'toolu_1', content: 'Rain.' },
  ])
})

test('A08 thinking goes to Anthropic unchanged and leaves no stranger at OpenAI', async () => {
  const row = await open(BOTH)
  const asked = {
    thinking: { type: 'enabled', budget_tokens: 1024 },
    messages: [
      QUESTION,
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
          { type: 'text', text: 'A cat.' },
        ],
      },
      { role: 'user', content: 'Sure?' },
    ],
  }
  expect((await row.post('/v1/messages', { ...NATIVE, ...asked })).status).toBe(200)
  expect(row.sent('an')).toMatchObject(asked)
  expect((await row.post('/v1/messages', { ...OPENAI, ...asked })).status).toBe(200)
  const { messages, ...rest } = row.sent('oa')
  expect(Object.keys(rest).toSorted()).toEqual(['max_tokens', 'model'])
  expect(messages).toEqual([
    QUESTION,
    { role: 'assistant', content: 'A cat.' },
    { role: 'user', content: 'Sure?' },
  ])
})

test.each([
  ['url', { type: 'url', url: 'https://example.org/cat.png' }, 'https://example.org/cat.png'],
  ['base64', IMAGE.source, `data:image/png;base64,${PIXEL}`],
])('A09 an image by %s becomes an image_url part', async (_kind, source, url) => {
  const row = await open(BOTH)
  await row.post('/v1/messages', {
    ...OPENAI,
    messages: [{ role: 'user', content: [{ type: 'image', source }] }],
  })
  expect(row.sent('oa')['messages']).toMatchObject([
    { role: 'user', content: [{ type: 'image_url', image_url: { url } }] },
  ])
})

test('A10 text beside a tool result follows it as a user message', async () => {
  const row = await open(BOTH)
  await row.post('/v1/messages', {
    ...OPENAI,
    tools: [LOOK],
    messages: [
      QUESTION,
      { role: 'assistant', content: [CALL] },
      {
        role: 'user',
        content: [resultOf([{ type: 'text', text: 'Rain.' }]), { type: 'text', text: 'And tomorrow?' }],
      },
    ],
  })
  expect(row.sent('oa')['messages']).toMatchObject([
    QUESTION,
    { role: 'assistant', tool_calls: [{ id: 'toolu_1' }] },
    { role: 'tool', tool_call_id: 'toolu_1', content: 'Rain.' },
    { role: 'user', content: 'And tomorrow?' },
  ])
})

test('A11 a result without its call still reaches the upstream as text', async () => {
  const row = await open(BOTH)
  const { status } = await row.post('/v1/messages', {
    ...OPENAI,
    messages: [{ role: 'user', content: [resultOf('Rain in Oslo.')] }],
  })
  expect(status).toBe(200)
  const { messages } = row.sent('oa')
  expect(JSON.stringify(messages)).toContain('Rain in Oslo.')
  // A tool message that answers no call is refused by OpenAI.
  expect(messages).not.toContainEqual(expect.objectContaining({ role: 'tool' }))
  expect(messages).not.toContainEqual(expect.objectContaining({ content: '' }))
})

const FAILED = [
  QUESTION,
  { role: 'assistant', content: [CALL] },
  { role: 'user', content: [resultOf('No such city.', { is_error: true })] },
]

test('A12 a failed tool is marked for Anthropic and told in words to OpenAI', async () => {
  const row = await open(BOTH)
  await row.post('/v1/messages', { ...NATIVE, tools: [LOOK], messages: FAILED })
  expect(row.sent('an')['messages']).toEqual(FAILED)
  await row.post('/v1/messages', { ...OPENAI, tools: [LOOK], messages: FAILED })
  expect(row.sent('oa')['messages']).toContainEqual({
    role: 'tool',
    tool_call_id: 'toolu_1',
    content: expect.stringMatching(/error[^]*No such city\./i),
  })
})

test('A13 cache marks are kept for Anthropic and taken out for OpenAI', async () => {
  const row = await open(BOTH)
  const mark = { cache_control: { type: 'ephemeral' } }
  const asked = {
    system: [{ type: 'text', text: 'Be brief.', ...mark }],
    tools: [{ ...LOOK, ...mark }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi.', ...mark }] }],
  }
  await row.post('/v1/messages', { ...NATIVE, ...asked })
  expect(row.sent('an')).toMatchObject(asked)
  await row.post('/v1/messages', { ...OPENAI, ...asked })
  expect(row.calls('oa')).toHaveLength(1)
  expect(row.calls('oa')[0]?.body).not.toContain('cache_control')
})

test('A14 sampling goes whole to Anthropic; OpenAI gets stop and no top_k', async () => {
  const row = await open(BOTH)
  const sampling = { top_k: 5, top_p: 0.9, temperature: 0.3, stop_sequences: ['END', 'FIN'] }
  await row.post('/v1/messages', { ...NATIVE, ...sampling, messages: [QUESTION] })
  expect(row.sent('an')).toMatchObject(sampling)
  const { headers } = await row.post('/v1/messages', { ...OPENAI, ...sampling, messages: [QUESTION] })
  expect(row.sent('oa')).toMatchObject({ top_p: 0.9, temperature: 0.3, stop: ['END', 'FIN'] })
  expect(row.sent('oa')).not.toHaveProperty('top_k')
  expect(row.sent('oa')).not.toHaveProperty('stop_sequences')
  expect(headers.get('x-sluice-notes')).toContain('dropped top_k')
})

test.each([
  [{ type: 'any' }, 'required'],
  [
    { type: 'tool', name: 'look' },
    { type: 'function', function: { name: 'look' } },
  ],
  [{ type: 'auto' }, 'auto'],
  [{ type: 'none' }, 'none'],
])('A15 tool choice %j is %j for OpenAI', async (theirs, ours) => {
  const row = await open(BOTH)
  await row.post('/v1/messages', { ...OPENAI, tools: [LOOK], tool_choice: theirs, messages: [QUESTION] })
  expect(row.sent('oa')['tool_choice']).toEqual(ours)
})
