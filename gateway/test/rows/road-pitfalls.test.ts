/** Pitfalls that concern the road rather than a language: modes that differ at the two ends, the first byte, the client's leaving. */

import { describe, expect, test } from 'vitest'
import { EVERY_UPSTREAM, rows, sseEvents } from './row.ts'

const open = rows()
const ASK = { model: 'm', messages: [{ role: 'user' as const, content: 'Say hello.' }] }
const CLAUDE = { ...ASK, max_tokens: 100 }
const CALL = { id: 'call_1', name: 'look', arguments: { at: 'sky' } }

describe('modes that differ', () => {
  test.each(EVERY_UPSTREAM)(
    'pitfall 138 pitfall 268 %s answers a stream request whole: the client still gets its stream, with usage',
    async (upstream) => {
      const usage = { inputTokens: 5, outputTokens: 7 }
      const row = await open({
        [upstream]: { kind: 'answer', as: 'json', text: 'Hi.', toolCalls: [CALL], usage },
      })
      const stream = row.anthropic.messages.stream(CLAUDE)
      const message = await stream.finalMessage()
      expect(message.content).toMatchObject([
        { type: 'text', text: 'Hi.' },
        { type: 'tool_use', name: 'look', input: { at: 'sky' } },
      ])
      expect(message.usage.output_tokens).toBe(7)
    },
  )

  test.each(EVERY_UPSTREAM)(
    'pitfall 268 %s can only stream: the client still gets its whole answer',
    async (upstream) => {
      const row = await open({
        [upstream]: { kind: 'answer', as: 'sse', text: 'Hello there.', toolCalls: [CALL] },
      })
      const { choices } = await row.openai.chat.completions.create(ASK)
      expect(choices[0]?.message.content).toBe('Hello there.')
      expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({
        function: { name: 'look', arguments: '{"at":"sky"}' },
      })
      expect(choices[0]?.finish_reason).toBe('tool_calls')
    },
  )
})

test.each(EVERY_UPSTREAM)(
  'pitfall 165 %s refuses a stream request: the status is told, not a 200 with an error inside',
  async (upstream) => {
    const row = await open({ [upstream]: { kind: 'status', status: 429 } })
    const reply = await row.post('/v1/chat/completions', { ...ASK, stream: true })
    expect(reply.status).toBe(429)
    expect(reply.headers.get('content-type')).toBe('application/json')
  },
)

test.each(EVERY_UPSTREAM)(
  'pitfall 174 the client leaves after one piece: the connection to %s is closed',
  async (upstream) => {
    const row = await open({ [upstream]: { kind: 'answer', text: 'one two three four', stallAfter: 1 } })
    const controller = new AbortController()
    const response = await fetch(`${row.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ ...ASK, stream: true }),
      signal: controller.signal,
    })
    await response.body?.getReader().read()
    controller.abort()
    await expect.poll(() => row.calls(upstream)[0]?.closedByClient).toBe(true)
  },
)

test('pitfall 269 after text has been shown no second provider continues it unasked', async () => {
  const row = await open(
    {
      oa: { kind: 'answer', text: 'one two three four', cutAfter: 2 },
      an: { kind: 'answer', text: 'something else' },
    },
    { config: { midStream: 'error' } },
  )
  const reply = await row.post('/v1/chat/completions', { ...ASK, stream: true }, { 'X-Fallback': 'an:m' })
  expect(reply.text).not.toContain('something else')
  expect(sseEvents(reply.text).some(({ data }) => data.includes('"error"'))).toBe(true)
  expect(row.calls('an')).toHaveLength(0)
})

test.each(EVERY_UPSTREAM)(
  'K02 %s fills the same result: content, model, provider, tokens, finish, time',
  async (upstream) => {
    const usage = { inputTokens: 5, outputTokens: 7 }
    const row = await open({ [upstream]: { kind: 'answer', text: 'Hello.', usage } })
    const reply = await row.post('/v1/chat/completions', { ...ASK, model: `${upstream}:some-model` })
    expect(reply.json).toMatchObject({
      model: expect.stringContaining('some-model'),
      choices: [{ message: { content: 'Hello.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
    })
    expect(reply.headers.get('x-provider')).toBe(upstream)
    expect(reply.headers.get('x-model')).toBe('some-model')
    expect(Number(reply.headers.get('x-sluice-overhead-ms'))).toBeGreaterThan(0)
  },
)
