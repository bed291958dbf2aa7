/** Rows B11, B12 and what clients read of a list: pages, Codex's catalogue, aliases, virtual models, known facts. */

import { GoogleGenAI } from '@google/genai'
import { expect, test } from 'vitest'
import { stringOf } from '#core'
import { jsonAnswer, type Row, rows, type Scripts, textAnswer } from './row.ts'

const open = rows()
const NAMES = ['m-1', 'm-2', 'm-3', 'm-4', 'm-5']
const FIVE: Scripts = {
  oa: ({ path }) =>
    path.endsWith('/models') ? jsonAnswer({ data: NAMES.map((id) => ({ id })) }) : textAnswer(),
}
const TWO: Scripts = {
  oa: ({ path }) => (path.endsWith('/models') ? jsonAnswer({ data: [{ id: 'gpt-4o' }] }) : textAnswer()),
  an: ({ path }) =>
    path.includes('/models')
      ? jsonAnswer({ data: [{ type: 'model', id: 'claude-haiku-4-5' }], has_more: false })
      : textAnswer(),
}

const entries = ({ json }: Awaited<ReturnType<Row['ask']>>): { id: string }[] =>
  Array.isArray(json['data']) ? json['data'].map((model) => Object(model)) : []
const ids = (reply: Awaited<ReturnType<Row['ask']>>) => entries(reply).map(({ id }) => id)

test('B11 an unknown format is a 400, an unknown provider a 404, both in the envelope', async () => {
  const row = await open(TWO)
  const bad = await row.ask('/v1/models?format=x')
  expect(bad.status).toBe(400)
  expect(bad.json).toMatchObject({ error: { message: expect.stringContaining('"x"'), param: 'format' } })
  const nobody = await row.ask('/v1/models?provider=nope')
  expect(nobody.status).toBe(404)
  expect(nobody.json).toMatchObject({ error: { message: expect.stringContaining('nope') } })
})

test('B12 the header wins over the query, under either of its names', async () => {
  const row = await open(TWO)
  expect(ids(await row.ask('/v1/models?provider=oa'))).toEqual(['gpt-4o'])
  for (const header of ['provider', 'X-Provider']) {
    const reply = await row.ask('/v1/models?provider=oa', { headers: { [header]: 'an' } })
    expect(ids(reply)).toEqual(['claude-haiku-4-5'])
  }
})

test("B10 Anthropic's own client reads a long list page by page", async () => {
  const row = await open(FIVE)
  const pages: string[][] = []
  for await (const page of (await row.anthropic.models.list({ limit: 2 })).iterPages()) {
    pages.push(page.data.map(({ id }) => id))
  }
  expect(pages).toEqual([['m-1', 'm-2'], ['m-3', 'm-4'], ['m-5']])
})

test.each([
  ['?limit=2', ['m-1', 'm-2'], true],
  ['?limit=2&after_id=m-3', ['m-4', 'm-5'], false],
  ['?limit=2&before_id=m-4', ['m-2', 'm-3'], true],
  ['?limit=9&before_id=m-3', ['m-1', 'm-2'], false],
  ['?after_id=m-5', [], false],
  ['?limit=1000', NAMES, false],
  ['', NAMES, false],
])("B10 Anthropic's list for %s", async (query, names, more) => {
  const row = await open(FIVE)
  const { json } = await row.ask(`/v1/models${query}`, { headers: { 'anthropic-version': '2023-06-01' } })
  expect(json).toMatchObject({
    data: names.map((id) => ({ id })),
    has_more: more,
    first_id: names[0] ?? null,
    last_id: names.at(-1) ?? null,
  })
})

test.each(['limit=0', 'limit=1001', 'limit=x', 'after_id=nobody'])('B11 %s is a 400', async (query) => {
  const row = await open(FIVE)
  const reply = await row.ask(`/v1/models?${query}`, { headers: { 'anthropic-version': '2023-06-01' } })
  expect(reply.status).toBe(400)
})

test("pitfall 231 Google's own client reads a long list page by page", async () => {
  const row = await open(FIVE)
  const names: (string | undefined)[] = []
  const google = new GoogleGenAI({ apiKey: 'client-key', httpOptions: { baseUrl: row.url } })
  for await (const { name } of await google.models.list({ config: { pageSize: 2 } })) names.push(name)
  expect(names).toEqual(NAMES.map((name) => `models/${name}`))
  const first = (await row.ask('/v1beta/models?pageSize=4')).json
  expect(first['models']).toHaveLength(4)
  const last = (await row.ask(`/v1beta/models?pageSize=4&pageToken=${stringOf(first['nextPageToken'])}`)).json
  expect(last).toEqual({ models: [expect.objectContaining({ name: 'models/m-5' })] })
  expect((await row.ask('/v1beta/models?pageToken=nonsense')).status).toBe(400)
})

