import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../../test/virtual-clock.ts'
import { SignatureStore } from './signature-store.ts'

const KEPT = { call: { issuer: 'p', value: 'sig' } }
const other = (value: string) => ({ call: { issuer: 'p', value } })

function stored(rules: Partial<ConstructorParameters<typeof SignatureStore>[0]> = {}) {
  const clock = new VirtualClock()
  return { clock, store: new SignatureStore({ maxSize: 20, ttlMs: 1000, sweepMs: 300, ...rules }, clock) }
}

describe('the store of signatures', () => {
  test('J09 gives back what it was given, for its time', () => {
    const { clock, store } = stored()
    store.put('a', KEPT)
    clock.advance(999)
    expect(store.get('a')).toBe(KEPT)
    clock.advance(1)
    expect(store.get('a')).toBeUndefined()
    expect(store.size).toBe(0)
  })

  test('J09 the newest wins, and counts as the newest', () => {
    const { store } = stored({ maxSize: 2 })
    store.put('a', KEPT)
    store.put('b', KEPT)
    store.put('a', other('new'))
    store.put('c', KEPT)
    expect([store.get('a'), store.get('b')]).toEqual([other('new'), undefined])
  })

  test('J09 when it is full the oldest tenth goes', () => {
    const { store } = stored()
    for (let n = 0; n < 20; n++) store.put(`${n}`, KEPT)
    expect(store.size).toBe(20)
    store.put('more', KEPT)
    expect(store.size).toBe(19)
    expect([0, 1, 2].map((n) => store.get(`${n}`))).toEqual([undefined, undefined, KEPT])
  })

  test('J09 sweeps again and again until it is stopped', () => {
    const { clock, store } = stored()
    store.start()
    store.put('a', KEPT)
    clock.advance(600)
    store.put('b', KEPT)
    clock.advance(600)
    // Nobody has asked: it went by itself.
    expect(store.size).toBe(1)
    clock.advance(600)
    expect(store.size).toBe(0)
    store.stop()
    expect(clock.pending).toBe(0)
  })
})
