/** Rows B19 and C12 to C14: embeddings in all three languages, from every upstream that has them. */

import { GoogleGenAI } from '@google/genai'
import { expect, test } from 'vitest'
import { arrayOf, objectOf, stringOf } from '#core'
import type { ScriptedAnswer } from '#simulator'
import { jsonAnswer, type Row, rows, textAnswer } from './row.ts'

const open = rows()
const WITH_EMBEDDINGS = ['oa', 'ol', 'or', 'gg'] as const
type Embedding = (typeof WITH_EMBEDDINGS)[number]
/** Unit vectors that 32 bits hold exactly, so that no encoding changes them. */
const ROWS = [
  [0.5, -0.5, 0.5, 0.5],
  [1, 0, 0, 0],
]

const openaiList = (rowsGiven: readonly unknown[]) =>
  jsonAnswer({
    object: 'list',
    data: rowsGiven.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    model: 'the-upstream-name',
    usage: { prompt_tokens: 6, total_tokens: 6 },
  })
const ollamaList = (embeddings: readonly unknown[]) =>
  jsonAnswer({ model: 'm', embeddings, total_duration: 9, load_duration: 1, prompt_eval_count: 6 })

const inOrder = (...targets: readonly string[]) => ({
  config: { models: { both: { targets, strategy: 'priority' as const } } },
})

const geminiList = (given: readonly unknown[]) =>
  jsonAnswer({
    embeddings: given.map((values) => ({ values })),
    usageMetadata: { promptTokenCount: 6 },
  })
const LISTS: Readonly<Record<Embedding, (given: readonly unknown[]) => ScriptedAnswer>> = {
  oa: openaiList,
  or: openaiList,
  ol: ollamaList,
  gg: geminiList,
}
const answers = (upstream: Embedding, given: readonly unknown[]) => ({ [upstream]: LISTS[upstream](given) })

/** What an upstream is asked for these texts, in its own words. */
const askedOf = (upstream: Embedding, ...texts: readonly string[]) =>
  upstream === 'gg'
    ? { requests: texts.map((text) => ({ model: 'models/m', content: { parts: [{ text }] } })) }
    : { model: 'm', input: texts }
const pathOf = (upstream: Embedding) =>
  upstream === 'ol'
    ? /\/api\/embed$/
    : upstream === 'gg'
      ? /\/models\/m:batchEmbedContents$/
      : /\/embeddings$/

const google = ({ url }: Row) =>
  new GoogleGenAI({ apiKey: 'client-key', httpOptions: { baseUrl: url, retryOptions: { attempts: 1 } } })

test.each(WITH_EMBEDDINGS)('B19 the official client gets a vector per input from %s', async (upstream) => {
  const row = await open(answers(upstream, ROWS))
  const list = await row.openai.embeddings.create({ model: 'm', input: ['a', 'b'] })
  expect(list.data.map(({ embedding }) => embedding)).toEqual(ROWS)
  expect(list.data.map(({ index, object }) => [index, object])).toEqual([
    [0, 'embedding'],
    [1, 'embedding'],
  ])
  expect(list).toMatchObject({ object: 'list', usage: { prompt_tokens: 6, total_tokens: 6 } })
  expect(row.sent(upstream)).toMatchObject(askedOf(upstream, 'a', 'b'))
  expect(row.calls(upstream).at(-1)?.path).toMatch(pathOf(upstream))
})

test.each(['azure', 'mistral'])('B19 a text and a list of them from a provider of type %s', async (type) => {
  const row = await open({ or: [openaiList(ROWS), openaiList([ROWS[0]])] }, { providers: { or: { type } } })
  const list = await row.openai.embeddings.create({ model: 'm', input: ['a', 'b'] })
  expect(list.data.map(({ embedding }) => embedding)).toEqual(ROWS)
  expect(row.sent('or')).toMatchObject({ input: ['a', 'b'] })
  expect(row.calls('or').at(-1)?.path).toMatch(/\/embeddings(?:\?|$)/)
  const { data } = await row.openai.embeddings.create({ model: 'm', input: 'a' })
  expect(data.map(({ embedding }) => embedding)).toEqual([ROWS[0]])
})

