/** Rows K18, K21: counts and text arrive as the provider sent them, from every type of upstream. */

import { expect, test } from 'vitest'
import { EVERY_UPSTREAM, rows, textAnswer } from './row.ts'

const open = rows()
const ASK = { model: 'm', messages: [{ role: 'user' as const, content: 'Say hello.' }] }

test.each(EVERY_UPSTREAM)(
  'K18 the tokens %s counted are the ones told, whole and streamed',
  async (upstream) => {
    const usage = { inputTokens: 123, outputTokens: 45 }
    const row = await open({ [upstream]: { kind: 'answer', text: 'Counted.', usage } })
    const told = { prompt_tokens: 123, completion_tokens: 45, total_tokens: 168 }
    expect((await row.openai.chat.completions.create(ASK)).usage).toMatchObject(told)
    const streamed = await row.openai.chat.completions
      .stream({ ...ASK, stream_options: { include_usage: true } })
      .finalChatCompletion()
    expect(streamed.usage).toMatchObject(told)

    const asked = { ...ASK, max_tokens: 50 }
    const ours = { input_tokens: 123, output_tokens: 45 }
    expect((await row.anthropic.messages.create(asked)).usage).toMatchObject(ours)
    expect((await row.anthropic.messages.stream(asked).finalMessage()).usage).toMatchObject(ours)

    const counts = { prompt_eval_count: 123, eval_count: 45 }
    expect(await row.ollama.chat({ ...ASK, stream: false })).toMatchObject(counts)
    let last: object = {}
    for await (const part of await row.ollama.chat({ ...ASK, stream: true })) last = part
    expect(last).toMatchObject(counts)
  },
)

const MANY_SCRIPTS = 'Grüße 👩‍👩‍👧‍👦 aus 漢字 und 𝒳 \u{1F1F3}\u{1F1F4}, e\u0301 …'

test.each(EVERY_UPSTREAM)('K21 characters torn apart on their way from %s arrive whole', async (upstream) => {
  const row = await open({ [upstream]: { kind: 'answer', text: MANY_SCRIPTS, drip: 1 } })
  expect(await row.openai.chat.completions.stream(ASK).finalContent()).toBe(MANY_SCRIPTS)
  const message = await row.anthropic.messages.stream({ ...ASK, max_tokens: 50 }).finalMessage()
  expect(message.content).toMatchObject([{ text: MANY_SCRIPTS }])
  let said = ''
  for await (const part of await row.ollama.chat({ ...ASK, stream: true })) said += part.message.content
  expect(said).toBe(MANY_SCRIPTS)
  const whole = await row.openai.chat.completions.create(ASK)
  expect(whole.choices[0]?.message.content).toBe(MANY_SCRIPTS)
})

test.each(EVERY_UPSTREAM)(
  'K21 long content in many scripts reaches %s and comes back intact',
  async (upstream) => {
    const long = `${MANY_SCRIPTS} `.repeat(5000)
    const row = await open({ [upstream]: { kind: 'answer', text: long, deltas: 7 } })
    const asked = { model: 'm', max_tokens: 50, messages: [{ role: 'user' as const, content: long }] }
    const whole = await row.anthropic.messages.create(asked)
    expect(whole.content).toMatchObject([{ text: long }])
    expect(row.calls(upstream)[0]?.body).toContain(long)
    expect(await row.openai.chat.completions.stream(asked).finalContent()).toBe(long)
  },
)

test.each(EVERY_UPSTREAM)(
  'K21 a conversation of nothing but a system prompt reaches %s',
  async (upstream) => {
    const row = await open({ [upstream]: textAnswer() })
    const messages = [{ role: 'system', content: 'Introduce yourself.' }]
    for (const path of ['/v1/chat/completions', '/api/chat']) {
      const { status } = await row.post(path, { model: 'm', messages, stream: false })
      expect(status).toBe(200)
      const sent = row.sent(upstream)
      expect(sent['messages'] ?? sent['contents'] ?? sent['input']).toMatchObject([expect.anything()])
      expect(row.calls(upstream).at(-1)?.body).toContain('Introduce yourself.')
    }
  },
)

test.each(EVERY_UPSTREAM)(
  'K21 an empty turn among others is no obstacle on the way to %s',
  async (upstream) => {
    const row = await open({ [upstream]: textAnswer() })
    const messages = [
      { role: 'user', content: 'First.' },
      { role: 'assistant', content: '' },
      { role: 'user', content: 'Second.' },
    ]
    for (const path of ['/v1/chat/completions', '/v1/messages', '/api/chat']) {
      const { status } = await row.post(path, { model: 'm', max_tokens: 50, messages, stream: false })
      expect([path, status]).toEqual([path, 200])
      expect(row.calls(upstream).at(-1)?.body).toMatch(/First\..*Second\./)
    }
  },
)

test.each(['oa', 'ol', 'or'] as const)('K21 nothing but empty content reaches %s', async (upstream) => {
  const row = await open({ [upstream]: textAnswer() })
  for (const path of ['/v1/chat/completions', '/v1/messages', '/api/chat']) {
    const asked = { model: 'm', max_tokens: 50, messages: [{ role: 'user', content: '' }], stream: false }
    expect((await row.post(path, asked)).status).toBe(200)
    expect(row.sent(upstream)['messages']).toEqual([{ role: 'user', content: '' }])
  }
})

test('K21 Anthropic takes no empty conversation, and the client is told so', async () => {
  const row = await open({ an: textAnswer() })
  const messages = [{ role: 'user', content: '' }]
  const { status, json } = await row.post('/v1/chat/completions', { model: 'm', messages })
  expect(status).toBe(400)
  expect(json).toMatchObject({ error: { type: 'invalid_request_error', param: 'messages' } })
  expect(row.calls('an')).toHaveLength(0)
})