test('Codex gets its catalogue beside the list, with every field it refuses to do without', async () => {
  const row = await open(TWO)
  const { json } = await row.ask('/v1/models?client_version=0.169.0')
  expect(json).toMatchObject({ object: 'list', data: [{ id: 'gpt-4o' }, { id: 'an:claude-haiku-4-5' }] })
  expect(json['models']).toMatchObject([
    {
      slug: 'gpt-4o',
      display_name: 'GPT-4o',
      supported_reasoning_levels: [],
      shell_type: 'unified_exec',
      visibility: 'list',
      supported_in_api: true,
      priority: 0,
      support_verbosity: false,
      truncation_policy: { mode: 'tokens', limit: expect.any(Number) },
      experimental_supported_tools: [],
      base_instructions: expect.stringContaining('coding agent'),
      context_window: 128_000,
      input_modalities: ['text', 'image'],
    },
    {
      slug: 'an:claude-haiku-4-5',
      priority: 1,
      context_window: 200_000,
      default_reasoning_level: 'medium',
      supported_reasoning_levels: [{ effort: 'low' }, { effort: 'medium' }, { effort: 'high' }],
    },
  ])
  expect((await row.ask('/v1/models')).json['models']).toBeUndefined()
})

test('a list tells what is known of a model: window, longest answer, price for one token', async () => {
  const row = await open(TWO)
  const [gpt, claude] = entries(await row.ask('/v1/models'))
  expect(gpt).toMatchObject({
    display_name: 'GPT-4o',
    context_length: 128_000,
    max_completion_tokens: 16_384,
    pricing: { prompt: '0.0000025', completion: '0.00001', input_cache_read: '0.00000125' },
  })
  expect(claude).toMatchObject({ context_length: 200_000, pricing: { prompt: '0.000001' } })
  const shown = await row.ollama.show({ model: 'an:claude-haiku-4-5' })
  expect(shown.capabilities).toEqual(['completion', 'tools', 'vision', 'thinking'])
})

test("what a provider says of its models is stronger than the catalogue, the configuration's word stronger still", async () => {
  const row = await open(
    {
      or: ({ path }) =>
        path.endsWith('/models')
          ? jsonAnswer({
              data: [
                {
                  id: 'openai/gpt-4o',
                  context_length: 99_000,
                  pricing: { prompt: '0.000003', completion: '0.000012' },
                },
                { id: 'openai/gpt-4o-mini', context_length: 99_000 },
              ],
            })
          : textAnswer(),
    },
    {
      config: {
        modelFacts: { 'or:openai/gpt-4o-mini': { contextWindow: 50_000, price: { input: 1, output: 2 } } },
      },
    },
  )
  const [live, own] = entries(await row.ask('/v1/models'))
  expect(live).toMatchObject({
    context_length: 99_000,
    pricing: { prompt: '0.000003', completion: '0.000012' },
  })
  expect(own).toMatchObject({
    context_length: 50_000,
    pricing: { prompt: '0.000001', completion: '0.000002' },
  })
})

test('virtual models and aliases are listed first, with what holds for all they stand for', async () => {
  const row = await open(TWO, {
    config: {
      models: { smart: { targets: ['oa:gpt-4o', 'an:claude-haiku-4-5'] } },
      aliases: { quick: 'an:claude-haiku-4-5' },
    },
    providers: { an: { aliases: { small: 'claude-haiku-4-5' } } },
  })
  const list = entries(await row.ask('/v1/models'))
  expect(list.map(({ id }) => id)).toEqual(['smart', 'quick', 'an:small', 'gpt-4o', 'an:claude-haiku-4-5'])
  expect(list[0]).toMatchObject({
    owned_by: 'sluice',
    context_length: 128_000,
    max_completion_tokens: 16_384,
  })
  expect(list[1]).toMatchObject({ owned_by: 'sluice', context_length: 200_000 })
  for (const { id: model } of list) {
    const reply = await row.post('/v1/chat/completions', {
      model,
      messages: [{ role: 'user', content: 'Hi.' }],
    })
    expect([model, reply.status]).toEqual([model, 200])
  }
  expect((await row.ask('/v1/models/quick')).json).toMatchObject({ id: 'quick' })
})
