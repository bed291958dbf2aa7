/** Rows A01–A05, A17–A20, A23: what a client of the Messages API gets back. */

import { expect, test } from 'vitest'
import { VirtualClock } from '../virtual-clock.ts'
import { jsonAnswer, rows, sseEvents, textAnswer } from './row.ts'

const open = rows()
const ASK = { model: 'gpt-4o', max_tokens: 50, messages: [{ role: 'user' as const, content: 'Say hello.' }] }

test('A01 a string prompt to an OpenAI upstream comes back as a whole message', async () => {
  const row = await open({ oa: textAnswer('Hello there.') })
  const { status, json } = await row.post('/v1/messages', ASK)
  expect(status).toBe(200)
  expect(json).toEqual({
    id: expect.stringMatching(/^msg_/),
    type: 'message',
    role: 'assistant',
    model: 'gpt-4o',
    content: [{ type: 'text', text: 'Hello there.' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: expect.objectContaining({ input_tokens: 10, output_tokens: 2 }),
  })
  const message = await row.anthropic.messages.create(ASK)
  expect(message.content[0]).toMatchObject({ type: 'text', text: 'Hello there.' })
})

test('A02 the model is echoed as asked for, the header tells the real one', async () => {
  const row = await open(
    { oa: textAnswer() },
    { config: { models: { sonnet: { targets: ['oa:gpt-4o'], strategy: 'priority' } } } },
  )
  const { json, headers } = await row.post('/v1/messages', { ...ASK, model: 'sonnet' })
  expect(json['model']).toBe('sonnet')
  expect(headers.get('x-model')).toBe('gpt-4o')
  expect(row.sent('oa')['model']).toBe('gpt-4o')
  const streamed = await row.post('/v1/messages', { ...ASK, model: 'sonnet', stream: true })
  expect(JSON.parse(sseEvents(streamed.text)[0]?.data ?? '')).toMatchObject({ message: { model: 'sonnet' } })
  expect(streamed.headers.get('x-model')).toBe('gpt-4o')
})

test('A03 a stream has its events in order, each named twice', async () => {
  const row = await open({ oa: textAnswer('One two three.') })
  const { text } = await row.post('/v1/messages', { ...ASK, stream: true })
  const events = sseEvents(text)
  const types = events.map((event) => {
    expect(JSON.parse(event.data)).toMatchObject({ type: event.event })
    return event.event
  })
  expect(types.filter((type) => type !== 'ping')).toEqual([
    'message_start',
    'content_block_start',
    'content_block_delta',
    'content_block_delta',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ])
  const final = await row.anthropic.messages.stream(ASK).finalMessage()
  expect(final.content).toMatchObject([{ type: 'text', text: 'One two three.' }])
})

test('A04 a stream says in its headers what it is and where it comes from', async () => {
  const row = await open({ oa: textAnswer(), an: textAnswer() })
  for (const provider of ['oa', 'an']) {
    const { headers } = await row.post('/v1/messages', { ...ASK, stream: true }, { 'x-provider': provider })
    expect(headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(headers.get('cache-control')).toBe('no-cache')
    expect(headers.get('x-request-id')).toMatch(/\S/)
    expect(headers.get('x-provider')).toBe(provider)
  }
})

test.each(['max_tokens', 'model', 'messages'])(
  'A05 without %s: 400 in the envelope, naming the field',
  async (field) => {
    const row = await open({ oa: textAnswer() })
    const { status, json } = await row.post('/v1/messages', { ...ASK, [field]: undefined })
    expect(status).toBe(400)
    expect(json).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.stringContaining(field) },
    })
    expect(row.calls('oa')).toHaveLength(0)
  },
)

test.each([
  ['stop', 'end_turn'],
  ['length', 'max_tokens'],
  ['tool_calls', 'tool_use'],
  ['content_filter', 'refusal'],
] as const)('A17 finish reason %s is stop reason %s, whole and streamed', async (theirs, ours) => {
  const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }
  const message = {
    role: 'assistant',
    content: 'Said.',
    ...(theirs === 'tool_calls' ? { tool_calls: [call] } : {}),
  }
  const row = await open({
    oa: ({ body }) =>
      body.includes('"stream":true')
        ? {
            kind: 'raw',
            status: 200,
            headers: { 'content-type': 'text/event-stream' },
            chunks: [
              `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: message, finish_reason: null }] })}\n\n`,
              `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: {}, finish_reason: theirs }] })}\n\n`,
              'data: [DONE]\n\n',
            ],
          }
        : jsonAnswer({
            id: 'c',
            object: 'chat.completion',
            choices: [{ index: 0, message, finish_reason: theirs }],
          }),
  })
  expect((await row.anthropic.messages.create(ASK)).stop_reason).toBe(ours)
  expect((await row.anthropic.messages.stream(ASK).finalMessage()).stop_reason).toBe(ours)
})

