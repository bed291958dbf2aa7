/** Counting within bounds: sums are right whatever is thrown out, and names that clients make up cost no memory. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { objectOf } from '#core'
import type { AttemptRecord, Exchange, Outcome } from '#pipeline'
import { VirtualClock } from '../../test/virtual-clock.ts'
import { LabelMap } from './label-map.ts'
import { performanceClass } from './performance-class.ts'
import { Statistics } from './statistics.ts'
import { Tally } from './tally.ts'
import { tallyJson } from './tally-json.ts'
import { Throughput } from './throughput.ts'
import { Times } from './times.ts'

const USAGE = { inputTokens: 10, outputTokens: 5 }
const DONE: Outcome = { result: 'completed', usage: USAGE, firstContentMs: 4, totalMs: 12 }

function attempt(provider: string, model: string, more: Partial<AttemptRecord> = {}): AttemptRecord {
  return { provider, model, ms: 10, sentMs: 1, lane: 'same', notes: [], keyFingerprint: 'abcd', ...more }
}

/** Statistics read nothing else of an exchange. */
function exchange(attempts: readonly AttemptRecord[], client?: string): Exchange {
  const facts = {
    attempts,
    client: client === undefined ? undefined : { name: client },
    head: { stream: false },
    operation: 'chat',
  }
  return facts as unknown as Exchange
}

describe('N24', () => {
  test('ten thousand names of models have few places, and all their requests are counted', () => {
    const statistics = new Statistics(new VirtualClock())
    for (let n = 0; n < 30_000; n++) {
      statistics.onSettled(exchange([attempt('p', `made-up-${n % 10_000}`)], `client-${n % 5000}`), DONE)
      if (n % 50 === 0) statistics.onSettled(exchange([attempt('p', 'in-use')]), DONE)
    }
    const told = statistics.provider('p')
    const models = objectOf(told['model_usage']) ?? {}
    expect(Object.keys(models).length).toBeLessThanOrEqual(201)
    expect(models['in-use']).toMatchObject({ request_count: 600 })
    expect(sumOf(models)).toBe(30_600)
    expect(told).toMatchObject({ request_count: 30_600, tokens: { input: 306_000, output: 153_000 } })
    const clients = objectOf(statistics.totals()['clients']) ?? {}
    expect(Object.keys(clients).length).toBeLessThanOrEqual(1001)
    expect(sumOf(clients)).toBe(30_000)
  })

  test('a name that is longer than any has no place of its own', () => {
    const statistics = new Statistics(new VirtualClock())
    statistics.onSettled(exchange([attempt('p', 'x'.repeat(257))]), DONE)
    expect(Object.keys(objectOf(statistics.provider('p')['model_usage']) ?? {})).toEqual(['(others)'])
  })

  test('what was thrown out is in what the others have, to the last count', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(1000), fc.boolean()), { maxLength: 200 }), (visits) => {
        const map = new LabelMap(3, () => new Tally())
        const whole = new Tally()
        for (const [n, [label, ms, good]] of visits.entries()) {
          const error = good ? undefined : ('timeout' as const)
          const visit = { error, firstMs: ms, totalMs: ms, usage: USAGE, cost: 0.5, at: n + 1 }
          map.at(`m${label}`).add(visit)
          whole.add(visit)
        }
        expect(map.size).toBeLessThanOrEqual(3)
        const sum = new Tally()
        for (const [, tally] of map.entries()) sum.merge(tally)
        if (map.others !== undefined) sum.merge(map.others)
        expect(tallyJson(sum)).toEqual(tallyJson(whole))
      }),
    )
  })
})