test.each(WITH_EMBEDDINGS)('B19 a single text is a list of one from %s', async (upstream) => {
  const row = await open(answers(upstream, [ROWS[0]]))
  const { status, json } = await row.post('/v1/embeddings', { model: 'm', input: 'a' })
  expect(status).toBe(200)
  expect(json).toMatchObject({
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: ROWS[0] }],
  })
})

test('B19 same-language bytes pass both ways', async () => {
  const row = await open({ oa: openaiList(['AAAAPw==']) })
  const asked = {
    model: 'oa:text-embedding-3-small',
    input: 'a',
    encoding_format: 'base64',
    unknown_field: [1.0],
  }
  const { json, headers } = await row.post('/v1/embeddings', asked)
  expect(row.sent('oa')).toEqual({ ...asked, model: 'text-embedding-3-small' })
  expect(json).toMatchObject({ model: 'the-upstream-name', data: [{ embedding: 'AAAAPw==' }] })
  expect(headers.get('x-model')).toBe('text-embedding-3-small')
})

test("B19 an encoding of the provider's own passes untouched", async () => {
  const row = await open({ oa: openaiList(['AQIDBA=']) })
  const { status, json } = await row.post('/v1/embeddings', {
    model: 'm',
    input: 'a',
    encoding_format: 'base64_int8',
  })
  expect(status).toBe(200)
  expect(json).toMatchObject({ data: [{ embedding: 'AQIDBA=' }] })
})

test.each(WITH_EMBEDDINGS)('pitfall 227 base64 is given when asked, from floats of %s', async (upstream) => {
  const vector = Array.from({ length: 768 }, (_, i) => Math.fround(Math.sin(i) / 20))
  const row = await open(answers(upstream, [vector]))
  const { json } = await row.post('/v1/embeddings', { model: 'm', input: 'a', encoding_format: 'base64' })
  const [first] = arrayOf(json['data']) ?? []
  const bytes = Buffer.from(stringOf(objectOf(first)?.['embedding']) ?? '', 'base64')
  expect(vector.map((_, i) => bytes.readFloatLE(i * 4))).toEqual(vector)
})

test('pitfall 227 base64 is not asked of Ollama', async () => {
  const row = await open({ ol: ollamaList(ROWS) })
  await row.openai.embeddings.create({ model: 'm', input: ['a', 'b'] })
  expect(row.sent('ol')).toEqual({ model: 'm', input: ['a', 'b'] })
})

test('pitfall 228 the width reaches Ollama', async () => {
  const row = await open({ ol: ollamaList([[0.6, 0.8]]) })
  await row.openai.embeddings.create({ model: 'm', input: 'a', dimensions: 2 })
  expect(row.sent('ol')).toMatchObject({ dimensions: 2 })
})

test('pitfall 228 the width reaches Gemini', async () => {
  const row = await open({ gg: geminiList([[0.6, 0.8]]) })
  await row.openai.embeddings.create({ model: 'm', input: 'a', dimensions: 2 })
  expect(row.sent('gg')).toMatchObject({ requests: [{ outputDimensionality: 2 }] })
})

test('pitfall 228 vectors of another width than asked are a 400 that names the field', async () => {
  const row = await open({ ol: ollamaList([ROWS[0]]) })
  const { status, json } = await row.post('/v1/embeddings', { model: 'm', input: 'a', dimensions: 2 })
  expect(status).toBe(400)
  expect(json).toMatchObject({ error: { param: 'dimensions' } })
})

test('pitfall 229 order is kept by number', async () => {
  const data = [1, 0].map((index) => ({ object: 'embedding', index, embedding: ROWS[index] }))
  const row = await open({ oa: jsonAnswer({ object: 'list', data, model: 'm' }) })
  const { embeddings } = await row.ollama.embed({ model: 'm', input: ['a', 'b'] })
  expect(embeddings).toEqual(ROWS)
})

test('pitfall 229 token ids pass where they are understood', async () => {
  const row = await open({ oa: openaiList(ROWS) })
  const { status } = await row.post('/v1/embeddings', { model: 'm', input: [[1, 2], [3]] })
  expect(status).toBe(200)
  expect(row.sent('oa')).toMatchObject({ input: [[1, 2], [3]] })
})

