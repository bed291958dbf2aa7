/** What is known of models, at work: the catalogue without a word of configuration, and the configuration's word over it. */

import { expect, test } from 'vitest'
import { loadIn, refusedLines } from '../load-in.ts'
import { type Row, rows, textAnswer } from './row.ts'

const open = rows()
const answers = { oa: [textAnswer()], an: [textAnswer()] }
const PICK = {
  pick: { targets: ['oa:gpt-4o', 'an:claude-haiku-4-5'], strategy: 'cost_optimized' as const },
}

const servedBy = async (row: Row, content: unknown = 'Hi.') =>
  (
    await row.post('/v1/chat/completions', { model: 'pick', messages: [{ role: 'user', content }] })
  ).headers.get('x-provider')

test('the cheapest is known without configuration', async () => {
  // A million tokens at 3 to 1: 4.375 dollars for one, 2 for the other.
  expect(await servedBy(await open(answers, { config: { models: PICK } }))).toBe('an')
})

test('a price in the configuration is stronger', async () => {
  const { modelFacts } = loadIn({
    env: { OPENAI_API_KEY: 'k' },
    files: {
      'sluice.toml':
        '[model_facts."oa:gpt-4o"]\ninput_price = 0.1\noutput_price = 0.2\ncache_read_price = "0.01"\n',
    },
  })
  expect(modelFacts).toEqual({ 'oa:gpt-4o': { price: { input: 0.1, output: 0.2, cacheRead: 0.01 } } })
  const row = await open(answers, {
    config: { models: PICK, ...(modelFacts === undefined ? {} : { modelFacts }) },
  })
  expect(await servedBy(row)).toBe('oa')
})

test('pictures go to a model that sees, as the catalogue or the configuration knows', async () => {
  const content = [
    { type: 'text', text: 'What is it?' },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
  ]
  const models = { pick: { targets: ['oa:gpt-4', 'an:claude-haiku-4-5'] } }
  expect(await servedBy(await open(answers, { config: { models } }), content)).toBe('an')
  expect(await servedBy(await open(answers, { config: { models } }))).toBe('oa')
  const modelFacts = { 'gpt-4': { abilities: ['completion', 'vision'] as const } }
  expect(await servedBy(await open(answers, { config: { models, modelFacts } }), content)).toBe('oa')
})

test('every fact can be configured', () => {
  const { modelFacts } = loadIn({
    env: { OPENAI_API_KEY: 'k' },
    files: {
      'sluice.yaml': `
model_facts:
  acme:house-1.5:
    name: House
    input_price: 1
    output_price: 2
    cache_read_price: 0.1
    cache_write_price: 1.25
    context: 64000
    max_output: 8000
    abilities: [completion, tools]
`,
    },
  })
  expect(modelFacts).toEqual({
    'acme:house-1.5': {
      name: 'House',
      price: { input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1.25 },
      contextWindow: 64_000,
      maxOutput: 8000,
      abilities: ['completion', 'tools'],
    },
  })
})

test.each([
  ['input_price = 1', 'needs input_price and output_price together'],
  ['input_price = -1\noutput_price = 1', 'dollars per million'],
  ['context = 1.5', 'whole number of tokens'],
  ['abilities = ["flying"]', 'completion, tools, vision'],
  ['contxt = 1', 'contxt'],
])('facts that are none stop the start: %s', (line, told) => {
  const files = { 'sluice.toml': `[model_facts.m]\n${line}\n` }
  const lines = refusedLines({ env: { OPENAI_API_KEY: 'k' }, files }).join('\n')
  expect(lines).toContain('sluice.toml:')
  expect(lines).toContain(told)
})

test('G42 the cache of lists is configured by the older variables', () => {
  const variables = { OPENAI_API_KEY: 'k', CACHE_DIR: '/tmp/lists', MODELS_CACHE_ENABLED: 'no' }
  expect(loadIn({ env: { ...variables, MODELS_CACHE_TTL_HOURS: '0.5' } }).modelCache).toEqual({
    enabled: false,
    ttlMs: 1_800_000,
    waitMs: 1500,
    dir: '/tmp/lists',
  })
  expect(loadIn({ env: { OPENAI_API_KEY: 'k' } }).modelCache).toEqual({ enabled: true, waitMs: 1500 })
})
