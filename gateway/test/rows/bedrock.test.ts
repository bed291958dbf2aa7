/** What the official client of Bedrock gets, before upstreams of other languages. */

import { BedrockRuntimeServiceException, type Tool } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, test } from 'vitest'
import { stringOf } from '#core'
import { askRaw } from '../raw-answer.ts'
import { bedrockClient, converse, invoke, MODEL, saying } from './bedrock-client.ts'
import { type Reply, rows, textAnswer } from './row.ts'

const open = rows()
const USAGE = { inputTokens: 123, outputTokens: 45 }
const LOOK: Tool = {
  toolSpec: {
    name: 'look',
    description: 'Looks.',
    inputSchema: { json: { type: 'object', properties: { city: { type: 'string' } } } },
  },
}
const CLAUDE_BODY = {
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Say hello.' }],
}

describe.each(['oa', 'an', 'ol', 'gg', 'rs'] as const)('Converse before %s', (upstream) => {
  test.each([false, true])('a text comes with its usage and its end (stream: %s)', async (stream) => {
    const row = await open({ [upstream]: { kind: 'answer', text: 'Hello there, friend.', usage: USAGE } })
    const asked = {
      ...saying('Say hello.'),
      system: [{ text: 'Be brief.' }],
      inferenceConfig: { maxTokens: 99 },
    }
    const answer = await converse(row.url, asked, stream)
    expect([answer.text, answer.stopReason]).toEqual(['Hello there, friend.', 'end_turn'])
    expect(answer.usage).toMatchObject({ inputTokens: 123, outputTokens: 45, totalTokens: 168 })
    expect(row.calls(upstream).at(-1)?.body).toMatch(/Be brief\.[^]*99|99[^]*Be brief\./)
  })

  test.each([false, true])(
    'a tool is offered and called, and its result is told (stream: %s)',
    async (stream) => {
      const call = { id: 'call_1', name: 'look', arguments: { city: 'Oslo' }, fragments: 3 }
      const row = await open({ [upstream]: { kind: 'answer', toolCalls: [call] } })
      const asked = { ...saying('Look.'), toolConfig: { tools: [LOOK] } }
      const answer = await converse(row.url, asked, stream)
      expect(answer.calls).toMatchObject([{ name: 'look', input: { city: 'Oslo' } }])
      expect(answer.stopReason).toBe('tool_use')
      expect(JSON.stringify(row.sent(upstream)['tools'])).toContain('"look"')
      const toolUseId = answer.calls[0]?.id ?? ''
      await converse(
        row.url,
        {
          ...asked,
          messages: [
            ...(asked.messages ?? []),
            {
              role: 'assistant',
              content: [{ toolUse: { toolUseId, name: 'look', input: { city: 'Oslo' } } }],
            },
            {
              role: 'user',
              content: [{ toolResult: { toolUseId, content: [{ text: 'rain' }], status: 'error' } }],
            },
          ],
        },
        stream,
      )
      expect(row.calls(upstream).at(-1)?.body).toContain('rain')
    },
  )

  test.each([false, true])('thinking is shown (stream: %s)', async (stream) => {
    const row = await open({ [upstream]: { kind: 'answer', reasoning: 'Let me think.', text: 'Done.' } })
    const thinking = { type: 'enabled', budget_tokens: 2048 }
    const asked = { ...saying('Think.'), additionalModelRequestFields: { thinking } }
    expect(await converse(row.url, asked, stream)).toMatchObject({
      reasoning: 'Let me think.',
      text: 'Done.',
    })
  })

  test.each([false, true])(
    "an error of the provider has Amazon's name and status (stream: %s)",
    async (stream) => {
      const row = await open({ [upstream]: { kind: 'status', status: 503 } })
      const error = await converse(row.url, saying('Hi.'), stream).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(BedrockRuntimeServiceException)
      expect(error).toMatchObject({ name: 'ServiceUnavailableException', $metadata: { httpStatusCode: 503 } })
    },
  )

  test('pitfall 163 a stream that breaks off ends in an exception', async () => {
    const row = await open({ [upstream]: { kind: 'answer', text: 'One two three four.', cutAfter: 2 } })
    const error = await converse(row.url, saying('Count.'), true).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'ModelStreamErrorException' })
  })
})

