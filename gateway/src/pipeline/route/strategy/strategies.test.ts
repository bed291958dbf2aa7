/** What holds for every strategy, and the laws of those that measure or draw lots. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { STRATEGY_NAMES } from '#core'
import { seeded } from '../../../../test/seeded.ts'
import { VirtualClock } from '../../../../test/virtual-clock.ts'
import type { Target } from '../../exchange.ts'
import { RoadVitals } from '../../vitals/road-vitals.ts'
import { strategies } from './strategies.ts'
import type { Facts, StrategyWish } from './strategy.ts'

/** As much of a provider as strategies look at. */
function target(name: string, more: { weight?: number; cost?: number; model?: string } = {}): Target {
  const { weight = 1, cost, model = 'm' } = more
  const provider = { name, weight, standing: cost === undefined ? {} : { cost } }
  // Strategies read nothing else of a provider.
  return { provider: provider as unknown as Target['provider'], model }
}

const WISH: StrategyWish = { model: 'm', embeds: false, vision: () => false, conversation: () => undefined }

function house(more: Partial<Facts> = {}) {
  const clock = new VirtualClock()
  const vitals = new RoadVitals(clock)
  const facts: Facts = {
    vitals,
    clock,
    random: seeded(),
    priceOf: () => undefined,
    weightOf: ({ provider }) => provider.weight,
    slowMs: 10_000,
    pool: 'p',
    wish: WISH,
    ...more,
  }
  /** A call that took so long, or failed. */
  const called = (at: Target, ms: number | undefined) => {
    const call = vitals.begin(at)
    clock.advance(ms ?? 1)
    if (ms !== undefined) call.committed()
    call.ended(ms === undefined ? 'bad' : 'good')
  }
  return { clock, vitals, facts, called }
}

const names = (scored: readonly { target: Target }[]) => scored.map((one) => one.target.provider.name)
const share = (all: readonly (string | undefined)[], name: string) =>
  all.filter((who) => who === name).length / all.length

describe.each(STRATEGY_NAMES)('%s', (name) => {
  test('answers each candidate once, whatever was measured before', () => {
    const history = fc.array(
      fc.tuple(fc.nat(5), fc.option(fc.nat(20_000), { nil: undefined }), fc.nat(400_000)),
      {
        maxLength: 40,
      },
    )
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), history, fc.nat(), (count, calls, seed) => {
        const targets = Array.from({ length: count }, (_, n) => target(`t${n}`, { weight: n, cost: n % 3 }))
        const { facts, called, clock } = house({ random: seeded(seed) })
        const strategy = strategies()[name]
        for (const [who, ms, pause] of calls) {
          const at = targets[who % count]
          if (at !== undefined) called(at, ms)
          clock.advance(pause)
          const ordered = strategy(targets, facts)
          expect(names(ordered).toSorted()).toEqual(names(targets.map((one) => ({ target: one }))).toSorted())
          for (const { score } of ordered) expect(score).not.toBeNaN()
        }
      }),
      { numRuns: 60 },
    )
  })
})

const [A, B, C] = [target('a'), target('b'), target('c')]

test('H62 random: 3000 calls, each of three 28 to 38 %', () => {
  const { facts } = house()
  const { random } = strategies()
  const all = Array.from({ length: 3000 }, () => names(random([A, B, C], facts))[0])
  for (const name of ['a', 'b', 'c']) {
    expect(share(all, name)).toBeGreaterThan(0.28)
    expect(share(all, name)).toBeLessThan(0.38)
  }
})

test('weighted: shares of the first place follow the weights, also among the rest', () => {
  const { facts } = house()
  const { weighted } = strategies()
  const [six, three, one] = [target('six', { weight: 6 }), target('three', { weight: 3 }), target('one')]
  const all = Array.from({ length: 5000 }, () => names(weighted([one, three, six], facts)))
  expect(
    share(
      all.map(([first]) => first),
      'six',
    ),
  ).toBeCloseTo(0.6, 1)
  const behindSix = all.filter(([first]) => first === 'six').map(([, second]) => second)
  expect(share(behindSix, 'three')).toBeCloseTo(0.75, 1)
})

test('round robin goes on evenly when one of them comes and goes', () => {
  const { facts } = house()
  const { round_robin: next } = strategies()
  const all = Array.from({ length: 12 }, (_, n) => names(next(n < 6 ? [A, B, C] : [A, C], facts))[0])
  expect(all.slice(0, 6)).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
  expect([share(all.slice(6), 'a'), share(all.slice(6), 'c')]).toEqual([0.5, 0.5])
})

