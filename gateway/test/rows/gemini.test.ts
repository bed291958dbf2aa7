/** What a client of Gemini's API gets, before each type of upstream. By plain HTTP. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { arrayOf, objectOf, parseJson, stringOf } from '#core'
import { askRaw } from '../raw-answer.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { askGemini, heard, pathFor, saying, WAYS } from './gemini-client.ts'
import { EVERY_UPSTREAM, jsonAnswer, rows, sseEvents, textAnswer } from './row.ts'

const open = rows()
const ASK = saying('Say hello.')
const USAGE = { inputTokens: 123, outputTokens: 45 }

describe.each(EVERY_UPSTREAM)('before %s', (upstream) => {
  test.each(WAYS)('a text comes %s, with its usage and its end', async (how) => {
    const row = await open({ [upstream]: { kind: 'answer', text: 'Hello there, friend.', usage: USAGE } })
    const body = { ...ASK, systemInstruction: { parts: [{ text: 'Be brief.' }] } }
    const { reply, text, finish, usage } = await askGemini(row, 'm', body, how)
    expect([reply.status, text, finish]).toEqual([200, 'Hello there, friend.', 'STOP'])
    expect(usage).toMatchObject({ promptTokenCount: 123, candidatesTokenCount: 45, totalTokenCount: 168 })
    const type = how === 'events' ? 'text/event-stream' : 'application/json'
    expect(reply.headers.get('content-type')).toContain(type)
    expect(row.calls(upstream).at(-1)?.body).toContain('Be brief.')
  })

  test.each(WAYS)('a tool call comes %s', async (how) => {
    const call = { id: 'call_1', name: 'look', arguments: { city: 'Oslo' }, fragments: 3 }
    const row = await open({ [upstream]: { kind: 'answer', toolCalls: [call] } })
    const parameters = { type: 'OBJECT', properties: { city: { type: 'STRING' } } }
    const tools = [{ functionDeclarations: [{ name: 'look', description: 'Looks.', parameters }] }]
    const { calls } = await askGemini(row, 'm', { ...ASK, tools }, how)
    expect(calls).toEqual([{ id: 'call_1', name: 'look', args: { city: 'Oslo' } }])
    expect(JSON.stringify(row.sent(upstream))).toContain('"look"')
  })

  test.each(WAYS)('an error of the provider is told in its words, %s', async (how) => {
    const row = await open({ [upstream]: { kind: 'status', status: 503 } })
    const { status, json } = await row.post(pathFor('m', how), ASK)
    expect(status).toBe(503)
    expect(json).toMatchObject({ error: { code: 503, status: 'UNAVAILABLE' } })
  })

  test.each(['events', 'list'] as const)('a stream that breaks off ends in an error, as %s', async (how) => {
    const row = await open({ [upstream]: { kind: 'answer', text: 'One two three four.', cutAfter: 2 } })
    const { body } = await askRaw(row.url + pathFor('m', how), { body: ASK })
    const text = body.toString()
    const items =
      how === 'list' ? arrayOf(parseJson(text)) : sseEvents(text).map(({ data }) => parseJson(data))
    expect(JSON.stringify(items?.[0])).toContain('One ')
    expect(items?.at(-1)).toMatchObject({ error: { status: 'INTERNAL' } })
    expect(text).not.toContain('finishReason')
  })
})

test('events are data and nothing else: no names, no comments, no [DONE]', async () => {
  const row = await open({ an: textAnswer() })
  const { reply } = await askGemini(row, 'm', ASK, 'events')
  for (const line of reply.text.split('\n')) expect(line).toMatch(/^(?:data: \{.*\})?$/)
  expect(reply.text.endsWith('\n\n')).toBe(true)
})

describe('a stream without alt=sse', () => {
  test.each(['an', 'gg'] as const)('pitfall 173 comes piece by piece from %s', async (upstream) => {
    const row = await open({ [upstream]: { kind: 'answer', text: 'one two three', stallAfter: 2 } })
    const seen = await askRaw(row.url + pathFor('m', 'list'), {
      body: ASK,
      leaveWhen: (body) => body.includes('two'),
    })
    expect(seen.body.toString()).toMatch(/^\[\{.*one.*\},\n\{.*two/s)
    await expect.poll(() => row.calls(upstream)[0]?.closedByClient).toBe(true)
  })

  test("pitfall 173 has the provider's own items, fields nobody knows and all", async () => {
    const items = [
      '{"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"index":0,"x":1.0}],"y":{}}',
      '{"candidates":[{"content":{"parts":[{"text":"!"}],"role":"model"},"finishReason":"STOP","index":0}]}',
    ]
    const chunks = items.map((item) => `data: ${item}\r\n\r\n`)
    const headers = { 'content-type': 'text/event-stream' }
    const row = await open({ gg: { kind: 'raw', status: 200, headers, chunks } })
    expect((await row.post(pathFor('m', 'list'), ASK)).text).toBe(`[${items.join(',\n')}]\n`)
    expect((await row.post(pathFor('m', 'events'), ASK)).text).toBe(chunks.join(''))
    expect(row.calls('gg').map(({ path }) => path.split('?')[1])).toEqual(['alt=sse', 'alt=sse'])
  })

  test('is whole JSON from a provider that answers whole', async () => {
    const row = await open({ gg: { kind: 'answer', as: 'json', text: 'At once.' } })
    expect((await askGemini(row, 'm', ASK, 'list')).text).toBe('At once.')
  })

  test('stays JSON through a silent gap', async () => {
    const clock = new VirtualClock()
    const row = await open(
      { an: { kind: 'answer', text: 'one two', stallAfter: 1 } },
      { clock, server: { keepAliveMs: 1000 } },
    )
    const asked = askRaw(row.url + pathFor('m', 'list'), {
      body: ASK,
      leaveWhen: (body) => {
        if (body.includes('one')) setImmediate(() => clock.advance(1000))
        return body.endsWith('}\n')
      },
    })
    const text = (await asked).body.toString()
    expect(parseJson(`${text}]`)).toMatchObject([{ candidates: [{}] }])
  })
})

test('same-language bytes pass both ways', async () => {
  const answer = {
    candidates: [{ content: { parts: [{ text: 'Hi' }], role: 'model' }, finishReason: 'STOP' }],
    x: [1],
  }
  const row = await open({ gg: jsonAnswer(answer) })
  const asked = { ...ASK, cachedContent: 'cachedContents/1', generation_config: { x_new: 1 } }
  const { text } = await row.post('/v1beta/models/gg:gemini-2.5-pro:generateContent', asked)
  expect(text).toBe(JSON.stringify(answer))
  expect(row.calls('gg').at(-1)?.body).toBe(JSON.stringify(asked))
  expect(row.calls('gg').at(-1)?.path).toMatch(/\/models\/gemini-2\.5-pro:generateContent$/)
})

test.each([
  ['/v1beta/models/oa:gpt-4o:generateContent', 'gpt-4o'],
  ['/v1/models/oa:gpt-4o:generateContent', 'gpt-4o'],
  ['/v1alpha/models/oa:gpt-4o:generateContent', 'gpt-4o'],
  ['/v1beta/models/oa%3Ameta%2Fllama-3%3Afree:generateContent', 'meta/llama-3:free'],
  ['/v1beta/models/oa:meta/llama-3:free:generateContent/', 'meta/llama-3:free'],
])('%s asks for the model %s', async (path, model) => {
  const row = await open({ oa: textAnswer('Yes.') })
  const reply = await row.post(path, ASK)
  expect(heard(reply, 'whole').text).toBe('Yes.')
  expect(reply.headers.get('x-model')).toBe(model)
  expect(row.sent('oa')['model']).toBe(model)
})

test('a thought signature of Gemini comes back to it through the history of another language', async () => {
  const call = { functionCall: { name: 'look', args: {} }, thoughtSignature: 'c2lnbmVk' }
  const first = jsonAnswer({ candidates: [{ content: { parts: [call] }, finishReason: 'STOP' }] })
  const row = await open({ gg: [first, textAnswer('It rains.')] })
  const tools = [{ name: 'look', input_schema: { type: 'object' as const } }]
  const question = { role: 'user' as const, content: 'How is it?' }
  const asked = { model: 'gemini-3-pro', max_tokens: 99, tools }
  const said = await row.anthropic.messages.create({ ...asked, messages: [question] })
  const used = said.content.find((block) => block.type === 'tool_use')
  const result = { type: 'tool_result' as const, tool_use_id: used?.id ?? '', content: 'Rain.' }
  await row.anthropic.messages.create({
    ...asked,
    messages: [question, { role: 'assistant', content: said.content }, { role: 'user', content: [result] }],
  })
  const parts = JSON.stringify(row.sent('gg')['contents'])
  expect(parts).toContain('"thoughtSignature":"c2lnbmVk"')
})

test("state of another provider is opened on its way back, in spite of Gemini's base64", async () => {
  const thinking = { type: 'thinking', thinking: 'I look.', signature: 'signed-by-them' }
  const first = jsonAnswer({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [thinking, { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }],
    stop_reason: 'tool_use',
    usage: { input_tokens: 1, output_tokens: 2 },
  })
  const row = await open({ an: [first, textAnswer('It rains.')], gg: textAnswer('It rains.') })
  const tools = [{ functionDeclarations: [{ name: 'look', description: 'Looks.' }] }]
  const { parts } = await askGemini(row, 'claude-sonnet-4-5', { ...ASK, tools }, 'whole')
  const functionResponse = { id: 'toolu_1', name: 'look', response: { result: 'Rain.' } }
  const contents = [
    ...ASK.contents,
    { role: 'model', parts },
    { role: 'user', parts: [{ functionResponse }] },
  ]
  const generationConfig = { thinkingConfig: { thinkingBudget: 2000 } }
  await askGemini(row, 'claude-sonnet-4-5', { contents, tools, generationConfig }, 'whole')
  expect(JSON.stringify(row.sent('an')['messages'])).toContain('"signature":"signed-by-them"')
  // Gemini itself must never see it, though both ends speak the same language.
  await askGemini(row, 'gg:gemini-2.5-flash', { contents, tools }, 'whole')
  const [sealed = ''] = parts.flatMap(({ thoughtSignature }) => stringOf(thoughtSignature) ?? [])
  expect(sealed).not.toBe('')
  expect(row.calls('gg').at(-1)?.body).not.toContain(sealed)
})

const countingAt = (model: string) => `/v1beta/models/${model}:countTokens`
const counts = ({ path }: { path: string }) =>
  path.endsWith(':countTokens') ? jsonAnswer({ totalTokens: 4242 }) : textAnswer()

describe('countTokens', () => {
  test.each(EVERY_UPSTREAM)('A21 costs nothing before %s', async (upstream) => {
    const row = await open({ [upstream]: textAnswer() })
    const { status, json } = await row.post(countingAt('m'), ASK)
    expect(status).toBe(200)
    expect(json['totalTokens']).toBeGreaterThanOrEqual(1)
    expect(row.calls(upstream)).toEqual([])
  })

  test("A22 is Gemini's own number where Gemini counts", async () => {
    const row = await open({ gg: counts })
    const { json } = await row.post(countingAt('gemini-2.5-flash'), ASK)
    expect(json).toEqual({ totalTokens: 4242 })
    const wrapped = { generateContentRequest: { model: 'models/gg:gemini-2.5-flash', ...ASK } }
    await row.post(countingAt('gg:gemini-2.5-flash'), wrapped)
    const asked = row.everything('gg').findLast(({ path: at }) => at.endsWith(':countTokens'))
    expect(objectOf(parseJson(asked?.body ?? ''))).toMatchObject({
      generateContentRequest: { model: 'models/gemini-2.5-flash', contents: ASK.contents },
    })
  })

  test('A22 is an estimate when Gemini cannot, and grows with the text', async () => {
    const row = await open({ gg: { kind: 'status', status: 500 } })
    const few = (await row.post(countingAt('m'), ASK)).json['totalTokens']
    const many = (await row.post(countingAt('m'), saying('Think hard. '.repeat(100)))).json['totalTokens']
    expect(Number(many)).toBeGreaterThan(Number(few) + 200)
  })

  test('names what is missing', async () => {
    const row = await open({ gg: textAnswer() })
    const { status, json } = await row.post(countingAt('m'), {})
    expect(status).toBe(400)
    expect(json).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } })
  })
})

const named = (name: string) => ({
  name: `models/${name}`,
  displayName: 'Claude X',
  supportedGenerationMethods: expect.arrayContaining(['generateContent', 'countTokens']),
})

describe('models', () => {
  const CLAUDE = { data: [{ type: 'model', id: 'claude-x', display_name: 'Claude X' }], has_more: false }
  const listing = ({ path }: { path: string }) =>
    path.includes('/models') ? jsonAnswer(CLAUDE) : textAnswer()

  test.each([
    ['under the version that only it has', '/v1beta/models', {}],
    ['to its key header', '/v1/models', { 'x-goog-api-key': 'any' }],
    ['to a key in the query', '/v1/models?key=any', {}],
    ['by its name', '/v1/models?format=gemini', {}],
  ])("the list is Gemini's %s", async (_how, path, headers) => {
    const row = await open({ an: listing })
    expect((await row.ask(path, { headers })).json).toMatchObject({ models: [named('claude-x')] })
  })

  test('one model is found, and another is not', async () => {
    const row = await open({ an: listing })
    const headers = { 'x-goog-api-key': 'any' }
    for (const path of ['/v1beta/models/an:claude-x', '/v1beta/models/claude-x'])
      expect((await row.ask(path)).json).toMatchObject(named('claude-x'))
    expect((await row.ask('/v1/models/claude-x', { headers })).json).toMatchObject(named('claude-x'))
    const missing = { error: { code: 404, status: 'NOT_FOUND' } }
    expect((await row.ask('/v1beta/models/nope')).json).toMatchObject(missing)
    expect((await row.ask('/v1/models/nope', { headers })).json).toMatchObject(missing)
  })

  test("B09 without a sign of Gemini the list is OpenAI's, and Anthropic's to its version", async () => {
    const row = await open({ an: listing })
    expect((await row.ask('/v1/models')).json).toMatchObject({ object: 'list', data: [{ id: 'claude-x' }] })
    const headers = { 'anthropic-version': '2023-06-01', 'x-goog-api-key': 'any' }
    expect((await row.ask('/v1/models', { headers })).json).toMatchObject({ first_id: 'claude-x' })
  })
})

describe('errors', () => {
  test('how long to wait is told where its clients look for it', async () => {
    const row = await open({ oa: { kind: 'status', status: 429, headers: { 'retry-after': '2' } } })
    const { status, headers, json } = await row.post(pathFor('m', 'events'), ASK)
    expect([status, headers.get('retry-after')]).toEqual([429, '2'])
    expect(json).toMatchObject({
      error: {
        code: 429,
        status: 'RESOURCE_EXHAUSTED',
        details: expect.arrayContaining([
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2s' },
        ]),
      },
    })
  })

  test("pitfall 178 Gemini's own RetryInfo is told to clients of every language", async () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' }]
    const error = { code: 429, message: 'Slow down.', status: 'RESOURCE_EXHAUSTED', details }
    const row = await open({ gg: jsonAnswer({ error }, 429) })
    const asked = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi.' }] }
    for (const path of ['/v1/chat/completions', '/v1/messages', '/api/chat']) {
      const { status, headers } = await row.post(path, asked)
      expect([path, status, headers.get('retry-after')]).toEqual([path, 429, '35'])
    }
  })

  test.each([
    ['no contents', pathFor('m', 'whole'), {}],
    ['a role that is none', pathFor('m', 'events'), { contents: [{ role: 'system', parts: [] }] }],
    ['a limit that is none', pathFor('m', 'list'), { ...ASK, generationConfig: { maxOutputTokens: 0 } }],
  ])('%s is a 400 in its words', async (_what, path, body) => {
    const row = await open({ oa: textAnswer() })
    const { status, json } = await row.post(path, body)
    expect(status).toBe(400)
    expect(json).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } })
    expect(row.calls('oa')).toEqual([])
  })

  test.each([
    ['POST', '/v1beta/models/m:predictContent', 405],
    ['POST', '/v1/models/m:asyncBatchEmbedContents', 405],
    ['GET', '/v1beta/models/m:generateContent', 404],
    ['GET', '/v1beta/files', 404],
  ])('%s %s is refused in its words with %i', async (method, path, wanted) => {
    const row = await open({ oa: textAnswer() })
    const { status, json } = await row.ask(path, { method })
    expect([status, objectOf(json['error'])?.['code']]).toEqual([wanted, wanted])
  })
})

describe('behind a gate', () => {
  const GATE = 'gate-key-9c1f'
  const GATED = { server: { proxyApiKey: GATE } } as const

  test('F02 the key enters by header, by query and as bearer, and a wrong one by none', async () => {
    const row = await open({ gg: textAnswer() }, GATED)
    const path = pathFor('m', 'events')
    for (const [query, headers] of [
      ['', { 'x-goog-api-key': GATE }],
      [`&key=${GATE}`, {}],
      ['', { authorization: `Bearer ${GATE}` }],
    ] as const) {
      expect((await row.post(path + query, ASK, headers)).status).toBe(200)
      expect((await row.ask(`/v1beta/models?${query.slice(1)}`, { headers })).status).toBe(200)
    }
    for (const [query, headers] of [
      ['', {}],
      ['', { 'x-goog-api-key': 'nope' }],
      ['&key=nope', {}],
    ] as const) {
      const { status, json } = await row.post(path + query, ASK, headers)
      expect(status).toBe(401)
      expect(json).toMatchObject({ error: { code: 401, status: 'UNAUTHENTICATED' } })
      expect((await row.ask(`/v1beta/models?${query.slice(1)}`, { headers })).status).toBe(401)
    }
    expect(JSON.stringify(row.everything('gg'))).not.toContain(GATE)
  })

  test('F10 a key in the query comes out nowhere', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-query-'))
    const logTo = join(folder, 'log')
    try {
      const row = await open(
        { gg: [textAnswer(), { kind: 'status', status: 400 }] },
        { ...GATED, logTo, config: { logLevel: 'debug' } },
      )
      const out: string[] = []
      for (const path of [pathFor('m', 'events'), pathFor('m', 'events'), '/v1beta/nowhere?x=1']) {
        const { text, headers } = await row.post(`${path}&key=${GATE}`, ASK)
        out.push(text, JSON.stringify([...headers]))
      }
      await row.close()
      out.push(readFileSync(logTo, 'utf8'))
      expect(out.at(-1)).toContain('request_id')
      for (const text of out) expect(text).not.toContain(GATE)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('F05 of two keys the provider sees its own, in its own header and never in a URL', async () => {
    const row = await open(
      { gg: textAnswer() },
      { ...GATED, providers: { gg: { apiKeys: [], passthrough: true } } },
    )
    for (const [query, headers] of [
      [`&key=${GATE}`, { 'x-goog-api-key': 'own-key-77' }],
      ['&key=own-key-77', { 'x-goog-api-key': GATE }],
      ['', { 'x-goog-api-key': 'own-key-77', authorization: `Bearer ${GATE}` }],
    ] as const) {
      expect((await row.post(pathFor('m', 'events') + query, ASK, headers)).status).toBe(200)
    }
    expect(row.calls('gg').map(({ headers }) => headers['x-goog-api-key'])).toEqual(
      Array.from({ length: 3 }, () => 'own-key-77'),
    )
    expect(JSON.stringify(row.everything('gg'))).not.toContain(GATE)
    for (const { path } of row.everything('gg')) expect(path).not.toContain('key')
  })
})
