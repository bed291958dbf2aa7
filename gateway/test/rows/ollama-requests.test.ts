/** Rows C07–C11, C17, C23, C24: how the fields of an Ollama request reach each type of upstream. */

import { expect, test } from 'vitest'
import { EVERY_UPSTREAM, rows, textAnswer } from './row.ts'

const open = rows()
const ALL = Object.fromEntries(EVERY_UPSTREAM.map((upstream) => [upstream, textAnswer()]))
const OTHERS = ['oa', 'an', 'or'] as const
const MESSAGES = [{ role: 'user', content: 'Say hello.' }]
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

test('C07 the system of a prompt is a system message', async () => {
  const row = await open(ALL)
  const asked = { prompt: 'Say hello.', system: 'Be brief.', stream: false }
  await row.post('/api/generate', { model: 'oa:m', ...asked })
  expect(row.sent('oa')['messages']).toEqual([{ role: 'system', content: 'Be brief.' }, ...MESSAGES])
  await row.post('/api/generate', { model: 'an:m', ...asked })
  expect(row.sent('an')).toMatchObject({ system: [{ type: 'text', text: 'Be brief.' }] })
})

test('C07 a suffix goes to Ollama and is refused where nobody can fill in', async () => {
  const row = await open(ALL)
  const asked = { prompt: 'def f(', suffix: 'return x', stream: false }
  expect((await row.post('/api/generate', { model: 'ol:m', ...asked })).status).toBe(200)
  expect(row.sent('ol')).toMatchObject(asked)
  for (const upstream of OTHERS) {
    const { status, json } = await row.post('/api/generate', { model: `${upstream}:m`, ...asked })
    expect(status).toBe(400)
    expect(json['error']).toEqual(expect.stringContaining('suffix'))
    expect(row.calls(upstream)).toHaveLength(0)
  }
})

test('C07 an empty suffix asks for nothing', async () => {
  const row = await open(ALL)
  expect(
    (await row.post('/api/generate', { model: 'oa:m', prompt: 'Hi.', suffix: '', stream: false })).status,
  ).toBe(200)
})

test('C07 raw, template and context go to Ollama and are accepted elsewhere', async () => {
  const row = await open(ALL)
  const asked = { prompt: 'Hi.', raw: true, template: '{{ .Prompt }}', context: [1, 2], stream: false }
  await row.post('/api/generate', { model: 'ol:m', ...asked })
  expect(row.sent('ol')).toEqual({ model: 'm', ...asked })
  for (const upstream of OTHERS) {
    expect((await row.post('/api/generate', { model: `${upstream}:m`, ...asked })).status).toBe(200)
    for (const field of ['raw', 'template', 'context']) expect(row.sent(upstream)).not.toHaveProperty(field)
  }
})

test.each([
  ['/api/generate', { prompt: '' }, { response: '' }],
  ['/api/generate', {}, { response: '' }],
  ['/api/chat', { messages: [] }, { message: { role: 'assistant', content: '' } }],
])('C07 %s with %j only loads the model', async (path, asked, answer) => {
  const row = await open(ALL)
  const { status, headers, text, json } = await row.post(path, { model: 'oa:m', ...asked })
  expect(status).toBe(200)
  expect(headers.get('request-id')).toBe(headers.get('x-request-id'))
  expect(headers.get('content-length')).toBe(String(text.length))
  expect(json).toMatchObject({ model: 'oa:m', done: true, done_reason: 'load', ...answer })
  expect(row.calls('oa')).toHaveLength(0)
})

const OPTIONS = {
  num_predict: 60,
  temperature: 0.3,
  top_p: 0.8,
  top_k: 20,
  seed: 7,
  stop: ['END'],
  frequency_penalty: 0.1,
  presence_penalty: 0.2,
}
const MISTRAL = {
  max_tokens: 60,
  temperature: 0.3,
  top_p: 0.8,
  stop: ['END'],
  frequency_penalty: 0.1,
  presence_penalty: 0.2,
}
const OPENAI = { ...MISTRAL, seed: 7 }