test('H48 least_loaded counts all models of a provider', () => {
  const { facts, vitals } = house()
  const { least_loaded: idlest } = strategies()
  for (let n = 0; n < 2; n++) vitals.begin(target('a', { model: 'other' }))
  vitals.begin(B)
  expect(names(idlest([A, B], facts))).toEqual(['b', 'a'])
  vitals.begin(B)
  expect(names(idlest([B, A], facts))).toEqual(['a', 'b'])
})

describe('fastest_response', () => {
  test('only one call at a time samples', () => {
    const { facts, vitals, called } = house()
    const { fastest_response: fastest } = strategies()
    called(A, 100)
    expect(names(fastest([A, B], facts))[0]).toBe('b')
    vitals.begin(B)
    expect(names(fastest([A, B], facts))[0]).toBe('a')
  })

  test('a slow one is given another chance after five minutes, and its past does not count', () => {
    const { facts, called, clock } = house()
    const { fastest_response: fastest } = strategies()
    for (let n = 0; n < 50; n++) called(B, 900)
    called(A, 300)
    expect(names(fastest([A, B], facts))[0]).toBe('a')
    clock.advance(299_000)
    called(A, 300)
    expect(names(fastest([A, B], facts))[0]).toBe('a')
    clock.advance(2000)
    expect(names(fastest([A, B], facts))[0]).toBe('b')
    called(B, 100)
    expect(names(fastest([A, B], facts))[0]).toBe('b')
  })
})

const first = (strategy: ReturnType<typeof strategies>, facts: Facts, among = [A, B]) =>
  names(strategy.adaptive(among, facts))[0]

describe('adaptive', () => {
  test('nobody starves: even one a hundred times slower gets its share of a percent', () => {
    const { facts, called } = house()
    const all = strategies()
    const seen: (string | undefined)[] = []
    for (let n = 0; n < 4000; n++) {
      const who = first(all, facts, [A, B, C])
      seen.push(who)
      called(who === 'a' ? A : who === 'b' ? B : C, who === 'c' ? 10_000 : 100)
    }
    expect(share(seen, 'c')).toBeGreaterThan(0.001)
    expect(share(seen, 'c')).toBeLessThan(0.05)
  })

  test('a conversation stays ten minutes, as long as its target is not ill', () => {
    const talk = { ...WISH, conversation: () => 'one' }
    const { facts, called, clock } = house()
    const all = strategies()
    called(A, 200)
    called(B, 100)
    expect(first(all, { ...facts, wish: talk })).toBe('b')
    for (let n = 0; n < 20; n++) called(B, 800)
    expect(first(all, facts)).toBe('a')
    for (let n = 0; n < 200; n++) expect(first(all, { ...facts, wish: talk })).toBe('b')
    for (let n = 0; n < 5; n++) called(B, undefined)
    expect(first(all, { ...facts, wish: talk })).toBe('a')
    called(A, 100)
    called(B, 5)
    clock.advance(601_000)
    called(A, 5000)
    called(B, 5)
    expect(first(all, { ...facts, wish: talk })).toBe('b')
  })

  test('a target that is not among the candidates loses its conversations', () => {
    const talk = { ...WISH, conversation: () => 'one' }
    const { facts, called } = house()
    const all = strategies()
    called(A, 100)
    called(B, 900)
    called(C, 900)
    expect(first(all, { ...facts, wish: talk })).toBe('a')
    expect(first(all, { ...facts, wish: talk }, [B, C])).not.toBe('a')
  })

  test('nobody loses the place to one that is a little quicker', () => {
    const { facts, called } = house({ random: () => 0.5 })
    const all = strategies()
    called(A, 100)
    called(B, 200)
    expect(first(all, facts)).toBe('a')
    for (let n = 0; n < 3; n++) called(A, 210)
    expect(first(all, facts)).toBe('a')
    for (let n = 0; n < 3; n++) called(A, 300)
    expect(first(all, facts)).toBe('b')
  })

  test('calls under way weigh', () => {
    const { facts, called, vitals } = house({ random: () => 0.5 })
    const all = strategies()
    called(A, 100)
    called(B, 150)
    expect(first(all, facts)).toBe('a')
    vitals.begin(A)
    expect(first(all, facts)).toBe('b')
  })
})

test('cost_optimized: one unknown price, and the usual order of their kinds decides', () => {
  const prices = new Map([
    ['a', 5],
    ['b', 1],
  ])
  const { facts } = house({ priceOf: ({ provider }) => prices.get(provider.name) })
  const { cost_optimized: cheapest } = strategies()
  const [a, b, c] = [target('a', { cost: 1 }), target('b', { cost: 3 }), target('c', { cost: 2 })]
  expect(names(cheapest([a, b], facts))).toEqual(['b', 'a'])
  expect(names(cheapest([b, c, a], facts))).toEqual(['a', 'c', 'b'])
})