describe('times', () => {
  test('percentiles are of the last 512, the least and the most of all', () => {
    const times = new Times()
    times.add(1)
    for (let n = 0; n < 511; n++) times.add(100)
    times.add(9999)
    for (let n = 0; n < 512; n++) times.add(200)
    expect(times.told()).toMatchObject({ count: 1025, min_ms: 1, max_ms: 9999, p50_ms: 200, p99_ms: 200 })
    expect(times.mean).toBeCloseTo((1 + 511 * 100 + 9999 + 512 * 200) / 1025, 6)
  })

  test('percentiles are those of the sorted times', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000), { minLength: 1, maxLength: 512 }), (all) => {
        const times = new Times()
        for (const ms of all) times.add(ms)
        const sorted = all.toSorted((a, b) => a - b)
        const at = (share: number) => sorted[Math.ceil(all.length * share) - 1]
        expect(times.told()).toMatchObject({ p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99) })
      }),
    )
  })

  test('of many merged with few nothing is lost but old times', () => {
    const many = new Times()
    for (let n = 0; n < 2000; n++) many.add(7)
    const few = new Times()
    few.add(3)
    few.merge(many)
    few.add(5)
    expect(few.told()).toMatchObject({ count: 2002, min_ms: 3, max_ms: 7, p50_ms: 7 })
    expect(few.mean).toBeCloseTo((2000 * 7 + 3 + 5) / 2002, 6)
  })
})

describe('of several attempts', () => {
  test('the one that was answered speaks for its provider, whoever came last', () => {
    const told = visited([attempt('p', 'm'), attempt('p', 'm', { error: 'cancelled' })]).provider('p')
    expect(told).toMatchObject({ request_count: 1, success_count: 1, cancelled_count: 0 })
  })

  test('each model and each key counts for itself', () => {
    const told = visited([
      attempt('p', 'm', { error: 'provider-authentication', keyFingerprint: 'one' }),
      attempt('p', 'm', { error: 'overloaded', keyFingerprint: 'two' }),
      attempt('p', 'n', { keyFingerprint: 'two' }),
    ]).provider('p')
    expect(told).toMatchObject({
      request_count: 1,
      success_count: 1,
      model_usage: { m: { error_count: 1, errors: { overloaded: 1 } }, n: { success_count: 1 } },
      keys: { one: { error_count: 1 }, two: { success_count: 1, request_count: 1 } },
    })
  })

  test('an answer that broke off is a failure, one that the client left is none', () => {
    const failure = { ...DONE, result: 'failed', error: { type: 'cut-stream' } } as unknown as Outcome
    expect(visited([attempt('p', 'm')], failure).provider('p')).toMatchObject({
      error_count: 1,
      success_count: 0,
      response_time: { count: 0 },
    })
    expect(visited([attempt('p', 'm')], { ...DONE, result: 'cancelled' }).provider('p')).toMatchObject({
      cancelled_count: 1,
      error_rate: 0,
      success_rate: 0,
    })
  })

  test('who shares the call of another has asked nobody and used nothing', () => {
    const statistics = visited([])
    expect(statistics.totals()).toMatchObject({ request_count: 1, tokens: { total: 0 }, providers: {} })
  })
})

test('the last minute forgets what is older', () => {
  const throughput = new Throughput()
  for (let second = 0; second < 200; second++) throughput.add(second * 1000)
  expect(throughput.within(199_999)).toBe(60)
  expect(throughput.within(229_000)).toBe(30)
  expect(throughput.within(400_000)).toBe(0)
})

test.each([
  [99, 1, 'excellent'],
  [99, 0.99, 'good'],
  [99, 0.95, 'acceptable'],
  [99, 0.9, 'poor'],
  [99, 0.8, 'critical'],
  [100, 1, 'good'],
  [500, 1, 'acceptable'],
  [1000, 1, 'poor'],
  [5000, 1, 'critical'],
])('N16 %i ms and a share of %f are %s', (ms, share, word) => {
  expect(performanceClass(ms, share)).toBe(word)
})

function sumOf(tallies: object): number {
  return Object.values(tallies).reduce(
    (sum: number, tally) => sum + Number(objectOf(tally)?.['request_count']),
    0,
  )
}

function visited(attempts: readonly AttemptRecord[], outcome: Outcome = DONE): Statistics {
  const statistics = new Statistics(new VirtualClock())
  statistics.onSettled(exchange(attempts), outcome)
  return statistics
}