test.each([
  ['oa', OPENAI, ['top_k']],
  ['or', { ...OPENAI, top_k: 20 }, []],
  [
    'an',
    { max_tokens: 60, temperature: 0.3, top_p: 0.8, top_k: 20, stop_sequences: ['END'] },
    ['seed', 'frequency_penalty', 'presence_penalty'],
  ],
  ['az', OPENAI, ['top_k']],
  ['mi', { ...MISTRAL, random_seed: 7 }, ['top_k', 'seed']],
  [
    'rs',
    { max_output_tokens: 60, temperature: 0.3, top_p: 0.8 },
    ['top_k', 'seed', 'stop', 'frequency_penalty', 'presence_penalty'],
  ],
  [
    'gg',
    {
      generationConfig: {
        maxOutputTokens: 60,
        temperature: 0.3,
        topP: 0.8,
        topK: 20,
        seed: 7,
        stopSequences: ['END'],
        frequencyPenalty: 0.1,
        presencePenalty: 0.2,
      },
    },
    [],
  ],
  [
    'br',
    { inferenceConfig: { maxTokens: 60, temperature: 0.3, topP: 0.8, stopSequences: ['END'] } },
    ['additionalModelRequestFields'],
  ],
  ['ol', { options: OPTIONS }, []],
] as const)('C08 options reach %s as %j', async (upstream, fields, dropped) => {
  const row = await open(ALL)
  for (const [path, asked] of [
    ['/api/chat', { messages: MESSAGES }],
    ['/api/generate', { prompt: 'Hi.' }],
  ] as const) {
    await row.post(path, { model: `${upstream}:m`, options: { ...OPTIONS }, stream: false, ...asked })
    expect(row.sent(upstream)).toMatchObject(fields)
    for (const field of [...dropped, 'num_predict']) expect(row.sent(upstream)).not.toHaveProperty(field)
  }
})

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

test('C09 a format is a response_format for OpenAI, a media type and a schema for Gemini, and itself for Ollama', async () => {
  const row = await open(ALL)
  const asked = { messages: MESSAGES, stream: false }
  await row.post('/api/chat', { model: 'oa:m', format: 'json', ...asked })
  expect(row.sent('oa')['response_format']).toEqual({ type: 'json_object' })
  await row.post('/api/chat', { model: 'oa:m', format: SCHEMA, ...asked })
  expect(row.sent('oa')['response_format']).toMatchObject({
    type: 'json_schema',
    json_schema: { schema: SCHEMA },
  })
  await row.post('/api/chat', { model: 'gg:m', format: 'json', ...asked })
  expect(row.sent('gg')['generationConfig']).toEqual({ responseMimeType: 'application/json' })
  await row.post('/api/chat', { model: 'gg:m', format: SCHEMA, ...asked })
  expect(row.sent('gg')['generationConfig']).toEqual({
    responseMimeType: 'application/json',
    responseJsonSchema: SCHEMA,
  })
  for (const format of ['json', SCHEMA]) {
    await row.post('/api/chat', { model: 'ol:m', format, ...asked })
    expect(row.sent('ol')['format']).toEqual(format)
  }
})