test.each(['ol', 'gg'] as const)(
  'pitfall 229 token ids are refused, without a call, where only texts are read: %s',
  async (upstream) => {
    const row = await open(answers(upstream, ROWS))
    const { status, json } = await row.post('/v1/embeddings', { model: 'm', input: [1, 2] })
    expect(status).toBe(400)
    expect(json).toMatchObject({ error: { param: 'input', message: expect.stringContaining('token ids') } })
    expect(row.calls(upstream)).toEqual([])
  },
)

test.each(WITH_EMBEDDINGS)(
  'pitfall 229 fewer vectors than inputs from %s are a bad answer',
  async (upstream) => {
    const row = await open(answers(upstream, [ROWS[0]]))
    const path = upstream === 'ol' ? '/v1/embeddings' : '/api/embed'
    const { status } = await row.post(path, { model: 'm', input: ['a', 'b'] })
    expect(status).toBe(502)
  },
)

test.each(WITH_EMBEDDINGS)(
  'C12 pitfall 230 the older path gives one bare vector from %s',
  async (upstream) => {
    const row = await open(answers(upstream, [ROWS[0]]))
    const { status, json } = await row.post('/api/embeddings', { model: 'm', prompt: 'a' })
    expect(status).toBe(200)
    expect(json).toEqual({ embedding: ROWS[0] })
    expect(row.sent(upstream)).toEqual(askedOf(upstream, 'a'))
    expect(row.calls(upstream).at(-1)?.path).toMatch(pathOf(upstream))
    expect(await row.ollama.embeddings({ model: 'm', prompt: 'a' })).toEqual({ embedding: ROWS[0] })
  },
)

test.each(WITH_EMBEDDINGS)('C13 one row per input from %s, a text or a list', async (upstream) => {
  const row = await open(answers(upstream, ROWS))
  const answer = await row.ollama.embed({ model: 'm', input: ['a', 'b'] })
  expect(answer).toMatchObject({ model: 'm', embeddings: ROWS, prompt_eval_count: 6 })
  expect(answer.total_duration).toBeGreaterThan(0)
  expect(answer.load_duration).toEqual(expect.any(Number))
  const single = await open(answers(upstream, [ROWS[1]]))
  expect((await single.ollama.embed({ model: 'm', input: 'a' })).embeddings).toEqual([ROWS[1]])
})

test('C13 rows have the length one whatever the provider gave', async () => {
  const row = await open({ oa: openaiList([[3, 4]]) })
  expect((await row.ollama.embed({ model: 'm', input: 'a' })).embeddings).toEqual([[0.6, 0.8]])
})

test('C13 a request without a text loads the model and asks nobody', async () => {
  const row = await open({ oa: openaiList(ROWS) })
  expect((await row.post('/api/embed', { model: 'm' })).json).toEqual({ model: 'm', embeddings: [] })
  expect((await row.post('/api/embeddings', { model: 'm' })).json).toEqual({ embedding: [] })
  expect(row.calls('oa')).toEqual([])
})

test.each([
  ['/v1/embeddings', { input: 'a' }],
  ['/api/embed', { input: 'a' }],
  ['/api/embeddings', { prompt: 'a' }],
  ['/v1beta/models/an:claude:embedContent', { content: { parts: [{ text: 'a' }] } }],
  ['/v1beta/models/an:claude:batchEmbedContents', { requests: [{ content: { parts: [{ text: 'a' }] } }] }],
])('C14 %s to a provider without embeddings is a 400 that says so, and no call', async (path, asked) => {
  const row = await open({ an: textAnswer() })
  const { status, text } = await row.post(path, { model: 'an:claude', ...asked })
  expect(status).toBe(400)
  expect(text).toContain('embeddings')
  expect(text).toContain('\\"an\\"')
  expect(row.calls('an')).toEqual([])
})

test('C14 a target without embeddings is left out where another has them', async () => {
  const row = await open({ an: textAnswer(), ol: ollamaList(ROWS) }, inOrder('an:c', 'ol:m'))
  const { status, headers } = await row.post('/v1/embeddings', { model: 'both', input: ['a', 'b'] })
  expect(status).toBe(200)
  expect([headers.get('x-provider'), headers.get('x-attempts')]).toEqual(['ol', '1'])
  expect(row.calls('an')).toEqual([])
})

