/** Rows B09, B10, B20: the model list in the shape its reader knows. */

import { expect, test } from 'vitest'
import { jsonAnswer, rows, type Scripts, textAnswer } from './row.ts'

const open = rows()
const RAW = {
  object: 'list',
  data: [{ id: 'gpt-4o', object: 'model', created: 1_700_000_000, owned_by: 'them', x_own: 1 }],
}
const CLAUDE = {
  data: [
    {
      type: 'model',
      id: 'claude-haiku-4-5',
      display_name: 'Claude Haiku',
      created_at: '2025-10-01T00:00:00Z',
    },
  ],
  has_more: false,
}
const LISTED: Scripts = {
  oa: ({ path }) => (path.endsWith('/models') ? jsonAnswer(RAW) : textAnswer()),
  an: ({ path }) => (path.includes('/models') ? jsonAnswer(CLAUDE) : textAnswer()),
}

test("B09 the list is OpenAI's, each id one that can be asked for", async () => {
  const row = await open(LISTED)
  const { status, json } = await row.ask('/v1/models')
  expect(status).toBe(200)
  expect(json['object']).toBe('list')
  expect(json['data']).toMatchObject([
    { id: 'gpt-4o', object: 'model', created: 1_700_000_000, owned_by: 'them' },
    { id: 'an:claude-haiku-4-5', object: 'model', owned_by: 'an' },
  ])
  const ids: string[] = []
  for await (const model of row.openai.models.list()) ids.push(model.id)
  expect(ids).toEqual(['gpt-4o', 'an:claude-haiku-4-5'])
  for (const model of ids) {
    expect(
      (await row.post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hi.' }] }))
        .status,
    ).toBe(200)
  }
})

test.each([
  ['by query', '/v1/models?format=anthropic', {}],
  ['by header', '/v1/models', { 'anthropic-version': '2023-06-01' }],
])("B10 the list is Anthropic's when asked for %s", async (_how, path, headers) => {
  const row = await open(LISTED)
  const { json } = await row.ask(path, { headers })
  expect(json).toMatchObject({
    data: [
      { type: 'model', id: 'gpt-4o' },
      { type: 'model', id: 'an:claude-haiku-4-5', display_name: 'Claude Haiku' },
    ],
    first_id: 'gpt-4o',
    last_id: 'an:claude-haiku-4-5',
    has_more: false,
  })
})

test("B10 Anthropic's own client reads the list", async () => {
  const row = await open(LISTED)
  const page = await row.anthropic.models.list()
  expect(page.data.map((model) => model.id)).toEqual(['gpt-4o', 'an:claude-haiku-4-5'])
})

test("B10 raw is the provider's body as it came", async () => {
  const row = await open(LISTED)
  expect((await row.ask('/v1/models?format=raw')).text).toBe(JSON.stringify(RAW))
  expect((await row.ask('/v1/models?format=raw&provider=an')).text).toBe(JSON.stringify(CLAUDE))
})

test("B10 raw without a provider is the default one's", async () => {
  const row = await open(LISTED, { config: { defaultProvider: 'an' } })
  expect((await row.ask('/v1/models?format=raw')).text).toBe(JSON.stringify(CLAUDE))
})

test('B20 a known model is shown, an unknown one is a 404', async () => {
  const row = await open(LISTED)
  expect(await row.openai.models.retrieve('gpt-4o')).toMatchObject({ id: 'gpt-4o', object: 'model' })
  expect((await row.ask('/v1/models/an:claude-haiku-4-5')).json).toMatchObject({ id: 'an:claude-haiku-4-5' })
  const { status, json } = await row.ask('/v1/models/gpt-99')
  expect(status).toBe(404)
  expect(json).toMatchObject({
    error: { message: expect.stringContaining('gpt-99'), type: expect.any(String), code: 'model_not_found' },
  })
})

test("B20 Anthropic's clients are shown a model, and told of none, in their own words", async () => {
  const row = await open(LISTED)
  const headers = { 'anthropic-version': '2023-06-01' }
  const shown = await row.ask('/v1/models/an:claude-haiku-4-5', { headers })
  expect(shown.json).toMatchObject({
    type: 'model',
    id: 'an:claude-haiku-4-5',
    display_name: 'Claude Haiku',
    created_at: expect.any(String),
  })
  const { status, json } = await row.ask('/v1/models/gpt-99', { headers })
  expect([status, json]).toMatchObject([404, { type: 'error', error: { type: 'not_found_error' } }])
})

test('B20 a model whose id has a slash is found', async () => {
  const row = await open({
    or: ({ path }) =>
      path.endsWith('/models') ? jsonAnswer({ data: [{ id: 'meta/llama-3:free' }] }) : textAnswer(),
  })
  expect((await row.ask('/v1/models/meta/llama-3:free')).json).toMatchObject({ id: 'meta/llama-3:free' })
  expect((await row.ask('/v1/models/meta%2Fllama-3%3Afree')).json).toMatchObject({ id: 'meta/llama-3:free' })
})
