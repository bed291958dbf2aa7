/** Bedrock behind clients of other languages, and behind its own. */

import { describe, expect, test } from 'vitest'
import { askRaw } from '../raw-answer.ts'
import { converse, MODEL, saying } from './bedrock-client.ts'
import { jsonAnswer, rows, textAnswer } from './row.ts'

const open = rows()
const USAGE = { inputTokens: 30, outputTokens: 5, cacheReadTokens: 20 }
const ASK = [{ role: 'user' as const, content: 'Say something.' }]
const SCHEMA = { type: 'object' as const, properties: { city: { type: 'string' } } }
const CALL = { id: 'tooluse_1', name: 'look', arguments: { city: 'Oslo' }, fragments: 3 }
const PATH = `/model/${encodeURIComponent(MODEL)}/converse`

describe('the OpenAI client', () => {
  test('K10 gets a whole text, and the provider a Converse body under an encoded name', async () => {
    const row = await open({ br: { kind: 'answer', text: 'Hello.', usage: USAGE } })
    const answer = await row.openai.chat.completions.create({
      model: MODEL,
      max_tokens: 50,
      messages: [{ role: 'system', content: 'Be brief.' }, ...ASK],
    })
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Hello.' } })
    expect(answer.usage).toMatchObject({
      prompt_tokens: 30,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 20 },
    })
    expect(row.calls('br').at(-1)?.path).toContain(PATH)
    expect(row.sent('br')).toEqual({
      messages: [{ role: 'user', content: [{ text: 'Say something.' }] }],
      system: [{ text: 'Be brief.' }],
      inferenceConfig: { maxTokens: 50 },
    })
    expect(row.calls('br').at(-1)?.headers['authorization']).toBe('Bearer test-key')
  })

  test('K10 gets a stream with thinking, a call and the counts', async () => {
    const row = await open({
      br: { kind: 'answer', reasoning: 'Hm.', text: 'One two.', toolCalls: [CALL], usage: USAGE },
    })
    const stream = await row.openai.chat.completions.create({
      model: MODEL,
      messages: ASK,
      tools: [{ type: 'function', function: { name: 'look', parameters: SCHEMA } }],
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let input = ''
    let finish: string | null = null
    let tokens = 0
    for await (const { choices, usage } of stream) {
      text += choices[0]?.delta.content ?? ''
      input += choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? ''
      finish = choices[0]?.finish_reason ?? finish
      tokens = usage?.prompt_tokens ?? tokens
    }
    expect([text, JSON.parse(input), finish, tokens]).toEqual([
      'One two.',
      { city: 'Oslo' },
      'tool_calls',
      30,
    ])
    expect(row.calls('br').at(-1)?.path).toContain(`${PATH}-stream`)
  })

  test('pitfall 243 gets content_filter for what a guardrail stopped', async () => {
    const body = {
      output: { message: { role: 'assistant', content: [{ text: 'Blocked.' }] } },
      stopReason: 'guardrail_intervened',
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      metrics: { latencyMs: 1 },
    }
    const row = await open({ br: jsonAnswer(body) })
    const { choices } = await row.openai.chat.completions.create({ model: MODEL, messages: ASK })
    expect(choices[0]).toMatchObject({ finish_reason: 'content_filter', message: { content: 'Blocked.' } })
  })

  test('a stream that breaks off is an error in its words', async () => {
    const row = await open({ br: { kind: 'answer', text: 'One two three.', cutAfter: 1 } })
    const stream = await row.openai.chat.completions.create({ model: MODEL, messages: ASK, stream: true })
    const reading = (async () => {
      for await (const _ of stream);
    })()
    await expect(reading).rejects.toThrow(/broke|ended|cut|finish/i)
  })

  test('pitfall 164 an error inside a 200 is the status it means', async () => {
    const row = await open({ br: jsonAnswer({ message: 'The model returned the following errors: no' }) })
    const asked = row.openai.chat.completions.create({ model: MODEL, messages: ASK, stream: true })
    await expect(asked).rejects.toMatchObject({ status: 400 })
  })
})

const failing = (errorAfter: number) =>
  ({
    kind: 'answer',
    text: 'One two.',
    errorAfter,
    error: { type: 'rate-limited', message: 'Slow down.' },
  }) as const

describe('the Anthropic client', () => {
  test('gets thinking with a signature that only the provider reads', async () => {
    const signed = { reasoningText: { text: 'Hm.', signature: 'c2ln' } }
    const row = await open({
      br: jsonAnswer({
        output: { message: { role: 'assistant', content: [{ reasoningContent: signed }, { text: 'So.' }] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      }),
    })
    const first = await row.anthropic.messages.create({
      model: MODEL,
      max_tokens: 4000,
      thinking: { type: 'enabled', budget_tokens: 2000 },
      messages: ASK,
    })
    expect(first.content).toMatchObject([
      { type: 'thinking', thinking: 'Hm.' },
      { type: 'text', text: 'So.' },
    ])
    expect(row.sent('br')).toMatchObject({
      inferenceConfig: { maxTokens: 4000 },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2000 } },
    })
    await row.anthropic.messages.create({
      model: MODEL,
      max_tokens: 100,
      messages: [...ASK, { role: 'assistant', content: first.content }, ...ASK],
    })
    expect(row.sent('br')).toMatchObject({
      messages: [{}, { content: [{ reasoningContent: signed }, { text: 'So.' }] }, {}],
    })
  })

  test('streams a tool call', async () => {
    const row = await open({ br: { kind: 'answer', text: 'Let me see.', toolCalls: [CALL] } })
    const message = await row.anthropic.messages
      .stream({
        model: MODEL,
        max_tokens: 100,
        messages: ASK,
        tools: [{ name: 'look', input_schema: SCHEMA }],
      })
      .finalMessage()
    expect(message).toMatchObject({
      stop_reason: 'tool_use',
      content: [{ text: 'Let me see.' }, { type: 'tool_use', name: 'look', input: { city: 'Oslo' } }],
    })
  })

  test('pitfall 163 an exception before any content is its status, one after it an error event', async () => {
    const before = await open({ br: failing(0) })
    await expect(
      before.anthropic.messages.create({ model: MODEL, max_tokens: 9, messages: ASK, stream: true }),
    ).rejects.toMatchObject({ status: 429 })
    const after = await open({ br: failing(1) })
    const { text } = await after.post('/v1/messages', {
      model: MODEL,
      max_tokens: 9,
      messages: ASK,
      stream: true,
    })
    expect(text).toContain('event: error')
    expect(text).toContain('rate_limit_error')
    expect(text).not.toContain('message_stop')
  })
})

test('the Ollama client gets text, whole and streamed', async () => {
  const row = await open({ br: textAnswer('Hello there, friend.') })
  const whole = await row.ollama.chat({ model: MODEL, messages: ASK })
  expect(whole.message.content).toBe('Hello there, friend.')
  let text = ''
  for await (const { message } of await row.ollama.chat({ model: MODEL, messages: ASK, stream: true }))
    text += message.content
  expect(text).toBe('Hello there, friend.')
})

describe('its own client', () => {
  const odd = `{"brandNew": {"x": 1.0},  "messages":[{"role":"user","content":[{"text":"Hi."}]}]}`

  test('sends its body byte for byte, whatever it holds', async () => {
    const row = await open({ br: textAnswer() })
    await fetch(row.url + PATH, {
      method: 'POST',
      body: odd,
      headers: { 'content-type': 'application/json' },
    })
    expect(row.calls('br').at(-1)?.body).toBe(odd)
  })

  test('gets the bytes of the stream as they are', async () => {
    const row = await open({ br: textAnswer('One two three.') })
    const direct = await askRaw(
      `${row.simulator.script('direct', textAnswer('One two three.'))}${PATH}-stream`,
      { body: saying('Hi.') },
    )
    const through = await askRaw(`${row.url}${PATH}-stream`, { body: saying('Hi.') })
    expect(through.headers['content-type']).toBe('application/vnd.amazon.eventstream')
    expect(through.body.equals(direct.body)).toBe(true)
  })

  test('gets whole messages and then an exception when the stream breaks off', async () => {
    const row = await open({ br: { kind: 'answer', text: 'One two three.', cutAfter: 2 } })
    const error = await converse(row.url, saying('Hi.'), true).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'ModelStreamErrorException' })
  })

  test('pitfall 241 gets an exception when a message is damaged', async () => {
    const row = await open({ br: { kind: 'answer', text: 'One two three.', malformedAfter: 1 } })
    const error = await converse(row.url, saying('Hi.'), true).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'ModelStreamErrorException' })
  })

  test.each([false, true])('can ask for a model by its prefix (stream: %s)', async (stream) => {
    const row = await open({ oa: textAnswer('Wrong.'), br: textAnswer('Right.') })
    expect(await converse(row.url, saying('Hi.'), stream, `br:${MODEL}`)).toMatchObject({ text: 'Right.' })
    expect(row.calls('br').at(-1)?.path).toContain(PATH)
  })
})

test('its models are those of the control plane, or those configured', async () => {
  const list = jsonAnswer({ modelSummaries: [{ modelId: 'a.b-v1:0', outputModalities: ['TEXT'] }] })
  const row = await open({ br: () => list })
  expect(JSON.stringify((await row.ask('/v1/models')).json)).toContain('a.b-v1:0')
  const configured = await open({ br: textAnswer() }, { providers: { br: { modelList: ['x.y'] } } })
  expect(JSON.stringify((await configured.ask('/v1/models')).json)).toContain('x.y')
})
