/** Rows H47, H51–H54, H61, H62, H64: strategies by turns, lots and order, and who may say which. */

import { describe, expect, test } from 'vitest'
import type { ModelFacts } from '#pipeline'
import { loadIn, refusedLines } from '../load-in.ts'
import { seeded } from '../seeded.ts'
import { CLIENTS } from './client-dialects.ts'
import { ask, DOWN, many, NO_FACTS, OK, PICTURE, routed, served, shareOf } from './strategy-row.ts'

const by = routed()

describe('round_robin', () => {
  test('H47 three providers, nine calls: three each, in order', async () => {
    const row = await by({ oa: OK, an: OK, ol: OK }, { strategy: 'round_robin' })
    expect(await many(row, 9)).toEqual(['oa', 'an', 'ol', 'oa', 'an', 'ol', 'oa', 'an', 'ol'])
  })

  test('H47 each group has a turn of its own', async () => {
    const models = { a: { targets: ['oa:x', 'an:y'] }, b: { targets: ['oa:x', 'an:y'] } }
    const row = await by({ oa: OK, an: OK }, { strategy: 'round_robin' }, { config: { models } })
    expect([await served(row, {}, 'a'), await served(row, {}, 'b'), await served(row, {}, 'a')]).toEqual([
      'oa',
      'oa',
      'an',
    ])
  })

  test('H61 three providers, six calls: two each', async () => {
    const row = await by({ oa: OK, an: OK, ol: OK }, { strategy: 'round_robin' })
    const all = await many(row, 6)
    for (const name of ['oa', 'an', 'ol']) expect(all.filter((who) => who === name)).toHaveLength(2)
  })
})

test('H62 random: of 600 seeded calls each of three has 28 to 38 %', async () => {
  const row = await by({ oa: OK, an: OK, ol: OK }, { strategy: 'random' }, { random: seeded() })
  const all = await many(row, 600)
  for (const name of ['oa', 'an', 'ol']) {
    expect(shareOf(name, all)).toBeGreaterThan(0.28)
    expect(shareOf(name, all)).toBeLessThan(0.38)
  }
})

describe('manual', () => {
  test('H51 the first in priority order, always', async () => {
    const row = await by(
      { oa: OK, an: OK, ol: OK },
      { strategy: 'manual' },
      { providers: { oa: { priority: 3 }, an: { priority: 1 }, ol: { priority: 2 } } },
    )
    expect(await many(row, 4)).toEqual(['an', 'an', 'an', 'an'])
  })

  test('H51 its failures change nothing', async () => {
    const row = await by({ oa: DOWN, an: OK }, { strategy: 'manual', fallback: 'none' })
    for (let i = 0; i < 8; i++) expect((await ask(row)).status).toBe(502)
    expect(row.calls('an')).toEqual([])
  })
})

describe('the setting', () => {
  test('H52 an unknown strategy stops the start and lists the known ones', () => {
    expect(refusedLines({ env: { ROUTING_STRATEGY: 'fastest' } })).toEqual([
      'environment ROUTING_STRATEGY: routing_strategy: must be one of capability_based, cost_optimized, round_robin, ' +
        'least_loaded, fastest_response, priority, random, weighted, manual, adaptive (got "fastest")',
    ])
    expect(loadIn({ env: { ROUTING_STRATEGY: ' Round_Robin ' } }).routing).toMatchObject({
      strategy: 'round_robin',
    })
  })

  test('H53 without load balancing the first capable candidate is always taken', async () => {
    const facts: ModelFacts = {
      ...NO_FACTS,
      abilitiesOf: ({ provider }) => (provider.name === 'oa' ? [] : undefined),
    }
    const { routing } = loadIn({ env: { ROUTING_STRATEGY: 'round_robin', ENABLE_LOAD_BALANCING: 'false' } })
    const row = await by({ oa: OK, an: OK, ol: OK }, routing ?? {}, { models: facts })
    expect(await many(row, 3)).toEqual(['oa', 'oa', 'oa'])
    expect(await many(row, 2, { 'x-routing-strategy': 'round_robin' })).toEqual(['oa', 'oa'])
    expect(await served(row, {}, 'm', PICTURE)).toBe('an')
  })

  test('H54 a group has its own strategy, and a request another', async () => {
    const models = { g: { targets: ['oa:x', 'an:y'], strategy: 'manual' as const } }
    const row = await by({ oa: OK, an: OK }, { strategy: 'round_robin' }, { config: { models } })
    const three = async (headers: Record<string, string> = {}) => [
      await served(row, headers, 'g'),
      await served(row, headers, 'g'),
      await served(row, headers, 'g'),
    ]
    expect(await three()).toEqual(['oa', 'oa', 'oa'])
    expect(await three({ 'x-routing-strategy': 'Round_Robin' })).toEqual(['oa', 'an', 'oa'])
    expect(await many(row, 3)).toEqual(['oa', 'an', 'oa'])
    expect(await many(row, 2, { 'x-routing-strategy': 'manual' })).toEqual(['oa', 'oa'])
  })

  test('H54 a request may name a strategy where none is configured', async () => {
    const row = await by({ oa: OK, an: OK }, {})
    expect(await many(row, 3, { 'x-routing-strategy': 'round_robin' })).toEqual(['oa', 'an', 'oa'])
    expect(await many(row, 2)).toEqual(['oa', 'oa'])
  })

  test.each(CLIENTS)(
    'H54 an unknown strategy in a request of $name is a 400 with the known ones',
    async (client) => {
      const row = await by({ oa: OK }, {})
      const { status, json } = await row.post(client.path, client.body('m', false), {
        'x-routing-strategy': 'best',
      })
      expect(status).toBe(400)
      expect(client.errorOf(json).message).toMatch(/X-Routing-Strategy.*"best".*round_robin/)
      expect(row.calls('oa')).toEqual([])
    },
  )

  test('H64 the answer names the rule and the strategy', async () => {
    const models = { g: { targets: ['oa:x', 'an:y'] } }
    const row = await by({ oa: OK, an: OK }, { strategy: 'random' }, { config: { models } })
    const reason = async (model: string) => (await ask(row, {}, model)).headers.get('x-routing-reason')
    expect(await reason('g')).toBe('virtual-model; strategy=random')
    expect(await reason('m')).toBe('strategy; strategy=random')
    expect(await reason('oa:m')).toBe('prefix')
  })
})

test('weighted: shares of a group, of providers, and none at all', async () => {
  const models = { g: { targets: ['oa:x', 'an:y'], weights: [3, 1] } }
  const row = await by(
    { oa: OK, an: OK },
    { strategy: 'weighted' },
    { random: seeded(), config: { models }, providers: { oa: { weight: 0 } } },
  )
  const all = await many(row, 200, {}, 'g')
  expect(shareOf('oa', all)).toBeGreaterThan(0.65)
  expect(shareOf('oa', all)).toBeLessThan(0.85)
  expect(await many(row, 10)).toEqual(Array.from({ length: 10 }, () => 'an'))
})
