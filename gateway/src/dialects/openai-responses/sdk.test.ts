/** The official client reads what this dialect writes. */

import OpenAI, { RateLimitError } from 'openai'
import { describe, expect, test } from 'vitest'
import { type ChatEvent, type ChatResponse, GatewayError, unfold } from '#core'
import { client, decode } from './fixture.contract.ts'
import { openaiResponses } from './index.ts'

const ANSWER: ChatResponse = {
  start: {},
  parts: [
    { type: 'reasoning', text: 'let me see', opaque: { issuer: 'x', value: 'sig' } },
    {
      type: 'text',
      text: 'Grüße 😀',
      citations: [{ url: 'https://example.com', title: 'E', start: 0, end: 5 }],
    },
    { type: 'text', text: ' and more' },
    { type: 'tool-call', id: 'c1', name: 'f', arguments: '{"a":1}' },
    { type: 'tool-call', id: 'c2', name: 'patch', arguments: '{"input":"x"}' },
  ],
  finish: { reason: 'tool-calls' },
  usage: { inputTokens: 11, outputTokens: 7, cacheReadTokens: 4, reasoningTokens: 2 },
}
const context = client(decode({ tools: [{ type: 'custom', name: 'patch' }] }))

/** The client with its network handed in: one answer for every question. */
function sdk(body: string, type: string, status = 200): OpenAI {
  const fetch = () => Promise.resolve(new Response(body, { status, headers: { 'content-type': type } }))
  return new OpenAI({ apiKey: 'k', baseURL: 'http://gateway.test/v1', maxRetries: 0, fetch })
}

function streamed(events: readonly ChatEvent[]): OpenAI {
  const encoder = openaiResponses.chat.streamEncoder(context)
  const text = events.map((event) => encoder.keepAlive() + encoder.push(event)).join('')
  return sdk(text, 'text/event-stream')
}

function expectAnswer(response: OpenAI.Responses.Response): void {
  expect(response.output_text).toBe('Grüße 😀 and more')
  expect(response.output.map((item) => item.type)).toEqual([
    'reasoning',
    'message',
    'function_call',
    'custom_tool_call',
  ])
  expect(response.output[1]).toMatchObject({
    content: [{ annotations: [{ url: 'https://example.com' }] }, {}],
  })
  expect(response.output[2]).toMatchObject({ call_id: 'c1', name: 'f', arguments: '{"a":1}' })
  expect(response.output[3]).toMatchObject({ call_id: 'c2', name: 'patch', input: 'x' })
  expect(response.usage).toMatchObject({
    input_tokens: 11,
    input_tokens_details: { cached_tokens: 4 },
    output_tokens: 7,
    output_tokens_details: { reasoning_tokens: 2 },
    total_tokens: 18,
  })
}

describe('the openai client', () => {
  test('reads a whole answer', async () => {
    const body = JSON.stringify(openaiResponses.chat.encodeResponse(ANSWER, context))
    const response = await sdk(body, 'application/json').responses.create({ model: 'm', input: 'x' })
    expectAnswer(response)
    expect(response.id).toBe('resp_ex-1')
  })

  test('reads a stream event by event', async () => {
    const events = await streamed(unfold(ANSWER)).responses.create({ model: 'm', input: 'x', stream: true })
    const seen: OpenAI.Responses.ResponseStreamEvent[] = []
    for await (const event of events) seen.push(event)
    const last = seen.at(-1)
    expect(last).toMatchObject({ type: 'response.completed', response: { output: [{}, {}, {}, {}] } })
  })

  test('builds the same answer from the deltas', async () => {
    const stream = streamed(unfold(ANSWER)).responses.stream({ model: 'm', input: 'x' })
    let text = ''
    stream.on('response.output_text.delta', (event) => {
      text += event.delta
    })
    expectAnswer(await stream.finalResponse())
    expect(text).toBe('Grüße 😀 and more')
  })

  test('sees an answer that was cut by the limit', async () => {
    const cut: ChatResponse = { ...ANSWER, finish: { reason: 'length' } }
    const events = await streamed(unfold(cut)).responses.create({ model: 'm', input: 'x', stream: true })
    const types: string[] = []
    for await (const event of events) types.push(event.type)
    expect(types.at(-1)).toBe('response.incomplete')
  })

  test('sees a failure in the middle of a stream', async () => {
    const error = new GatewayError('provider-error', 'It broke.')
    const events = await streamed([...unfold(ANSWER).slice(0, 4), { type: 'error', error }]).responses.create(
      {
        model: 'm',
        input: 'x',
        stream: true,
      },
    )
    const read = async () => {
      for await (const event of events) if (event.type === 'response.completed') return event
      return undefined
    }
    await expect(read()).rejects.toThrow('It broke.')
  })

  test('throws its own class for an error of ours', async () => {
    const error = new GatewayError('rate-limited', 'Slow down.')
    const { status, body } = openaiResponses.errors.encode(error, 'req-1')
    const asked = sdk(JSON.stringify(body), 'application/json', status).responses.create({
      model: 'm',
      input: 'x',
    })
    await expect(asked).rejects.toBeInstanceOf(RateLimitError)
  })
})