test('C10 images become image parts, and stay as they are for Ollama', async () => {
  const row = await open(ALL)
  const messages = [{ role: 'user', content: 'What is it?', images: [PIXEL] }]
  await row.post('/api/chat', { model: 'oa:m', stream: false, messages })
  expect(row.sent('oa')['messages']).toMatchObject([
    {
      content: [
        { text: 'What is it?' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
      ],
    },
  ])
  await row.post('/api/chat', { model: 'an:m', stream: false, messages })
  expect(row.sent('an')['messages']).toMatchObject([
    {
      content: [{ text: 'What is it?' }, { type: 'image', source: { media_type: 'image/png', data: PIXEL } }],
    },
  ])
  await row.post('/api/chat', { model: 'gg:m', stream: false, messages })
  expect(row.sent('gg')['contents']).toMatchObject([
    { parts: [{ text: 'What is it?' }, { inlineData: { mimeType: 'image/png', data: PIXEL } }] },
  ])
  await row.post('/api/chat', { model: 'ol:m', stream: false, messages })
  expect(row.sent('ol')['messages']).toEqual(messages)
  await row.post('/api/generate', { model: 'oa:m', stream: false, prompt: 'What is it?', images: [PIXEL] })
  expect(row.sent('oa')['messages']).toMatchObject([
    { content: [{ text: 'What is it?' }, { type: 'image_url' }] },
  ])
})

test.each(EVERY_UPSTREAM)(
  'C11 tools reach %s and its call comes back with an object of arguments',
  async (upstream) => {
    const row = await open({
      [upstream]: {
        kind: 'answer',
        toolCalls: [{ name: 'look', arguments: { city: 'Oslo', days: [1, 2] } }],
      },
    })
    const parameters = { type: 'object', properties: { city: { type: 'string' } } }
    const tool = { type: 'function', function: { name: 'look', description: 'Looks.', parameters } }
    const answer = {
      role: 'assistant',
      tool_calls: [{ function: { name: 'look', arguments: { city: 'Oslo', days: [1, 2] } } }],
    }
    const asked = { model: 'm', messages: MESSAGES, tools: [tool] }
    const whole = await row.ollama.chat({ ...asked, stream: false })
    expect(whole.message).toMatchObject(answer)
    expect(JSON.stringify(row.sent(upstream))).toContain('"look"')
    expect(JSON.stringify(row.sent(upstream))).toContain(JSON.stringify(parameters.properties))
    const calls = []
    for await (const part of await row.ollama.chat({ ...asked, stream: true }))
      calls.push(...(part.message.tool_calls ?? []))
    expect(calls).toMatchObject(answer.tool_calls)
  },
)

test.each(EVERY_UPSTREAM)('C17 with and without :latest %s gets the same model', async (upstream) => {
  const row = await open(ALL)
  for (const model of ['llama3', 'llama3:latest', 'llama3:8b']) {
    const { json } = await row.post('/api/chat', {
      model: `${upstream}:${model}`,
      messages: MESSAGES,
      stream: false,
    })
    // The client is told the name it asked for; in the same language the provider's own words pass.
    const told = upstream === 'ol' ? model.replace(':latest', '') : `${upstream}:${model}`
    expect(json['model']).toBe(told)
  }
  const models = row
    .calls(upstream)
    // Gemini's and Bedrock's is told by its path.
    .map(
      ({ body, path }) =>
        JSON.parse(body).model ?? decodeURIComponent(/models?\/(.+)(?::|\/converse)/.exec(path)?.[1] ?? ''),
    )
  expect(models).toEqual(['llama3', 'llama3', 'llama3:8b'])
})

test('C17 the default provider, unprefixed, gets the same model too', async () => {
  const row = await open({ ol: textAnswer() })
  const bodies = ['llama3', 'llama3:latest'].map((model) => ({ model, messages: MESSAGES, stream: false }))
  for (const body of bodies) await row.post('/api/chat', body)
  expect(row.calls('ol').map(({ body }) => body)).toEqual([
    JSON.stringify(bodies[0]),
    JSON.stringify(bodies[0]),
  ])
})

test('C23 keep_alive goes to Ollama and nowhere else', async () => {
  const row = await open(ALL)
  for (const upstream of EVERY_UPSTREAM) {
    const asked = { model: `${upstream}:m`, messages: MESSAGES, keep_alive: '10m', stream: false }
    expect((await row.post('/api/chat', asked)).status).toBe(200)
    expect(row.sent(upstream)['keep_alive']).toBe(upstream === 'ol' ? '10m' : undefined)
  }
})

test.each(EVERY_UPSTREAM)('C24 an unknown field is no obstacle on the way to %s', async (upstream) => {
  const row = await open(ALL)
  const more = { model: `${upstream}:m`, foo: 1, stream: false }
  expect((await row.post('/api/chat', { ...more, messages: MESSAGES })).status).toBe(200)
  expect((await row.post('/api/generate', { ...more, prompt: 'Hi.', options: { foo: 1 } })).status).toBe(200)
  expect(row.sent(upstream)['foo']).toBe(upstream === 'ol' ? 1 : undefined)
})
