/** Rows H42 and H43: who can do what is asked, and who is known for it. */

import { describe, expect, test } from 'vitest'
import type { ModelFacts } from '#pipeline'
import { eventually } from './client-dialects.ts'
import { type Row, type Upstream } from './row.ts'
import { DOWN, hold, NO_FACTS, OK, PICTURE, routed, served } from './strategy-row.ts'

const by = routed()

/** The harness names one; it is taken away. `object`, because absent and undefined are kept apart. */
const NO_DEFAULT: object = { defaultProvider: undefined }

describe('H42 what a target cannot do it is not asked for', () => {
  const facts: ModelFacts = {
    ...NO_FACTS,
    abilitiesOf: ({ provider }) => (provider.name === 'oa' ? ['completion'] : undefined),
  }
  const TOOLS = { tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }] }

  test('H42 pitfall 48 pictures and tools pass by a model known to take none', async () => {
    const row = await by({ oa: OK, an: OK }, { strategy: 'priority' }, { models: facts })
    expect(await served(row)).toBe('oa')
    expect(await served(row, {}, 'm', PICTURE)).toBe('an')
    expect(await served(row, {}, 'm', TOOLS)).toBe('an')
    expect(row.calls('oa')).toHaveLength(1)
  })

  test('H42 not even after a failure', async () => {
    const able: ModelFacts = {
      ...NO_FACTS,
      abilitiesOf: ({ provider }) => (provider.name === 'ol' ? ['completion'] : undefined),
    }
    const row = await by({ an: DOWN, ol: OK, oa: OK }, { fallback: 'next_available' }, { models: able })
    expect(await served(row, {}, 'm', TOOLS)).toBe('oa')
    expect(row.calls('ol')).toEqual([])
  })

  test('H42 where nobody is known to be able, the request goes where it would go', async () => {
    const none: ModelFacts = { ...NO_FACTS, abilitiesOf: () => ['completion'] }
    const row = await by({ oa: OK, an: OK }, { strategy: 'priority' }, { models: none })
    expect(await served(row, {}, 'm', TOOLS)).toBe('oa')
  })

  test('H42 embeddings go to who has them', async () => {
    const row = await by({ an: OK, ol: OK }, { strategy: 'priority' })
    const { headers } = await row.post('/v1/embeddings', { model: 'e', input: 'hi' })
    expect(headers.get('x-provider')).toBe('ol')
    expect(row.calls('an')).toEqual([])
  })

  test('H42 streams are no obstacle for anybody', async () => {
    const row = await by({ an: OK, oa: OK }, { strategy: 'priority' })
    expect(await served(row, {}, 'm', { stream: true })).toBe('oa')
  })
})

const FIVE = { or: OK, oa: OK, an: OK, gg: OK, ol: OK }

const embed = async (row: Row) =>
  (await row.post('/v1/embeddings', { model: 'e', input: 'hi' })).headers.get('x-provider')

/** Who is served first of these, then who without that one, and so on. */
async function inTurn(upstreams: readonly Upstream[], who: (row: Row) => Promise<string | null>) {
  let left = [...upstreams]
  const order: (string | null)[] = []
  while (left.length > 0) {
    const scripts = Object.fromEntries(left.map((name) => [name, OK]))
    const first = await who(await by(scripts, { strategy: 'capability_based' }))
    order.push(first)
    left = left.filter((name) => name !== first)
  }
  return order
}

describe('H43 capability_based', () => {
  const NAMES = [
    ['gpt-4o', 'oa'],
    ['my-GPT', 'oa'],
    ['claude-9', 'an'],
    ['gemini-9', 'gg'],
  ] as const

  test.each(NAMES)('H43 %s belongs to %s', async (name, owner) => {
    const row = await by(FIVE, { strategy: 'capability_based' })
    expect(await served(row, {}, name)).toBe(owner)
  })

  test.each(NAMES)('H43 %s goes to the house that resells it when %s is not here', async (name, owner) => {
    const others = Object.fromEntries(Object.entries(FIVE).filter(([upstream]) => upstream !== owner))
    const row = await by(others, { strategy: 'capability_based' })
    expect(await served(row, {}, name)).toBe('or')
  })

  test('H43 it is what decides without any setting, where a name says whose it is and no default is named', async () => {
    const row = await by({ ol: OK, or: OK }, {})
    const house = await by({ ol: OK, or: OK }, {}, { config: NO_DEFAULT })
    expect(await served(row, {}, 'claude-9')).toBe('ol')
    expect(await served(house, {}, 'claude-9')).toBe('or')
    expect(await served(house, {}, 'mystery-1')).toBe('ol')
  })

  test('H43 pictures: google, anthropic, openai, openrouter, then the rest', async () => {
    expect(await inTurn(['ol', 'or', 'oa', 'an', 'gg'], (row) => served(row, {}, 'm', PICTURE))).toEqual([
      'gg',
      'an',
      'oa',
      'or',
      'ol',
    ])
  })

  test('H43 embeddings: openai, openrouter, google, then the rest', async () => {
    expect(await inTurn(['ol', 'gg', 'or', 'oa'], embed)).toEqual(['oa', 'or', 'gg', 'ol'])
  })

  test('H43 nor does a name that says whose it is change that order', async () => {
    const row = await by({ ol: OK, gg: OK, or: OK, oa: OK }, { strategy: 'capability_based' })
    const asked = { model: 'our-gemini-vectors', input: 'hi' }
    expect((await row.post('/v1/embeddings', asked)).headers.get('x-provider')).toBe('oa')
  })

  test('H43 any other request goes to whoever has least to do', async () => {
    const held = hold()
    const row = await by({ oa: held.script, an: OK }, { strategy: 'capability_based' })
    const first = served(row)
    await eventually(() => row.calls('oa').length === 1, 'the first is under way')
    expect(await served(row)).toBe('an')
    held.release()
    expect(await first).toBe('oa')
  })
})
