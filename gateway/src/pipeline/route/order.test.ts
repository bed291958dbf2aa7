/** Barred targets fall behind and are asked all the same when nobody else is left; why is written down. */

import { describe, expect, test } from 'vitest'
import { seeded } from '../../../test/seeded.ts'
import { VirtualClock } from '../../../test/virtual-clock.ts'
import type { Target } from '../exchange.ts'
import { RoadVitals } from '../vitals/road-vitals.ts'
import type { Bar } from '../vitals.ts'
import { NO_MODEL_FACTS } from './model-facts.ts'
import { Order, type OrderParts } from './order.ts'
import type { Choice } from './rule.ts'
import { newTurns } from './turns.ts'

// Ordering reads nothing else of a provider.
const at = (name: string): Target => ({
  provider: { name, weight: 1, standing: {} } as unknown as Target['provider'],
  model: 'm',
})
const [A, B, C, D] = [at('a'), at('b'), at('c'), at('d')]

function routed(
  bars: Record<string, Bar>,
  choice: Partial<Choice> = {},
  more: { readonly fallbacks?: readonly Target[]; readonly rules?: Partial<OrderParts['rules']> } = {},
) {
  const clock = new VirtualClock()
  const order = new Order({
    rules: { defaultProvider: undefined, virtual: new Map(), ...more.rules },
    vitals: new RoadVitals(clock),
    clock,
    random: seeded(),
    barrier: ({ provider }) => bars[provider.name],
    models: NO_MODEL_FACTS,
    turns: newTurns(),
  })
  const targets = choice.targets ?? [A, B, C]
  const found = {
    reason: 'rule',
    choice: { ...choice, targets },
    candidates: targets,
    fallbacks: more.fallbacks ?? [],
  }
  const wish = { model: 'm', embeds: false, vision: () => false, conversation: () => undefined }
  const route = () =>
    order.route({ found, candidates: targets, wish, strategy: undefined, lacking: new Map() })
  return { route, names: () => route().targets.map(({ provider }) => provider.name) }
}

const OPEN: Bar = { reason: 'circuit-open', until: 9000 }

describe('barred targets', () => {
  test('fall behind, and the route says why', () => {
    const { route, names } = routed({ a: OPEN })
    expect(names()).toEqual(['b', 'c', 'a'])
    expect(route().considered).toEqual([
      { provider: 'a', model: 'm', removed: 'circuit-open' },
      { provider: 'b', model: 'm' },
      { provider: 'c', model: 'm' },
    ])
  })

  test('fall behind those that the request names for afterwards', () => {
    expect(routed({ a: OPEN, c: OPEN }, {}, { fallbacks: [D] }).names()).toEqual(['b', 'd', 'a', 'c'])
    expect(routed({ d: OPEN }, {}, { fallbacks: [D] }).names()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('H60 all of them: the one that is free soonest first, one that cannot say last', () => {
    const bars: Record<string, Bar> = {
      a: { reason: 'probe-failed' },
      b: OPEN,
      c: { reason: 'cooling-down', until: 100 },
    }
    expect(routed(bars).names()).toEqual(['c', 'b', 'a'])
  })

  test('H60 one alone is asked, barred or not', () => {
    expect(routed({ a: OPEN }, { targets: [A] }).names()).toEqual(['a'])
  })

  test('H47 do not take a turn from the others', () => {
    const { names } = routed({ b: OPEN }, { strategy: 'round_robin' })
    const firsts = Array.from({ length: 4 }, () => names()[0])
    expect(firsts).toEqual(['a', 'c', 'a', 'c'])
  })

  test('H51 manual keeps its first, always', () => {
    expect(routed({ a: OPEN }, { strategy: 'manual' }).names()).toEqual(['a', 'b', 'c'])
  })
})

describe('who says which strategy', () => {
  test('H54 a group before the house', () => {
    expect(routed({}, { strategy: 'manual' }, { rules: { strategy: 'random' } }).route().strategy).toBe(
      'manual',
    )
    expect(routed({}, {}, { rules: { strategy: 'random' } }).route().strategy).toBe('random')
  })

  test('without any, the rule’s order is the order of trying', () => {
    const { route, names } = routed({})
    expect([names(), route().strategy]).toEqual([['a', 'b', 'c'], undefined])
  })

  test('H53 and so it is without load balancing', () => {
    const rules = { strategy: 'random', loadBalancing: false } as const
    expect(routed({}, { strategy: 'round_robin' }, { rules }).route().strategy).toBeUndefined()
  })

  test('scores stand in the trace', () => {
    const { route } = routed({}, { strategy: 'least_loaded' })
    expect(route().considered).toEqual(
      ['a', 'b', 'c'].map((provider) => ({ provider, model: 'm', score: 0 })),
    )
  })
})
