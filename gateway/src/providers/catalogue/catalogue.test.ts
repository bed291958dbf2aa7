/** Looking models up by all the names they go by. */

import { describe, expect, test } from 'vitest'
import { costOf } from '#core'
import { Catalogue } from './catalogue.ts'
import { CATALOGUE_DATE, GENERATED } from './generated.ts'
import { sheetOf } from './sheet-line.ts'

const catalogue = new Catalogue()
const known = (type: string, model: string) => catalogue.sheetOf({ name: 'p', type }, model)

test('the file says of which day it is, and every line of it can be read', () => {
  expect(CATALOGUE_DATE).toMatch(/^20\d\d-\d\d-\d\d$/)
  const lines = Object.values(GENERATED).flatMap((text) => text.split('\n').filter((line) => line !== ''))
  expect(lines.length).toBeGreaterThan(1000)
  for (const line of lines) {
    const { price, contextWindow, maxOutput } = sheetOf(line)
    const numbers = [
      price?.input,
      price?.output,
      price?.cacheRead,
      price?.cacheWrite,
      contextWindow,
      maxOutput,
    ]
    const bad = numbers.filter((number) => number !== undefined && !(number >= 0))
    expect([line, bad]).toEqual([line, []])
  }
})

test('a line says all that is known of a model', () => {
  expect(sheetOf('m-1 2 10 0.2 - 922000 128000 tvr >272000:4:15:0.4:- Model One')).toEqual({
    name: 'Model One',
    price: {
      input: 2,
      output: 10,
      cacheRead: 0.2,
      tiers: [{ above: 272_000, input: 4, output: 15, cacheRead: 0.4 }],
    },
    contextWindow: 922_000,
    maxOutput: 128_000,
    abilities: ['completion', 'tools', 'vision', 'thinking'],
  })
  expect(sheetOf('m-2 - - - - - - ?')).toEqual({})
  expect(sheetOf('m-3 0.02 0 - - 8192 - e Embedder')).toEqual({
    name: 'Embedder',
    price: { input: 0.02, output: 0 },
    contextWindow: 8192,
    abilities: ['embedding'],
  })
})

describe('one model by many names', () => {
  test.each([
    ['openai', 'gpt-4o-2024-08-06', 2.5],
    ['openai', 'gpt-4o-2024-05-13', 5],
    ['openai', 'gpt-4.1-2025-04-14', 2],
    ['openai', 'GPT-4o', 2.5],
    ['openai', 'gpt-3.5-turbo-0125', 0.5],
    ['anthropic', 'claude-sonnet-4-5-20250929', 3],
    ['anthropic', 'claude-sonnet-4-20250514', 3],
    ['anthropic', 'claude-3-5-sonnet-20241022', 3],
    ['anthropic', 'claude-sonnet-4-5[1m]', 3],
    ['google', 'models/gemini-2.5-flash', 0.3],
    ['google', 'gemini-2.5-flash-preview-05-20', 0.3],
    ['vertex', 'publishers/google/models/gemini-2.5-pro', 1.25],
    ['vertex', 'claude-sonnet-4-5@20250929', 3],
    ['azure', 'gpt-4o', 2.5],
    ['openrouter', 'openai/gpt-4o', 2.5],
    ['openrouter', 'anthropic/claude-sonnet-4.5', 3],
    ['openrouter', 'openai/gpt-4o:nitro', 2.5],
    ['bedrock', 'anthropic.claude-sonnet-4-5-20250929-v1:0', 3],
    ['bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 3.3],
    [
      'bedrock',
      'arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
      3.3,
    ],
    ['bedrock', 'amazon.nova-micro-v1:0', 0.035],
  ])('%s calls it %s', (type, model, input) => {
    expect(known(type, model)?.price?.input).toBe(input)
  })

  test('another house serves it with the same window, and at a price that is its own affair', () => {
    expect(known('custom', 'openai/gpt-4o')).toMatchObject({ contextWindow: 128_000 })
    expect(known('custom', 'openai/gpt-4o')?.price).toBeUndefined()
    expect(known('bedrock', 'openai.gpt-4o')?.price).toBeUndefined()
  })

  test('what nobody knows is not guessed', () => {
    expect(known('openai', 'gpt-99')).toBeUndefined()
    expect(known('custom', 'house-model')).toBeUndefined()
    // What such a server can do depends on how it was set up.
    expect(known('ollama', 'gpt-4o')).toBeUndefined()
  })
})

test('a free variant has no price of its paid sister', () => {
  const free = known('openrouter', 'openai/gpt-4o:free')
  expect(free?.price?.input ?? 0).toBe(0)
})

describe('the configuration', () => {
  const own = new Catalogue({
    'gpt-4o': { contextWindow: 64_000 },
    'acme:gpt-4o': { price: { input: 1, output: 1 } },
    'house-model': { abilities: ['completion', 'tools'] },
  })

  test('is stronger than the catalogue, field by field, and one provider stronger than all', () => {
    const acme = own.sheetOf({ name: 'acme', type: 'openai' }, 'gpt-4o')
    expect(acme).toMatchObject({ contextWindow: 64_000, maxOutput: 16_384, price: { input: 1, output: 1 } })
    const other = own.sheetOf({ name: 'other', type: 'openai' }, 'gpt-4o')
    expect(other).toMatchObject({ contextWindow: 64_000, price: { input: 2.5, output: 10 } })
  })

  test('makes a model known that nobody knew', () => {
    const provider = { name: 'acme', type: 'custom' }
    expect(own.abilitiesOf({ provider, model: 'house-model' })).toEqual(['completion', 'tools'])
    expect(own.contextOf({ provider, model: 'house-model' })).toBeUndefined()
    expect(own.priceOf({ provider, model: 'house-model' })).toBeUndefined()
  })
})

test('routing gets one price: three tokens in for one out', () => {
  const provider = { name: 'oa', type: 'openai' }
  // (3 × 2.5 + 10) / 4
  expect(catalogue.priceOf({ provider, model: 'gpt-4o' })).toBe(4.375)
  expect(catalogue.contextOf({ provider, model: 'gpt-4o' })).toBe(128_000)
  expect(catalogue.abilitiesOf({ provider, model: 'gpt-4o' })).toEqual(['completion', 'tools', 'vision'])
})

test('a bill from the catalogue', () => {
  const sheet = known('anthropic', 'claude-sonnet-4-5')
  // 1000 plain × 3 + 9000 read × 0.3 + 2000 written × 3.75 + 500 × 15 = 3000 + 2700 + 7500 + 7500 millionths
  const usage = { inputTokens: 12_000, outputTokens: 500, cacheReadTokens: 9000, cacheWriteTokens: 2000 }
  expect(costOf(sheet, usage)).toBeCloseTo(0.0207, 12)
})
