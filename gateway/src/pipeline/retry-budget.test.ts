import { expect, test } from 'vitest'
import { retryBudget } from './retry-budget.ts'

function clockAt(time: { ms: number }) {
  return { now: () => time.ms, wall: () => time.ms, timer: () => ({ cancel() {} }) }
}

test('law 6: a floor of ten per second, plus a fifth of the requests', () => {
  const time = { ms: 0 }
  const budget = retryBudget(clockAt(time))
  for (let i = 0; i < 1000; i++) budget.onRequest()
  let taken = 0
  while (budget.take()) taken++
  expect(taken).toBe(300)
})

test('the budget comes back as time goes by', () => {
  const time = { ms: 0 }
  const budget = retryBudget(clockAt(time))
  while (budget.take());
  time.ms = 30_000
  expect(budget.take()).toBe(true)
})
