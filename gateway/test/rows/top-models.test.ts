/** Rows B17, B18: the top models. */

import { expect, test } from 'vitest'
import type { TopModelsConfig } from '#config'
import { loadIn, refusedLines } from '../load-in.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { jsonAnswer, type Row, rows, textAnswer } from './row.ts'

const open = rows()

/** As it is read from a file. */
function fromFile(name: string, text: string, env: Record<string, string> = {}): TopModelsConfig {
  const variables = { OPENAI_API_KEY: 'k', TOP_MODELS_RANKINGS_FILE: name, ...env }
  const { topModels } = loadIn({ env: variables, files: { [name]: text } })
  if (topModels === undefined) throw new Error('nothing was read')
  return topModels
}

const THREE = `
[[models]]
id = "oa:gpt-4.1-nano"
rank = 3
[[models]]
id = "oa:gpt-4.1"
name = "The best"
rank = 1
[[models]]
id = "or:google/gemini-2.5-pro"
rank = 2
`

const ranked = (topModels: TopModelsConfig) =>
  open({ oa: [textAnswer()], or: [textAnswer()] }, { config: { topModels } })

const models = ({ json }: Awaited<ReturnType<Row['ask']>>): { id: string }[] =>
  Array.isArray(json['models']) ? json['models'].map((model) => Object(model)) : []

test('B17 a rankings file of three is three models, sorted, with what is known of them', async () => {
  const row = await ranked(fromFile('top.toml', THREE))
  const { status, json } = await row.ask('/top-models')
  expect(status).toBe(200)
  expect(json).toEqual({
    object: 'top_models',
    source: 'manual_rankings',
    last_updated: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    providers: ['oa', 'or'],
    sub_providers: ['google'],
    models: [
      {
        id: 'gpt-4.1',
        name: 'The best',
        provider: 'oa',
        sub_provider: null,
        context_window: 1_047_576,
        capabilities: ['completion', 'tools', 'vision'],
        pricing: { input_per_million: 2, output_per_million: 8, average_per_million: 5 },
      },
      expect.objectContaining({ id: 'google/gemini-2.5-pro', provider: 'or', sub_provider: 'google' }),
      expect.objectContaining({ id: 'gpt-4.1-nano' }),
    ],
    suggested_aliases: {
      top: 'oa:gpt-4.1',
      'top-cheap': 'oa:gpt-4.1-nano',
      'top-longctx': 'or:google/gemini-2.5-pro',
    },
    meta: { excluded_rules: [], excluded_models: 0, rankings_file: 'top.toml' },
  })
})

test.each([
  ['top.yaml', 'models:\n  - oa:a\n  - id: oa:b\n'],
  ['top.json', '["oa:a", {"id": "oa:b"}]'],
])('B17 the file may be %s, its order the ranking', async (name, text) => {
  const row = await ranked(fromFile(name, text))
  expect(models(await row.ask('/top-models')).map(({ id }) => id)).toEqual(['a', 'b'])
})

test('B17 limit=1 is one model; 0, 51 and what is no number are a 422', async () => {
  const row = await ranked(fromFile('top.toml', THREE))
  expect(models(await row.ask('/top-models?limit=1')).map(({ id }) => id)).toEqual(['gpt-4.1'])
  expect((await row.ask('/top-models?limit=50')).status).toBe(200)
  for (const limit of ['0', '51', '1.5', 'x', '']) {
    const { status, json } = await row.ask(`/top-models?limit=${limit}`)
    expect([limit, status]).toEqual([limit, 422])
    expect(json).toMatchObject({ error: { message: expect.stringContaining('limit') } })
  }
})

