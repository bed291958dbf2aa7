/** Rows C15, C16, C18–C22: what Ollama's clients ask beside a chat. */

import { expect, test } from 'vitest'
import { jsonAnswer, rows, type Scripts, textAnswer } from './row.ts'

const open = rows()
const TAGS = {
  models: [
    {
      name: 'llama3:latest',
      model: 'llama3:latest',
      modified_at: '2025-01-01T00:00:00Z',
      size: 4_000_000_000,
      digest: 'a'.repeat(64),
      details: {
        parent_model: '',
        format: 'gguf',
        family: 'llama',
        families: ['llama'],
        parameter_size: '8B',
        quantization_level: 'Q4_0',
      },
    },
  ],
}
const SHOWN = {
  modelfile: 'FROM own',
  parameters: '',
  template: '{{ .Prompt }}',
  details: {},
  model_info: { own: 1 },
  capabilities: ['completion'],
}
const RUNNING = {
  models: [
    { name: 'llama3:latest', model: 'llama3:latest', size_vram: 7, expires_at: '2030-01-01T00:00:00Z' },
  ],
}
const OPENAI: Scripts['oa'] = ({ path }) =>
  path.endsWith('/models')
    ? jsonAnswer({ object: 'list', data: [{ id: 'gpt-4o', object: 'model' }] })
    : textAnswer()
const OLLAMA: Scripts['ol'] = ({ path }) => {
  if (path.endsWith('/api/tags')) return jsonAnswer(TAGS)
  if (path.endsWith('/api/show')) return jsonAnswer(SHOWN)
  return path.endsWith('/api/ps') ? jsonAnswer(RUNNING) : textAnswer()
}
const TAG = {
  name: expect.any(String),
  model: expect.any(String),
  modified_at: expect.stringMatching(/^\d{4}-/),
  size: expect.any(Number),
  digest: expect.any(String),
  details: expect.objectContaining({ family: expect.any(String) }),
}

test('C15 tags are those of all providers, each with every field', async () => {
  const row = await open({ oa: OPENAI, ol: OLLAMA })
  const { status, json } = await row.ask('/api/tags')
  expect(status).toBe(200)
  expect(json['models']).toEqual([
    expect.objectContaining({ ...TAG, name: 'gpt-4o', model: 'gpt-4o', provider: 'oa' }),
    expect.objectContaining({
      ...TAG,
      name: 'ol:llama3:latest',
      size: 4_000_000_000,
      digest: 'a'.repeat(64),
      provider: 'ol',
    }),
  ])
  const listed = await row.ollama.list()
  expect(listed.models.map((model) => model.name)).toEqual(['gpt-4o', 'ol:llama3:latest'])
})

test.each([
  ['answers 500', { kind: 'status', status: 500 }],
  ['breaks off', { kind: 'reset', when: 'before-headers' }],
  ['answers nonsense', { kind: 'raw', status: 200, headers: {}, chunks: ['<html>'] }],
] as const)('C15 a provider that %s contributes nothing', async (_how, failing) => {
  const row = await open({ oa: failing, ol: OLLAMA })
  const { status, json } = await row.ask('/api/tags')
  expect(status).toBe(200)
  expect(json['models']).toMatchObject([{ name: 'ol:llama3:latest' }])
})

test('C16 the tags of one provider, by name or by its type', async () => {
  const row = await open({ oa: OPENAI, ol: OLLAMA })
  for (const name of ['ol', 'ollama']) {
    const { status, json } = await row.ask(`/api/tags/${name}`)
    expect(status).toBe(200)
    expect(json['models']).toMatchObject([{ model: 'llama3:latest', provider: 'ol' }])
  }
})

test('C16 a name is stronger than a type of the same spelling', async () => {
  const row = await open({ oa: OPENAI, ol: OLLAMA }, { providers: { ol: { name: 'openai' } } })
  const { json } = await row.ask('/api/tags/openai')
  expect(json['models']).toMatchObject([{ model: 'llama3:latest', provider: 'openai' }])
})

test('C16 an unknown provider is a 400, a known type that is not configured a 404', async () => {
  const row = await open({ oa: OPENAI, ol: OLLAMA })
  const unknown = await row.ask('/api/tags/nobody')
  expect(unknown.status).toBe(400)
  expect(unknown.json['error']).toEqual(expect.stringContaining('nobody'))
  const missing = await row.ask('/api/tags/anthropic')
  expect(missing.status).toBe(404)
  expect(missing.json['error']).toEqual(expect.stringContaining('anthropic'))
})

test.each(['model', 'name'])('C18 a model is shown when asked for by %s', async (field) => {
  const row = await open({ oa: OPENAI, ol: OLLAMA })
  const { status, json } = await row.post('/api/show', { [field]: 'gpt-4o' })
  expect(status).toBe(200)
  expect(json).toMatchObject({
    details: expect.objectContaining({ family: expect.any(String) }),
    model_info: expect.objectContaining({ 'general.architecture': expect.any(String) }),
    capabilities: expect.arrayContaining(['completion', 'tools']),
    modelfile: expect.any(String),
    parameters: expect.any(String),
    template: expect.any(String),
  })
})