test('a signature of the upstream comes back to it, sealed on the way', async () => {
  const thought = { type: 'thinking', thinking: 'Hm.', signature: 'c2lnbmF0dXJl' }
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [thought, { type: 'text', text: 'So.' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  }
  const row = await open({
    an: {
      kind: 'raw',
      status: 200,
      headers: { 'content-type': 'application/json' },
      chunks: [JSON.stringify(message)],
    },
  })
  const { signature } = await converse(row.url, saying('Hi.'), false)
  expect(signature).toMatch(/^sluice1\./)
  const history = [
    ...(saying('Hi.').messages ?? []),
    {
      role: 'assistant' as const,
      content: [{ reasoningContent: { reasoningText: { text: 'Hm.', signature } } }, { text: 'So.' }],
    },
    ...(saying('And?').messages ?? []),
  ]
  await converse(row.url, { messages: history }, false)
  expect(row.calls('an').at(-1)?.body).toContain('"signature":"c2lnbmF0dXJl"')
})

describe.each(['oa', 'an'] as const)('InvokeModel before %s', (upstream) => {
  test('a Claude body is answered in its words', async () => {
    const row = await open({ [upstream]: { kind: 'answer', text: 'Hello.', usage: USAGE } })
    const [answer] = await invoke(row.url, CLAUDE_BODY, false)
    expect(answer).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: 'Hello.' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 123, output_tokens: 45 },
    })
    expect(row.calls(upstream).at(-1)?.body).not.toContain('anthropic_version')
  })

  test('pitfall 242 a Claude stream comes in chunks', async () => {
    const call = { id: 'toolu_1', name: 'look', arguments: { city: 'Oslo' }, fragments: 2 }
    const row = await open({
      [upstream]: { kind: 'answer', text: 'One two', toolCalls: [call], usage: USAGE },
    })
    const tools = [
      { name: 'look', input_schema: { type: 'object', properties: { city: { type: 'string' } } } },
    ]
    const items = await invoke(row.url, { ...CLAUDE_BODY, tools }, true)
    expect(items[0]?.['type']).toBe('message_start')
    const said = items.map(({ delta }) => (delta as { text?: string } | undefined)?.text ?? '') // the wire's own shape
    expect(said.join('')).toBe('One two')
    expect(items.at(-1)).toMatchObject({
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': { inputTokenCount: 123, outputTokenCount: 45 },
    })
    expect(items.at(-2)).toMatchObject({ type: 'message_delta', delta: { stop_reason: 'tool_use' } })
  })

  test.each([
    [
      'Titan',
      { inputText: 'Hi.', textGenerationConfig: { maxTokenCount: 9 } },
      'amazon.titan-text-express-v1',
    ],
    ['Llama', { prompt: 'Hi.', max_gen_len: 9, temperature: 0.5 }, 'meta.llama3-8b-instruct-v1:0'],
  ])('K10 a %s body is answered in its words, whole and in chunks', async (_, body, model) => {
    const row = await open({
      [upstream]: { kind: 'answer', text: 'Good day to you.', finish: 'length', usage: USAGE },
    })
    const [whole] = await invoke(row.url, body, false, model)
    const items = await invoke(row.url, body, true, model)
    expect(whole).toMatchObject(
      'prompt' in body
        ? {
            generation: 'Good day to you.',
            prompt_token_count: 123,
            generation_token_count: 45,
            stop_reason: 'length',
          }
        : {
            inputTextTokenCount: 123,
            results: [{ outputText: 'Good day to you.', tokenCount: 45, completionReason: 'LENGTH' }],
          },
    )
    const said = items.map((item) => stringOf(item['generation'] ?? item['outputText']) ?? '')
    expect(said.join('')).toBe('Good day to you.')
    expect(items.at(-1)).toMatchObject({ 'amazon-bedrock-invocationMetrics': { outputTokenCount: 45 } })
    expect(row.calls(upstream).at(-1)?.body).toMatch(/:9\b/)
  })

  test('a Claude stream that breaks off ends in an exception', async () => {
    const row = await open({ [upstream]: { kind: 'answer', text: 'One two three.', cutAfter: 1 } })
    const error = await invoke(row.url, CLAUDE_BODY, true).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'ModelStreamErrorException' })
  })
})

test('a body of no known family is refused by name', async () => {
  const row = await open({ oa: textAnswer() })
  const error = await invoke(row.url, { message: 'Hi.' }, false).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('anthropic_version'),
  })
  expect(row.everything('oa').filter(({ method }) => method === 'POST')).toEqual([])
})

describe('at the gate', () => {
  const path = `/model/${encodeURIComponent(MODEL)}/converse`
  const shut = { server: { proxyApiKey: 'gate-key' } }
  const post = (
    row: { post(path: string, body: object, headers: Record<string, string>): Promise<Reply> },
    headers: Record<string, string>,
  ) => row.post(path, saying('Hi.'), headers)

  test('a Bedrock API key is the gate key', async () => {
    const row = await open({ oa: textAnswer('In.') }, shut)
    const client = bedrockClient(row.url, 'gate-key')
    const { ConverseCommand } = await import('@aws-sdk/client-bedrock-runtime')
    const { output } = await client.send(new ConverseCommand({ modelId: MODEL, ...saying('Hi.') }))
    expect(output?.message?.content).toEqual([{ text: 'In.' }])
    expect((await post(row, { 'x-api-key': 'gate-key' })).status).toBe(200)
    client.destroy()
  })

  test('a signature alone is refused, and says what to send instead', async () => {
    const row = await open({ oa: textAnswer() }, shut)
    const authorization =
      'AWS4-HMAC-SHA256 Credential=AK/20260101/us-east-1/bedrock/aws4_request, Signature=00'
    const { status, headers, json } = await post(row, { authorization })
    expect([status, headers.get('x-amzn-errortype')]).toEqual([403, 'UnrecognizedClientException'])
    expect(json['message']).toContain('AWS_BEARER_TOKEN_BEDROCK')
  })

  test('a wrong method and an unknown verb are told in its shape', async () => {
    const row = await open({ oa: textAnswer() })
    const got = await row.ask(path)
    expect([got.status, got.headers.get('allow'), got.headers.get('x-amzn-errortype')]).toEqual([
      405,
      'POST',
      'ValidationException',
    ])
    const lost = await row.post('/model/m/apply', {})
    expect([lost.status, lost.json['__type']]).toEqual([404, 'ResourceNotFoundException'])
  })
})

test('the stream is binary by its type, and every message is whole', async () => {
  const row = await open({ oa: textAnswer('你好 😀') })
  const { headers, body } = await askRaw(`${row.url}/model/m/converse-stream`, { body: saying('Hi.') })
  expect(headers['content-type']).toBe('application/vnd.amazon.eventstream')
  let from = 0
  while (from < body.length) from += body.readUInt32BE(from)
  expect(from).toBe(body.length)
  expect(body.toString('utf8')).toContain('你好')
})
