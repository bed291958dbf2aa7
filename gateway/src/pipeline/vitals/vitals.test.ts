/** The measurements: counts come back to nothing, peaks count at once and fade, memory has a bound. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../../test/virtual-clock.ts'
import type { Target } from '../exchange.ts'
import { RoadVitals } from './road-vitals.ts'

// Measurements read nothing of a provider but its name.
const at = (name: string, model = 'm'): Target => ({
  provider: { name } as unknown as Target['provider'],
  model,
})

function house() {
  const clock = new VirtualClock()
  const vitals = new RoadVitals(clock)
  const took = (ms: number, model = 'm') => {
    const call = vitals.begin(at('a', model))
    clock.advance(ms)
    call.committed()
    call.ended('good')
  }
  return { clock, vitals, took }
}

test('M43 after any outcomes in any order nothing is pending, and all are counted', () => {
  const outcome = fc.constantFrom('good', 'bad', 'neutral')
  fc.assert(
    fc.property(fc.array(fc.tuple(outcome, fc.boolean(), fc.nat(3)), { maxLength: 100 }), (calls) => {
      const { vitals, clock } = house()
      const open = calls.map(([how, commits, model]) => ({
        how,
        commits,
        call: vitals.begin(at('a', `m${model}`)),
      }))
      expect(vitals.provider('a').pending).toBe(calls.length)
      for (const { how, commits, call } of open.toReversed()) {
        clock.advance(10)
        if (commits) call.committed()
        call.ended(how)
      }
      const { pending, requests, failures } = vitals.provider('a')
      expect([pending, requests]).toEqual([0, calls.length])
      expect(failures).toBe(calls.filter(([how]) => how === 'bad').length)
      const models = [0, 1, 2, 3].map((n) => vitals.model('a', `m${n}`))
      expect(models.reduce((sum, model) => sum + model.requests, 0)).toBe(calls.length)
      expect(models.every((model) => model.pending === 0)).toBe(true)
    }),
  )
})

describe('time to first content', () => {
  test('a rise counts at once, a fall with a time constant of ten seconds', () => {
    const { vitals, took, clock } = house()
    took(100)
    took(5000)
    expect(vitals.model('a', 'm').firstContentMs).toBe(5000)
    clock.advance(9900)
    took(100)
    const fallen = 5000 / Math.E + 100 * (1 - 1 / Math.E)
    expect(vitals.model('a', 'm').firstContentMs).toBeCloseTo(fallen, 6)
  })

  test('the mean is of the last hundred', () => {
    const { vitals, took } = house()
    for (let n = 0; n < 50; n++) took(1000)
    expect(vitals.provider('a').averageMs).toBe(1000)
    for (let n = 0; n < 100; n++) took(10)
    expect(vitals.provider('a').averageMs).toBe(10)
  })

  test('what was before a pause of five minutes is forgotten', () => {
    const { vitals, took, clock } = house()
    for (let n = 0; n < 50; n++) took(1000)
    clock.advance(301_000)
    took(10)
    expect(vitals.provider('a').averageMs).toBe(10)
  })
})

test('health falls with failures, heals with answers, and is forgiven with time', () => {
  const { vitals, took, clock } = house()
  const health = () => vitals.model('a', 'm').health
  expect(health()).toBe(1)
  for (let n = 0; n < 3; n++) vitals.begin(at('a')).ended('bad')
  expect(health()).toBeCloseTo(0.8 ** 3, 9)
  took(0)
  expect(health()).toBeGreaterThan(0.8 ** 3)
  vitals.begin(at('a')).ended('neutral')
  const before = health()
  clock.advance(60_000)
  expect(1 - health()).toBeCloseTo((1 - before) / Math.E, 9)
})

test('names that clients make up do not fill the memory', () => {
  const { vitals, took } = house()
  took(1, 'kept')
  for (let n = 0; n < 2000; n++) {
    took(1, `made-up-${n}`)
    vitals.model('a', 'kept')
  }
  expect(vitals.model('a', 'kept').requests).toBe(1)
  expect(vitals.model('a', 'made-up-0').requests).toBe(0)
  expect(vitals.model('a', 'made-up-1999').requests).toBe(1)
})