test('B17 a file that is missing or no ranking stops the start', () => {
  const env = { OPENAI_API_KEY: 'k', TOP_MODELS_RANKINGS_FILE: 'top.toml' }
  expect(refusedLines({ env }).join('\n')).toMatch(/TOP_MODELS_RANKINGS_FILE.*top\.toml does not exist/)
  const wrong = { ...env, TOP_MODELS_RANKINGS_FILE: 'top.json' }
  expect(refusedLines({ env: wrong, files: { 'top.json': '{"models": 3}' } }).join('\n')).toContain(
    'a list "models"',
  )
  expect(refusedLines({ env: wrong, files: { 'top.json': '{' } }).join('\n')).toContain('top.json:1')
  const without = { OPENAI_API_KEY: 'k', TOP_MODELS_SOURCE: 'manual_rankings' }
  expect(refusedLines({ env: without }).join('\n')).toContain('rankings_file')
})

test('B18 TOP_MODELS_EXCLUDE hides what matches and tells how many', async () => {
  const row = await ranked(fromFile('top.toml', THREE, { TOP_MODELS_EXCLUDE: 'NANO, google/' }))
  const reply = await row.ask('/top-models')
  expect(models(reply).map(({ id }) => id)).toEqual(['gpt-4.1'])
  expect(reply.json['meta']).toMatchObject({ excluded_rules: ['NANO', 'google/'], excluded_models: 2 })
})

test('B18 provider= filters, by provider and by maker', async () => {
  const row = await ranked(fromFile('top.toml', THREE))
  const of = async (name: string) => models(await row.ask(`/top-models?provider=${name}`)).map(({ id }) => id)
  expect(await of('oa')).toEqual(['gpt-4.1', 'gpt-4.1-nano'])
  expect(await of('google')).toEqual(['google/gemini-2.5-pro'])
  expect(await of('nobody')).toEqual([])
})

test('B18 disabled, and where nothing is configured, the list is empty and nobody is asked', async () => {
  for (const config of [{}, { topModels: fromFile('top.toml', THREE, { TOP_MODELS_SOURCE: 'disabled' }) }]) {
    const row = await open({ or: [textAnswer()] }, { config: { ...config, probeMs: 0 } })
    const { status, json } = await row.ask('/top-models')
    expect(status).toBe(200)
    expect(json).toMatchObject({ source: 'disabled', models: [], suggested_aliases: {} })
    expect(row.everything('or')).toEqual([])
  }
})

test("B18 a provider's list is taken in its order, kept, and its cache told when asked", async () => {
  const clock = new VirtualClock()
  let asked = 0
  const data = [
    {
      id: 'z/first',
      name: 'First',
      context_length: 1000,
      pricing: { prompt: '0.000001', completion: '0.000003' },
    },
    { id: 'a/second', name: 'Second' },
  ]
  const row = await open(
    {
      or: ({ path }) => {
        if (!path.endsWith('/models')) return textAnswer()
        asked++
        return jsonAnswer({ data })
      },
    },
    {
      clock,
      config: { probeMs: 0, topModels: { source: 'openrouter', rankings: [], exclude: [], timeoutMs: 5000 } },
    },
  )
  const first = await row.ask('/top-models?include_cache_info=true')
  expect(models(first)).toMatchObject([
    {
      id: 'z/first',
      name: 'First',
      sub_provider: 'z',
      context_window: 1000,
      pricing: { average_per_million: 2 },
    },
    { id: 'a/second' },
  ])
  expect(first.json['meta']).toMatchObject({ cache: { cached: false, age_seconds: 0, ttl_seconds: 300 } })
  clock.advance(60_000)
  const second = await row.ask('/top-models?include_cache_info=true')
  expect(second.json['meta']).toMatchObject({ cache: { cached: true, age_seconds: 60 } })
  expect(asked).toBe(1)
  expect((await row.ask('/top-models')).json['meta']).not.toHaveProperty('cache')
  await row.ask('/top-models?refresh=true')
  expect(asked).toBe(2)
})

test('B18 a source that is no provider is told', async () => {
  const topModels = { source: 'openrouter', rankings: [], exclude: [], timeoutMs: 5000 }
  const row = await open({ oa: [textAnswer()] }, { config: { topModels } })
  const { status, json } = await row.ask('/top-models')
  expect(status).toBe(503)
  expect(json).toMatchObject({ error: { message: expect.stringContaining('openrouter') } })
})