test.each(['ol:llama3', 'ol:llama3:latest'])('C18 a native Ollama shows its %s itself', async (model) => {
  const row = await open({ oa: OPENAI, ol: OLLAMA })
  const { text } = await row.post('/api/show', { model })
  expect(text).toBe(JSON.stringify(SHOWN))
  const asked = row.everything('ol').find(({ path }) => path.endsWith('/api/show'))
  expect(asked?.body).toMatch(/^\{"model":"llama3(?::latest)?"\}$/)
})

test('C18 without a prefix it is asked for the whole name', async () => {
  const row = await open({ ol: OLLAMA })
  expect((await row.post('/api/show', { model: 'llama3:latest' })).json).toEqual(SHOWN)
  const asked = row.everything('ol').find(({ path }) => path.endsWith('/api/show'))
  expect(asked?.body).toBe('{"model":"llama3:latest"}')
})

test('C18 an unknown model is a 404, none at all a 400', async () => {
  const row = await open({ oa: OPENAI, ol: OLLAMA })
  const { status, json } = await row.post('/api/show', { model: 'gpt-99' })
  expect(status).toBe(404)
  expect(json['error']).toEqual(expect.stringContaining('gpt-99'))
  expect((await row.post('/api/show', {})).status).toBe(400)
})

test('C18 a question that is no JSON or too long is refused as such', async () => {
  const row = await open({ oa: OPENAI }, { server: { bodyLimit: 2000 } })
  const broken = await row.ask('/api/show', { method: 'POST', body: '{"model"' })
  expect([broken.status, broken.json]).toMatchObject([400, { error: 'The request body is not valid JSON.' }])
  const long = new Blob([JSON.stringify({ model: 'gpt-4o', padding: 'x'.repeat(3000) })])
  expect((await row.ask('/api/show', { method: 'POST', body: long })).status).toBe(413)
  const inPieces = await row.ask('/api/show', { method: 'POST', body: long.stream(), duplex: 'half' })
  expect([inPieces.status, inPieces.json]).toMatchObject([413, { type: 'too-large' }])
})

test('C19 what runs is what a native Ollama says', async () => {
  const row = await open({ oa: OPENAI, ol: OLLAMA })
  const { status, json } = await row.ask('/api/ps')
  expect(status).toBe(200)
  expect(json).toEqual(RUNNING)
})

test('C19 without a native Ollama nothing runs', async () => {
  const row = await open({ oa: OPENAI })
  expect((await row.ask('/api/ps')).json).toEqual({ models: [] })
})

test('C19 nor where the native one cannot be asked', async () => {
  const row = await open({ oa: OPENAI, ol: { kind: 'reset', when: 'before-headers' } })
  const { status, json } = await row.ask('/api/ps')
  expect([status, json]).toEqual([200, { models: [] }])
})

test('C20 the version is one that clients can read', async () => {
  const row = await open({ oa: OPENAI })
  const { status, json } = await row.ask('/api/version')
  expect(status).toBe(200)
  expect(json).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/) })
  expect(await row.ollama.version()).toEqual(json)
})

test('C21 the root greets text clients and shows JSON clients the way', async () => {
  const row = await open({ oa: OPENAI })
  const text = await row.ask('/')
  expect([text.status, text.text]).toEqual([200, 'Ollama is running'])
  const banner = await row.ask('/', { headers: { accept: 'application/json' } })
  const { version } = (await row.ask('/health')).json
  expect(banner.json).toMatchObject({ name: 'sluice', version })
  expect(banner.json['endpoints']).toEqual(
    expect.arrayContaining(['/api/chat', '/v1/messages', '/v1/chat/completions']),
  )
  const head = await row.ask('/', { method: 'HEAD' })
  expect([head.status, head.text]).toEqual([200, ''])
})

test.each([
  ['POST', '/api/create'],
  ['POST', '/api/copy'],
  ['POST', '/api/pull'],
  ['POST', '/api/push'],
  ['DELETE', '/api/delete'],
  ['POST', '/api/blobs/sha256:00'],
])('C22 %s %s is told to be no business of ours', async (method, path) => {
  const row = await open({ ol: OLLAMA })
  const { status, json } = await row.ask(path, { method, body: JSON.stringify({ model: 'llama3' }) })
  expect(status).toBe(501)
  expect(json['error']).toEqual(expect.stringMatching(/\S/))
  expect(row.everything('ol').every((request) => request.method === 'GET')).toBe(true)
})

test('C22 a question for a blob is a 501 without a body', async () => {
  const row = await open({ ol: OLLAMA })
  const { status, text } = await row.ask('/api/blobs/sha256:00', { method: 'HEAD' })
  expect([status, text]).toEqual([501, ''])
})
