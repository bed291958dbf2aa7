/** Rows H45, H46, H48–H50, M11, M43: strategies that go by prices and by what was measured. */

import { describe, expect, test } from 'vitest'
import type { ModelFacts } from '#pipeline'
import type { Script } from '#simulator'
import { VirtualClock } from '../virtual-clock.ts'
import { eventually } from './client-dialects.ts'
import type { Upstream } from './row.ts'
import { ask, DOWN, hold, many, NO_FACTS, OK, PATH, routed, served, taking } from './strategy-row.ts'

const by = routed()

/** One whose pace changes, against one that always takes 300 ms. */
const racing = (clock: VirtualClock, slow: () => number) =>
  by({ oa: taking(clock, slow), an: taking(clock, () => 300) }, { strategy: 'fastest_response' }, { clock })

const priced = (prices: Partial<Record<string, number>>): ModelFacts => ({
  ...NO_FACTS,
  priceOf: ({ provider }) => prices[provider.name],
})

describe('cost_optimized', () => {
  test('H45 without prices: ollama, openrouter, google, anthropic, openai', async () => {
    let left: Upstream[] = ['oa', 'an', 'gg', 'or', 'ol']
    const order: (string | null)[] = []
    while (left.length > 0) {
      const row = await by(Object.fromEntries(left.map((name) => [name, OK])), { strategy: 'cost_optimized' })
      const first = await served(row)
      order.push(first)
      left = left.filter((name) => name !== first)
    }
    expect(order).toEqual(['ol', 'or', 'gg', 'an', 'oa'])
  })

  test('H46 with prices the cheapest wins, whatever its kind', async () => {
    const models = priced({ ol: 3, an: 1, oa: 2 })
    const row = await by({ ol: OK, oa: OK, an: OK }, { strategy: 'cost_optimized' }, { models })
    expect(await served(row)).toBe('an')
  })

  test('H46 a cheap one ten times slower than the limit is passed over, until that is old news', async () => {
    const clock = new VirtualClock()
    const models = priced({ ol: 1, oa: 2 })
    const row = await by(
      { ol: taking(clock, () => 10_000), oa: taking(clock, () => 100) },
      { strategy: 'cost_optimized', slowMs: 1000 },
      { clock, models },
    )
    expect(await many(row, 3)).toEqual(['ol', 'oa', 'oa'])
    clock.advance(301_000)
    expect(await many(row, 2)).toEqual(['ol', 'oa'])
  })

  test.each([
    [1000, ['ol', 'ol']],
    [1001, ['ol', 'oa']],
  ])('H46 the limit is passed by what takes longer: %i ms of 1000', async (ms, wanted) => {
    const clock = new VirtualClock()
    const models = priced({ ol: 1, oa: 2 })
    const row = await by(
      { ol: taking(clock, () => ms), oa: OK },
      { strategy: 'cost_optimized', slowMs: 1000 },
      { clock, models },
    )
    expect(await many(row, 2)).toEqual(wanted)
  })
})

test('M11 best_alternative is the best of the rest by the strategy that is set', async () => {
  const models = priced({ oa: 1, an: 9, ol: 2 })
  const routing = { strategy: 'cost_optimized', fallback: 'best_alternative' } as const
  const row = await by({ oa: DOWN, an: OK, ol: OK }, routing, { models })
  expect(await served(row, {}, 'gpt-4o')).toBe('ol')
  expect(row.calls('an')).toEqual([])
})

/** Every way a call can end. */
const kinds: Script = (_, n) => {
  if (n % 5 === 0) return OK
  if (n % 5 === 1) return { kind: 'status', status: 500 }
  if (n % 5 === 2) return { kind: 'answer', text: 'one two three', cutAfter: 1 }
  if (n % 5 === 3) return { kind: 'reset', when: 'before-headers' }
  return { kind: 'status', status: 400 }
}

