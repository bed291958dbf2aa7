/** Costs against sums done by hand. */

import { describe, expect, test } from 'vitest'
import { costOf, type ModelPrice } from './cost.ts'

const price: ModelPrice = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 }
const tiered: ModelPrice = {
  input: 2,
  output: 12,
  cacheRead: 0.2,
  tiers: [
    { above: 500_000, input: 8, output: 36 },
    { above: 200_000, input: 4, output: 18, cacheRead: 0.4 },
  ],
}

describe('a cost', () => {
  test('is rate times tokens', () => {
    // 1000 × 3 + 500 × 15 = 10,500 millionths
    expect(costOf({ price }, { inputTokens: 1000, outputTokens: 500 })).toBeCloseTo(0.0105, 12)
  })

  test('takes cache reads and writes out of the input and charges them at their own rates', () => {
    // 1000 × 3 + 8000 × 0.3 + 1000 × 3.75 + 200 × 15 = 3000 + 2400 + 3750 + 3000 = 12,150 millionths
    const usage = { inputTokens: 10_000, outputTokens: 200, cacheReadTokens: 8000, cacheWriteTokens: 1000 }
    expect(costOf({ price }, usage)).toBeCloseTo(0.01215, 12)
  })

  test('charges cached tokens as input where there is no rate for them', () => {
    // 1000 × 2 + 10 × 12 = 2120 millionths
    const usage = { inputTokens: 1000, outputTokens: 10, cacheReadTokens: 600, cacheWriteTokens: 300 }
    expect(costOf({ price: { input: 2, output: 12 } }, usage)).toBeCloseTo(0.00212, 12)
  })

  test('counts reasoning once: it is part of the output', () => {
    // 100 × 3 + 300 × 15 = 4800 millionths
    const usage = { inputTokens: 100, outputTokens: 300, reasoningTokens: 250 }
    expect(costOf({ price }, usage)).toBeCloseTo(0.0048, 12)
  })

  test('follows the tier of the whole request, cached tokens included', () => {
    // exactly at the edge: 200,000 × 2 + 1000 × 12 = 412,000 millionths
    expect(costOf({ price: tiered }, { inputTokens: 200_000, outputTokens: 1000 })).toBeCloseTo(0.412, 12)
    // beyond it: 50,001 × 4 + 150,000 × 0.4 + 1000 × 18 = 200,004 + 60,000 + 18,000 = 278,004 millionths
    const long = { inputTokens: 200_001, outputTokens: 1000, cacheReadTokens: 150_000 }
    expect(costOf({ price: tiered }, long)).toBeCloseTo(0.278004, 12)
    // the second tier: 600,000 × 8 + 10 × 36 = 4,800,360 millionths
    expect(costOf({ price: tiered }, { inputTokens: 600_000, outputTokens: 10 })).toBeCloseTo(4.80036, 12)
  })

  test('is never negative, and unknown without a price', () => {
    const odd = { inputTokens: 10, outputTokens: 0, cacheReadTokens: 100 }
    // 100 × 0.3 = 30 millionths
    expect(costOf({ price }, odd)).toBeCloseTo(0.00003, 12)
    expect(costOf({}, odd)).toBeUndefined()
    expect(costOf(undefined, odd)).toBeUndefined()
  })
})
