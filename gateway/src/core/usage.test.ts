import { expect, test } from 'vitest'
import { countsUnder, usageFrom, type UsageRule } from './index.ts'

const INSIDE: UsageRule = { cacheRead: 'inside', cacheWrite: 'inside', reasoning: 'inside' }
const BESIDE: UsageRule = { cacheRead: 'beside', cacheWrite: 'beside', reasoning: 'inside' }

test('pitfall 124 counts beside the headline are added, not copied', () => {
  const usage = usageFrom({ input: 10, cacheRead: 5, cacheWrite: 3, output: 7 }, BESIDE)
  expect(usage).toEqual({ inputTokens: 18, outputTokens: 7, cacheReadTokens: 5, cacheWriteTokens: 3 })
})

test('pitfall 125 and taken out again for a dialect that counts them beside', () => {
  expect(countsUnder({ inputTokens: 18, outputTokens: 7, cacheReadTokens: 5 }, BESIDE)).toEqual({
    input: 13,
    output: 7,
  })
  expect(countsUnder({ inputTokens: 3, outputTokens: 1, cacheReadTokens: 5 }, BESIDE).input).toBe(0)
})

test('pitfall 128 reasoning outside the output is folded in when the total says so', () => {
  const outside = usageFrom({ input: 10, output: 5, reasoning: 20, total: 35 }, INSIDE)
  expect(outside).toMatchObject({ outputTokens: 25, reasoningTokens: 20 })
  const odd = usageFrom({ input: 10, output: 5, reasoning: 20, total: 15 }, INSIDE)
  expect(odd).toMatchObject({ outputTokens: 5, reasoningTokens: 5 })
})

test('pitfall 135 missing numbers are zeros, never NaN', () => {
  expect(usageFrom({}, INSIDE)).toEqual({ inputTokens: 0, outputTokens: 0 })
})