describe('least_loaded', () => {
  test('H48 whoever has fewer calls under way', async () => {
    const [oa, an] = [hold(), hold()]
    const row = await by({ oa: oa.script, an: an.script, ol: OK }, { strategy: 'least_loaded' })
    const busy = [
      ask(row, { 'x-provider': 'oa' }),
      ask(row, { 'x-provider': 'oa' }),
      ask(row, { 'x-provider': 'an' }),
      ask(row, { 'x-provider': 'ol' }),
    ]
    await eventually(() => row.calls('oa').length === 2 && row.calls('an').length === 1, 'three under way')
    await busy[3]
    expect(await served(row)).toBe('ol')
    const two = ask(row, { 'x-routing-strategy': 'least_loaded', 'x-provider': 'oa' })
    await eventually(() => row.calls('oa').length === 3, 'a third at oa')
    oa.release()
    an.release()
    await Promise.all([...busy, two])
    expect(await many(row, 2)).toEqual(['oa', 'oa'])
  })

  test('M43 after a hundred outcomes of every kind nobody is called busy', async () => {
    const row = await by({ oa: kinds, an: OK }, { strategy: 'least_loaded' })
    for (let n = 0; n < 100; n++)
      await ask(row, { 'x-provider': 'oa' }, 'm', { stream: n % 2 === 0 }).catch(() => {})
    expect(row.calls('oa')).toHaveLength(100)
    expect(row.calls('an')).toEqual([])
    await ask(row)
    expect([row.calls('oa').length, row.calls('an').length]).toEqual([101, 0])
  })

  test('M43 a client that left does not leave its load behind', async () => {
    const held = hold()
    const row = await by({ oa: held.script, an: OK }, { strategy: 'least_loaded' })
    const leaving = new AbortController()
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] })
    const left = row
      .ask(PATH, { method: 'POST', body, headers: { 'x-provider': 'oa' }, signal: leaving.signal })
      .catch(() => 'left')
    await eventually(() => row.calls('oa').length === 1, 'it is under way')
    expect(await served(row)).toBe('an')
    leaving.abort()
    expect(await left).toBe('left')
    held.release()
    expect(await served(row)).toBe('oa')
  })
})

describe('fastest_response', () => {
  test('H49 everybody is sampled, then the fastest is taken', async () => {
    const clock = new VirtualClock()
    const row = await by(
      { oa: taking(clock, () => 300), an: taking(clock, () => 100), ol: taking(clock, () => 200) },
      { strategy: 'fastest_response' },
      { clock },
    )
    expect(await many(row, 6)).toEqual(['oa', 'an', 'ol', 'an', 'an', 'an'])
  })

  test('H49 who was sampled and failed is not sampled again at once', async () => {
    const clock = new VirtualClock()
    const row = await by(
      { oa: DOWN, an: taking(clock, () => 100) },
      { strategy: 'fastest_response' },
      { clock },
    )
    await many(row, 5)
    expect(row.calls('oa')).toHaveLength(1)
  })

  test('H50 when the fastest slows down the choice moves', async () => {
    const clock = new VirtualClock()
    let slow = 100
    const row = await racing(clock, () => slow)
    expect(await many(row, 12)).toEqual(['oa', 'an', ...Array.from({ length: 10 }, () => 'oa')])
    slow = 1000
    const after = await many(row, 20)
    expect(after[0]).toBe('oa')
    expect(after.at(-1)).toBe('an')
    expect(after.filter((who) => who === 'oa').length).toBeLessThan(6)
  })
})

test('H50 however long it has been fast: the last hundred count', async () => {
  const clock = new VirtualClock()
  let slow = 100
  const row = await racing(clock, () => slow)
  await many(row, 300)
  slow = 1000
  const after = await many(row, 30)
  expect(after.filter((who) => who === 'oa').length).toBeLessThan(26)
  expect(after.at(-1)).toBe('an')
})

describe('adaptive', () => {
  test('a conversation stays where it began, others go where it is quicker', async () => {
    const clock = new VirtualClock()
    let oa = 100
    const row = await by(
      { oa: taking(clock, () => oa), an: taking(clock, () => 400) },
      { strategy: 'adaptive' },
      { clock, random: () => 0.5 },
    )
    const talk = (id: string) => served(row, { 'x-session-id': id })
    const first = await talk('a')
    const other = await talk('b')
    expect(new Set([first, other])).toEqual(new Set(['oa', 'an']))
    for (let i = 0; i < 3; i++) expect(await talk('a')).toBe(first)
    for (let i = 0; i < 3; i++) expect(await talk('b')).toBe(other)
    for (let i = 0; i < 5; i++) expect(await talk(`c${i}`)).toBe('oa')
    oa = 5000
    await talk('d')
    expect(await talk('e')).toBe('an')
    expect(await talk('c1')).toBe('oa')
  })
})