test.each(WITH_EMBEDDINGS)("B19 Google's own client gets a vector per text from %s", async (upstream) => {
  const row = await open(answers(upstream, ROWS))
  const { embeddings } = await google(row).models.embedContent({ model: 'm', contents: ['a', 'b'] })
  expect(embeddings?.map(({ values }) => values)).toEqual(ROWS)
  expect(row.sent(upstream)).toMatchObject(askedOf(upstream, 'a', 'b'))
})

test('B19 a Gemini client reaches Gemini byte for byte, with the model renamed for each content', async () => {
  const row = await open({ gg: geminiList(ROWS) })
  await google(row).models.embedContent({
    model: 'gg:text-embedding-004',
    contents: ['a', 'b'],
    config: { taskType: 'RETRIEVAL_DOCUMENT', title: 'T', outputDimensionality: 4 },
  })
  const said = { taskType: 'RETRIEVAL_DOCUMENT', title: 'T', outputDimensionality: 4 }
  const model = 'models/text-embedding-004'
  expect(row.sent('gg')).toMatchObject({
    requests: ['a', 'b'].map((text) => ({ model, content: { parts: [{ text }] }, ...said })),
  })
  expect(row.calls('gg').at(-1)?.path).toMatch(/\/models\/text-embedding-004:batchEmbedContents$/)
})

test('B19 a single content goes to Gemini as one, and unknown fields with it', async () => {
  const row = await open({ gg: jsonAnswer({ embedding: { values: [1, 0], shape: 2 } }) })
  const body = { content: { parts: [{ text: 'a' }] }, unknown_field: 1 }
  const { json } = await row.post('/v1beta/models/m:embedContent', body)
  expect(json).toEqual({ embedding: { values: [1, 0], shape: 2 } })
  expect(row.sent('gg')).toEqual(body)
  expect(row.calls('gg').at(-1)?.path).toMatch(/\/models\/m:embedContent$/)
})

test.each(['oa', 'ol'] as const)(
  'B19 a single content is a list of one for %s; what only Gemini says is noted',
  async (upstream) => {
    const row = await open(answers(upstream, [ROWS[1]]))
    const body = { content: { parts: [{ text: 'a' }] }, taskType: 'CLUSTERING', outputDimensionality: 4 }
    const { json, headers } = await row.post('/v1beta/models/m:embedContent', body)
    expect(json).toEqual({ embedding: { values: ROWS[1] }, usageMetadata: { promptTokenCount: 6 } })
    expect(row.sent(upstream)).toMatchObject({ model: 'm', input: ['a'], dimensions: 4 })
    expect(headers.get('x-sluice-notes')).toBe('dropped taskType')
  },
)

test('B19 pictures to embed go to Gemini and to nobody else', async () => {
  const row = await open({ oa: openaiList(ROWS), gg: geminiList(ROWS) })
  const parts = [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }]
  const refused = await row.post('/v1beta/models/m:embedContent', { content: { parts } })
  expect(refused.status).toBe(400)
  expect(refused.text).toContain('anything but plain texts')
  expect(row.calls('oa')).toEqual([])
  const { status } = await row.post('/v1beta/models/gg:m:embedContent', { content: { parts } })
  expect(status).toBe(200)
  expect(row.sent('gg')).toEqual({ content: { parts } })
})

test('B19 faults of a Gemini client are told in its words', async () => {
  const row = await open({ gg: geminiList(ROWS) })
  const { status, json } = await row.post('/v1beta/models/m:batchEmbedContents', { requests: [{}] })
  expect(status).toBe(400)
  expect(json).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } })
  expect(row.calls('gg')).toEqual([])
})

test('B19 another target takes over when one fails', async () => {
  const row = await open(
    { oa: { kind: 'status', status: 503 }, ol: ollamaList(ROWS) },
    inOrder('oa:m', 'ol:m'),
  )
  const list = await row.openai.embeddings.create({ model: 'both', input: ['a', 'b'] })
  expect(list.data.map(({ embedding }) => embedding)).toEqual(ROWS)
})

test.each(WITH_EMBEDDINGS)('B19 a model that %s does not have is a 404', async (upstream) => {
  const row = await open({ [upstream]: { kind: 'status', status: 404 } })
  const { status, json } = await row.post('/v1/embeddings', { model: 'nope', input: 'a' })
  expect(status).toBe(404)
  expect(json['error']).toMatchObject({ message: expect.stringMatching(/\S/) })
})

