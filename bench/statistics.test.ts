import { describe, expect, test } from 'vitest'

import { median, percentile, spread } from './statistics.ts'

describe('statistics', () => {
  test('median of odd and even samples, unsorted', () => {
    expect(median([30, 1, 2])).toBe(2)
    expect(median([10, 2, 4, 1])).toBe(3)
    expect(median([])).toBeNaN()
  })

  test('percentile takes the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(percentile(hundred, 0.99)).toBe(99)
    expect(percentile(hundred, 0.5)).toBe(50)
    expect(percentile(hundred, 1)).toBe(100)
    expect(percentile(hundred, 0)).toBe(1)
    expect(percentile([7], 0.99)).toBe(7)
  })

  test('spread keeps the extremes and leaves the sample in its order', () => {
    const values = [5, 9, 1]
    expect(spread(values)).toEqual({ median: 5, min: 1, max: 9 })
    expect(values).toEqual([5, 9, 1])
  })
})
