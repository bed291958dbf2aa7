import { expect, test } from 'vitest'
import { type Loan, renewing } from './renewing.ts'

function lender(minutes: number) {
  let now = 0
  let asked = 0
  const pending: { readonly resolve: () => void; readonly reject: () => void }[] = []
  const get = renewing(
    () =>
      new Promise<Loan<string>>((resolve, reject) => {
        const value = `token-${++asked}`
        const endsAt = now + minutes * 60_000
        pending.push({ resolve: () => resolve({ value, endsAt }), reject: () => reject(new Error('no')) })
      }),
    { wall: () => now, aheadMs: 5 * 60_000 },
  )
  return {
    get,
    asked: () => asked,
    pass: (more: number) => void (now += more * 60_000),
    settle: () => pending.splice(0).forEach(({ resolve }) => resolve()),
    fail: () => pending.splice(0).forEach(({ reject }) => reject()),
  }
}

test('many who ask at once cause one fetch, and afterwards the value is there without a promise', async () => {
  const { get, asked, settle } = lender(60)
  const all = Promise.all([get(), get(), get()])
  settle()
  expect(await all).toEqual(['token-1', 'token-1', 'token-1'])
  expect(get()).toBe('token-1')
  expect(asked()).toBe(1)
})

test('five minutes before the end a new one is fetched while the old one serves', async () => {
  const { get, asked, pass, settle } = lender(60)
  const first = get()
  settle()
  await first
  pass(54)
  expect(get()).toBe('token-1')
  expect(asked()).toBe(1)
  pass(2)
  expect(get()).toBe('token-1')
  expect(get()).toBe('token-1')
  expect(asked()).toBe(2)
  settle()
  await expect.poll(get).toBe('token-2')
})

test('an old one serves on when renewal fails, and is not handed out at its last moment', async () => {
  const { get, asked, pass, settle, fail } = lender(60)
  const first = get()
  settle()
  await first
  pass(56)
  expect(get()).toBe('token-1')
  fail()
  await Promise.resolve()
  await expect.poll(() => (get(), asked())).toBe(3)
  pass(4)
  const last = get()
  expect(last).toBeInstanceOf(Promise)
  fail()
  await expect(last).rejects.toThrow('no')
})

test('a failure is not kept', async () => {
  const { get, settle, fail } = lender(60)
  const first = get()
  fail()
  await expect(first).rejects.toThrow('no')
  const second = get()
  settle()
  expect(await second).toBe('token-2')
})
