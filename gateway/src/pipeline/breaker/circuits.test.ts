/** The circuits of many targets: one for each provider or each model, within bounds. */

import { expect, test } from 'vitest'
import { VirtualClock } from '../../../test/virtual-clock.ts'
import type { Target } from '../exchange.ts'
import { Circuits } from './circuits.ts'

const RULES = {
  enabled: true,
  failures: 2,
  recoveryMs: 60_000,
  longestMs: 300_000,
  errorRate: 0,
  slowMs: 0,
  slowRate: 1,
  minimumVolume: 20,
  windowMs: 60_000,
  trials: 1,
  rampUpMs: 0,
  perModel: false,
}

// Circuits know a provider by its name alone.
const target = (name: string, model: string) => ({ provider: { name }, model }) as Target

function stage(perModel: boolean) {
  const changes: (readonly [string, string | undefined, string])[] = []
  const clock = new VirtualClock()
  const circuits = new Circuits({
    clock,
    random: () => 0.5,
    rules: { ...RULES, perModel },
    onChange: (...change) => void changes.push(change),
  })
  const fail = (name: string, model: string, times = 2) => {
    for (let i = 0; i < times; i++) circuits.of(target(name, model)).enter()?.over('bad')
  }
  return { clock, circuits, changes, fail }
}

test('the models of a provider share one circuit', () => {
  const { circuits, changes, fail } = stage(false)
  fail('oa', 'a', 1)
  fail('oa', 'b', 1)
  expect(circuits.bar(target('oa', 'c'))).toEqual({ reason: 'circuit-open', until: 60_000 })
  expect(circuits.bar(target('an', 'c'))).toBeUndefined()
  expect(circuits.view('oa')).toEqual({ state: 'open', failures: 2, waitMs: 60_000, models: {} })
  expect(changes).toEqual([['oa', undefined, 'open']])
})

test('or each has its own, and the provider is as well as its best', () => {
  const { circuits, changes, fail } = stage(true)
  fail('oa', 'a')
  expect(circuits.view('oa')).toMatchObject({ state: 'open', models: { a: 'open' } })
  circuits.of(target('oa', 'b')).enter()?.over('good')
  expect(circuits.view('oa')).toMatchObject({ state: 'closed', failures: 2, models: { a: 'open' } })
  expect(circuits.bar(target('oa', 'b'))).toBeUndefined()
  expect(changes).toEqual([['oa', 'a', 'open']])
  circuits.reset('oa')
  expect(circuits.bar(target('oa', 'a'))).toBeUndefined()
})

test('a hundred thousand names of models do not grow it beyond its bound', () => {
  const { circuits, fail } = stage(true)
  for (let i = 0; i < 100_000; i++) fail('oa', `m${i}`)
  expect(Object.keys(circuits.view('oa').models)).toHaveLength(500)
})
