import { expect, test } from 'vitest'
import { frozen } from './frozen.ts'

test('all of it is frozen, and it stays the same object', () => {
  const inner = { list: [{ a: 1 }, null], none: null }
  const value = { inner, text: 'x' }
  expect(frozen(value)).toBe(value)
  for (const part of [value, inner, inner.list, inner.list[0]]) expect(Object.isFrozen(part)).toBe(true)
})

test('what has a life of its own is left alone', () => {
  const value = { error: new Error('x'), map: new Map() }
  frozen(value)
  expect([Object.isFrozen(value.error), Object.isFrozen(value.map)]).toEqual([false, false])
})

test('however deep it is', () => {
  let deep: object = { end: {} }
  for (let level = 0; level < 100_000; level++) deep = { deep }
  expect(Object.isFrozen(frozen(deep))).toBe(true)
})

test('nothing is something too', () => {
  expect(frozen(undefined)).toBeUndefined()
  expect(frozen(null)).toBeNull()
})
