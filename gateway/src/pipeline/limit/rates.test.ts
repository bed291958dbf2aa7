import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AdaptiveRate, LEAST } from './adaptive-rate.ts'
import { TokenBucket } from './token-bucket.ts'

function timed() {
  const time = { ms: 0 }
  return { time, clock: { now: () => time.ms, wall: () => 0, timer: () => ({ cancel() {} }) } }
}

describe('a bucket per minute', () => {
  test('M40 sixty go at once, the next waits a second, and a minute fills it again', () => {
    const { time, clock } = timed()
    const bucket = new TokenBucket(clock, 60)
    for (let i = 0; i < 60; i++) {
      expect(bucket.waitMs(1)).toBe(0)
      bucket.take(1)
    }
    expect(bucket.waitMs(1)).toBe(1000)
    time.ms = 60_000
    expect(bucket.waitMs(60)).toBe(0)
  })

  test('what was taken too much comes back, and never more than the bucket holds', () => {
    const { clock } = timed()
    const bucket = new TokenBucket(clock, 100)
    bucket.take(100)
    bucket.settle(40)
    expect([bucket.waitMs(40), bucket.waitMs(41) > 0]).toEqual([0, true])
    bucket.settle(1e9)
    bucket.take(100)
    expect(bucket.waitMs(1)).toBeGreaterThan(0)
  })

  test('after the wait it told, what was asked for may go', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(200), fc.nat(5000)), { maxLength: 50 }),
        fc.integer({ min: 1, max: 150 }),
        (steps, perMinute) => {
          const { time, clock } = timed()
          const bucket = new TokenBucket(clock, perMinute)
          for (const [amount, ms] of steps) {
            time.ms += ms
            time.ms += bucket.waitMs(amount)
            expect(bucket.waitMs(amount)).toBe(0)
            bucket.take(amount)
          }
        },
      ),
    )
  })
})

/** A request every `gapMs`, each answered, as far as the rate lets them. */
function run({ time }: ReturnType<typeof timed>, rate: AdaptiveRate, forMs: number, gapMs: number): number {
  let gone = 0
  for (const until = time.ms + forMs; time.ms < until; time.ms += gapMs) {
    if (rate.waitMs() > 0) continue
    rate.take()
    rate.answered()
    gone++
  }
  return gone
}

describe('a rate learnt from refusals', () => {
  test('M41 sleeps until it is refused, then allows seven tenths of what was measured', () => {
    const stage = timed()
    const rate = new AdaptiveRate(stage.clock)
    run(stage, rate, 20_000, 100)
    expect(rate.limit).toBeUndefined()
    rate.refused()
    expect(rate.limit).toBeCloseTo(7, 0)
    expect(rate.waitMs()).toBeGreaterThan(0)
  })

  test('M41 a burst of refusals counts once', () => {
    const stage = timed()
    const rate = new AdaptiveRate(stage.clock)
    run(stage, rate, 20_000, 100)
    rate.refused()
    const once = rate.limit
    rate.refused()
    rate.refused()
    expect(rate.limit).toBe(once)
  })

  test('M41 good answers raise it again until it sleeps', () => {
    const stage = timed()
    const rate = new AdaptiveRate(stage.clock)
    run(stage, rate, 20_000, 100)
    rate.refused()
    const low = rate.limit ?? 0
    run(stage, rate, 5000, 50)
    expect(rate.limit).toBeGreaterThan(low)
    run(stage, rate, 60_000, 20)
    expect(rate.limit).toBeUndefined()
  })

  test('M41 never above twice what was measured, nor ever nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.boolean()), { maxLength: 300 }),
        (steps) => {
          const stage = timed()
          const rate = new AdaptiveRate(stage.clock)
          const gone: number[] = []
          for (const [ms, refused] of steps) {
            stage.time.ms += ms
            if (rate.waitMs() > 0) continue
            rate.take()
            gone.push(stage.time.ms)
            if (refused) rate.refused()
            else rate.answered()
            const recent = gone.filter((at) => at > stage.time.ms - 20_000).length
            expect(rate.limit ?? LEAST).toBeGreaterThanOrEqual(LEAST)
            // All of two windows within the shortest measured time: nothing measured can be more.
            expect(rate.limit ?? 0).toBeLessThanOrEqual(Math.max(LEAST, 2 * recent))
          }
        },
      ),
    )
  })

  test('M41 no flood follows a quiet time: twice what was borne of late may go, and no more', () => {
    const stage = timed()
    const rate = new AdaptiveRate(stage.clock)
    run(stage, rate, 20_000, 100)
    rate.refused()
    run(stage, rate, 60_000, 1000)
    expect(rate.limit).toBeCloseTo(2, 0)
    let burst = 0
    while (rate.waitMs() === 0 && burst < 100) {
      rate.take()
      burst++
    }
    expect(burst).toBe(2)
  })

  test('M41 who asks seldom is not kept waiting for long', () => {
    const stage = timed()
    const rate = new AdaptiveRate(stage.clock)
    rate.take()
    rate.refused()
    expect(rate.limit).toBe(2)
    expect(rate.waitMs()).toBe(500)
    stage.time.ms += 1000
    for (let i = 0; i < 2; i++) {
      expect(rate.waitMs()).toBe(0)
      rate.take()
    }
    expect(rate.waitMs()).toBe(500)
  })

  test('is forgotten after five quiet minutes', () => {
    const stage = timed()
    const rate = new AdaptiveRate(stage.clock)
    rate.take()
    rate.refused()
    stage.time.ms += 300_000
    rate.take()
    rate.answered()
    expect(rate.limit).toBeUndefined()
  })
})
