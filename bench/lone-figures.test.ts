import { describe, expect, test } from 'vitest'

import { judgeGrowth, type Reading } from './lone-figures.ts'

const MEGABYTE = 1_048_576

function quarters(megabytes: readonly number[], sockets: readonly number[]): readonly Reading[] {
  return megabytes.map((size, index) => ({
    share: index / 4 + 0.1,
    bytes: size * MEGABYTE,
    sockets: sockets[index] ?? 0,
  }))
}

describe('judgeGrowth', () => {
  test('leaves the first quarter to the warm-up', () => {
    const found = judgeGrowth(quarters([50, 100, 105, 110], [10, 40, 40, 45]), 10)
    expect(found.value).toBeCloseTo(10, 6)
    expect(found.detail).toBe('10 min, 100 → 110 MB, 40 → 45 sockets')
  })

  test('shrinking is no growth', () => {
    expect(judgeGrowth(quarters([90, 100, 95, 80], [40, 40, 40, 10]), 10).value).toBe(0)
  })

  test('sockets that pile up count as much as memory', () => {
    expect(judgeGrowth(quarters([90, 100, 100, 100], [40, 50, 75, 100]), 10).value).toBeCloseTo(100, 6)
  })

  test('a short load is told but not judged', () => {
    const found = judgeGrowth(quarters([90, 100, 100, 200], [1, 1, 1, 1]), 1)
    expect(found).not.toHaveProperty('value')
    expect(found.detail).toContain('too short')
  })
})
