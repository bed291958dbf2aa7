import { expect, test } from 'vitest'
import { STRATEGY_NAMES } from '#core'
import { seeded } from '../../../test/seeded.ts'
import { VirtualClock } from '../../../test/virtual-clock.ts'
import type { Target } from '../exchange.ts'
import { RoadVitals } from '../vitals/road-vitals.ts'
import type { Facts } from './strategy/strategy.ts'
import { newTurns } from './turns.ts'

// Strategies read nothing else of a provider.
const at = (name: string): Target => ({
  provider: { name, weight: 1, standing: {} } as unknown as Target['provider'],
  model: 'm',
})
const TARGETS = ['a', 'b', 'c'].map(at)

/** Who comes first in ten questions, with so many idle ones before each. */
function firsts(name: (typeof STRATEGY_NAMES)[number], idle: number): unknown[] {
  const clock = new VirtualClock()
  const strategy = newTurns().strategies[name]
  const facts: Facts = {
    vitals: new RoadVitals(clock),
    clock,
    random: seeded(),
    priceOf: () => 1,
    weightOf: () => 1,
    slowMs: 1000,
    pool: 'pool',
    wish: { model: 'm', embeds: false, vision: () => false, conversation: () => 'talk' },
  }
  return Array.from({ length: 10 }, () => {
    for (let i = 0; i < idle; i++) strategy(TARGETS, { ...facts, random: () => 0.5, dry: true })
    return strategy(TARGETS, facts)[0]?.target.provider.name
  })
}

test.each(STRATEGY_NAMES)('asking %s about its order leaves the order as it is', (name) => {
  expect(firsts(name, 3)).toEqual(firsts(name, 0))
})