test('B19 the wrong method is a 405', async () => {
  const row = await open({ oa: openaiList(ROWS) })
  for (const path of ['/v1/embeddings', '/api/embed', '/api/embeddings']) {
    expect((await row.ask(path)).status).toBe(405)
  }
})

test('B19 C12 C13 the demo answers in all four ways, with the same vector', async () => {
  const row = await open({})
  const list = await row.openai.embeddings.create({ model: 'demo', input: 'cat', encoding_format: 'float' })
  const { embeddings } = await row.ollama.embed({ model: 'demo', input: ['cat', 'dog'] })
  const { embedding } = await row.ollama.embeddings({ model: 'demo', prompt: 'cat' })
  expect(list.data[0]?.embedding).toEqual(embedding)
  expect(embeddings[0]).toEqual(embedding)
  expect(embeddings[1]).not.toEqual(embedding)
  expect(Math.hypot(...embedding)).toBeCloseTo(1, 6)
  const { embeddings: given } = await google(row).models.embedContent({ model: 'demo', contents: 'cat' })
  expect(given?.[0]?.values).toEqual(embedding)
})

const VERTEX = { type: 'vertex', apiKeys: ['ya29.token'], vertex: { project: 'p', location: 'europe-west1' } }
const PREDICTED = jsonAnswer({
  predictions: ROWS.map((values, at) => ({
    embeddings: { values, statistics: { truncated: false, token_count: 2 + 2 * at } },
  })),
  metadata: { billableCharacterCount: 2 },
})

test.each(['text-embedding-005', 'text-multilingual-embedding-002'])(
  'B19 Vertex is asked for predictions of %s, by clients of every language',
  async (model) => {
    const row = await open({ gg: PREDICTED }, { providers: { gg: VERTEX } })
    const list = await row.openai.embeddings.create({ model, input: ['a', 'b'], dimensions: 4 })
    expect(list.data.map(({ embedding }) => embedding)).toEqual(ROWS)
    expect(list.usage).toEqual({ prompt_tokens: 6, total_tokens: 6 })
    const asked = row.calls('gg').at(-1)
    expect(asked?.path).toMatch(
      new RegExp(`/v1/projects/p/locations/europe-west1/publishers/google/models/${model}:predict$`),
    )
    expect(row.sent('gg')).toEqual({
      instances: [{ content: 'a' }, { content: 'b' }],
      parameters: { outputDimensionality: 4 },
    })
    expect((await row.ollama.embed({ model, input: ['a', 'b'] })).embeddings).toEqual(ROWS)
    const config = { taskType: 'RETRIEVAL_DOCUMENT', title: 'T' }
    const told = await google(row).models.embedContent({ model, contents: ['a', 'b'], config })
    expect(told.embeddings?.map(({ values }) => values)).toEqual(ROWS)
    expect(row.sent('gg')).toEqual({
      instances: ['a', 'b'].map((content) => ({ content, task_type: 'RETRIEVAL_DOCUMENT', title: 'T' })),
    })
  },
)

test('B19 a model that Vertex asks for one content gets one', async () => {
  const one = jsonAnswer({ embedding: { values: ROWS[0] }, usageMetadata: { promptTokenCount: 3 } })
  const row = await open({ gg: one }, { providers: { gg: VERTEX } })
  const model = 'gemini-embedding-2'
  const list = await row.openai.embeddings.create({ model, input: 'a', dimensions: 4 })
  expect(list.data.map(({ embedding }) => embedding)).toEqual([ROWS[0]])
  expect(list.usage.prompt_tokens).toBe(3)
  expect(row.calls('gg').at(-1)?.path).toMatch(/\/models\/gemini-embedding-2:embedContent$/)
  expect(row.sent('gg')).toEqual({
    content: { parts: [{ text: 'a' }] },
    embedContentConfig: { outputDimensionality: 4 },
  })
})

test('B19 a refusal of Vertex while predicting is told as it is meant', async () => {
  const body = { error: { code: 429, message: 'Quota exceeded.', status: 'RESOURCE_EXHAUSTED' } }
  const row = await open({ gg: jsonAnswer(body, 429) }, { providers: { gg: { ...VERTEX, maxRetries: 0 } } })
  const { status } = await row.post('/v1/embeddings', { model: 'text-embedding-005', input: 'a' })
  expect(status).toBe(429)
})