test('A18 tool calls come back as tool_use with parsed input', async () => {
  const row = await open({
    oa: {
      kind: 'answer',
      toolCalls: [{ id: 'call_7', name: 'look', arguments: { city: 'Oslo', days: [1, 2] }, fragments: 4 }],
    },
  })
  const block = { type: 'tool_use', id: 'call_7', name: 'look', input: { city: 'Oslo', days: [1, 2] } }
  expect((await row.anthropic.messages.create(ASK)).content).toMatchObject([block])
  expect((await row.anthropic.messages.stream(ASK).finalMessage()).content).toMatchObject([block])
})

test('A18 arguments that are no JSON are handed on as raw_arguments', async () => {
  const row = await open({
    oa: { kind: 'answer', toolCalls: [{ id: 'call_7', name: 'look', arguments: '{"city": "Os' }] },
  })
  const { status, json } = await row.post('/v1/messages', ASK)
  expect(status).toBe(200)
  expect(json['content']).toMatchObject([
    { type: 'tool_use', name: 'look', input: { raw_arguments: '{"city": "Os' } },
  ])
})

test('A19 cached prompt tokens stand beside the input, not inside it', async () => {
  const usage = {
    prompt_tokens: 12,
    completion_tokens: 3,
    total_tokens: 15,
    prompt_tokens_details: { cached_tokens: 4 },
  }
  const choice = { index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }
  const row = await open({ oa: jsonAnswer({ id: 'c', object: 'chat.completion', choices: [choice], usage }) })
  const answer = await row.anthropic.messages.create(ASK)
  expect(answer.usage).toMatchObject({ input_tokens: 8, output_tokens: 3, cache_read_input_tokens: 4 })
})

test('A19 the counts are the same in a stream', async () => {
  const row = await open({
    oa: { kind: 'answer', text: 'Hi.', usage: { inputTokens: 12, outputTokens: 3, cacheReadTokens: 4 } },
  })
  const final = await row.anthropic.messages.stream(ASK).finalMessage()
  expect(final.usage).toMatchObject({ input_tokens: 8, output_tokens: 3, cache_read_input_tokens: 4 })
})

test('A20 an answer without content has one empty text block', async () => {
  const choice = { index: 0, message: { role: 'assistant', content: null }, finish_reason: 'stop' }
  const row = await open({ oa: jsonAnswer({ id: 'c', object: 'chat.completion', choices: [choice] }) })
  const { status, json } = await row.post('/v1/messages', ASK)
  expect(status).toBe(200)
  expect(json['content']).toEqual([{ type: 'text', text: '' }])
})

const FAULT = jsonAnswer({ error: { message: 'Slow down.' }, code: 429 })

test('A23 an error in a 200 body is a 429 to the client', async () => {
  const row = await open({ oa: FAULT })
  const { status, json } = await row.post('/v1/messages', ASK)
  expect(status).toBe(429)
  expect(json).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } })
})

test('A23 an error in a 200 body is retried', async () => {
  const clock = new VirtualClock()
  const row = await open(
    { oa: [FAULT, textAnswer('Second try.')] },
    { clock, providers: { oa: { maxRetries: 1 } } },
  )
  const answer = row.anthropic.messages.create(ASK)
  await expect.poll(() => clock.waits.some((ms) => ms > 1000 && ms <= 1300)).toBe(true)
  clock.advance(1300)
  expect((await answer).content).toMatchObject([{ text: 'Second try.' }])
})

test('A23 an error in a 200 body moves on to the fallback', async () => {
  const row = await open({ oa: FAULT, an: textAnswer('From the other.') })
  const { json, headers } = await row.post('/v1/messages', ASK, { 'x-fallback': 'an:claude-haiku-4-5' })
  expect(json['content']).toMatchObject([{ text: 'From the other.' }])
  expect(headers.get('x-provider')).toBe('an')
})
