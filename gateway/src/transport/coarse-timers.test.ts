import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CoarseTimers } from './coarse-timers.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function timers(): CoarseTimers {
  return new CoarseTimers(() => Date.now())
}

test('each rings once, in the order of its time, at most a step late', () => {
  const set = timers()
  const rung: [string, number][] = []
  const begun = Date.now()
  const ring = (name: string) => () => void rung.push([name, Date.now() - begun])
  set.set(3000, ring('b'))
  set.set(1010, ring('a'))
  set.set(3000, ring('c'))
  vi.advanceTimersByTime(10_000)
  expect(rung.map(([name]) => name)).toEqual(['a', 'b', 'c'])
  for (const [i, wanted] of [1010, 3000, 3000].entries()) {
    expect(rung[i]?.[1]).toBeGreaterThanOrEqual(wanted)
    expect(rung[i]?.[1]).toBeLessThanOrEqual(wanted + 500)
  }
})

test('a cancelled one stays silent, its neighbours do not', () => {
  const set = timers()
  const rung: number[] = []
  const [, middle] = [0, 1, 2].map((n) => set.set(1000, () => void rung.push(n)))
  middle?.cancel()
  middle?.cancel()
  vi.advanceTimersByTime(2000)
  expect(rung).toEqual([0, 2])
})

test('one that is cancelled by another of the same moment stays silent', () => {
  const set = timers()
  const rung: string[] = []
  const later = { cancel() {} }
  set.set(1000, () => {
    rung.push('first')
    later.cancel()
  })
  const second = set.set(1000, () => void rung.push('second'))
  later.cancel = () => second.cancel()
  vi.advanceTimersByTime(2000)
  expect(rung).toEqual(['first'])
})

test('nothing is looked after when nobody has waited for a while, and it begins again', () => {
  const set = timers()
  set.set(1000, () => {}).cancel()
  vi.advanceTimersByTime(20_000)
  expect(vi.getTimerCount()).toBe(0)
  let rung = 0
  set.set(1000, () => rung++)
  vi.advanceTimersByTime(2000)
  expect(rung).toBe(1)
})
