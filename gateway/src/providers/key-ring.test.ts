import { GatewayError } from '#core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyRing, type KeyRules } from './key-ring.ts'

const NONE: ReadonlySet<string> = new Set()
const REFUSED = new GatewayError('provider-authentication', 'no')
const limited = (retryAfterMs?: number) =>
  new GatewayError('rate-limited', 'slow', retryAfterMs === undefined ? {} : { retryAfterMs })

function ringOf(texts: readonly string[], rules?: KeyRules) {
  const time = { ms: 0 }
  const clock = { now: () => time.ms, wall: () => 0, timer: () => ({ cancel() {} }) }
  const ring = keyRing(texts, clock, rules)
  return { time, ring, turns: (count: number) => Array.from({ length: count }, () => ring.next(NONE)) }
}

test('I01 keys take turns and none is handed out twice in one request', () => {
  const { ring, turns } = ringOf(['a', 'b', 'c'])
  expect(turns(4)).toEqual(['a', 'b', 'c', 'a'])
  expect(ring.next(new Set(['b']))).toBe('c')
  expect(ring.next(new Set(['a', 'b', 'c']))).toBeUndefined()
})

test('I01 a key that is alone is handed out as one of several: once in a request, and while its quota lasts', () => {
  const { ring, turns } = ringOf(['a'], { quota: { requests: 2, periodMs: 1000 } })
  expect(ring.next(new Set(['a']))).toBeUndefined()
  expect(turns(3)).toEqual(['a', 'a', undefined])
  const rested = ringOf(['a'])
  rested.ring.refused('a', REFUSED)
  expect(rested.turns(2)).toEqual(['a', 'a'])
})

test('I10 a refused key rests, one request tries it after a minute, and it rests longer each time', () => {
  const { ring, turns, time } = ringOf(['a', 'b'])
  ring.refused('a', REFUSED)
  expect(turns(3)).toEqual(['b', 'b', 'b'])
  time.ms = 60_000
  const tried = turns(4)
  expect(tried.filter((key) => key === 'a')).toHaveLength(1)
  ring.refused('a', REFUSED)
  time.ms += 119_999
  expect(turns(3)).toEqual(['b', 'b', 'b'])
  time.ms += 1
  expect(turns(2)).toContain('a')
  ring.answered('a', time.ms)
  expect(turns(4).filter((key) => key === 'a')).toHaveLength(2)
})

test('I10 a limited key rests as long as the provider said', () => {
  const { ring, turns, time } = ringOf(['a', 'b'])
  ring.refused('a', limited(7000))
  time.ms = 6999
  expect(turns(2)).toEqual(['b', 'b'])
  time.ms = 7000
  expect(turns(2)).toContain('a')
})

test('I10 a limited key that was told no time rests five seconds', () => {
  const { ring, turns, time } = ringOf(['a', 'b'])
  ring.refused('a', limited())
  time.ms = 4999
  expect(turns(2)).toEqual(['b', 'b'])
  time.ms = 5000
  expect(turns(2)).toContain('a')
})

test('I10 the rests of a key that is no good end at ten minutes, unless the provider says more', () => {
  const { ring, turns, time } = ringOf(['a', 'b'])
  for (let i = 0; i < 9; i++) ring.refused('a', REFUSED)
  time.ms = 599_999
  expect(turns(2)).toEqual(['b', 'b'])
  time.ms = 600_000
  expect(turns(2)).toContain('a')
  ring.refused('a', new GatewayError('provider-authentication', 'no', { retryAfterMs: 900_000 }))
  time.ms += 899_999
  expect(turns(2)).toEqual(['b', 'b'])
})

test('I10 an answer to what was sent before the refusal wakes no key', () => {
  const { ring, turns, time } = ringOf(['a', 'b'])
  time.ms = 1000
  ring.refused('a', REFUSED)
  ring.answered('a', 500)
  expect(turns(2)).toEqual(['b', 'b'])
  // Nor is the rest that follows a first one again.
  time.ms += 60_000
  turns(2)
  ring.refused('a', REFUSED)
  time.ms += 119_999
  expect(turns(2)).toEqual(['b', 'b'])
})

test('I10 a key that says it has no room left rests no shorter than it was told before', () => {
  const { ring, turns, time } = ringOf(['a', 'b'])
  ring.answered('a', time.ms, 0)
  time.ms = 1000
  ring.refused('a', limited(30_000))
  ring.answered('a', 500, 2000)
  time.ms = 30_999
  expect(turns(2)).toEqual(['b', 'b'])
  time.ms = 31_000
  expect(turns(2)).toContain('a')
})

test('I03 reset wakes all, from the first on, and past refusals lengthen no rest', () => {
  const { ring, turns, time } = ringOf(['a', 'b'])
  turns(1)
  for (let i = 0; i < 4; i++) ring.refused('a', REFUSED)
  ring.reset()
  expect(turns(4)).toEqual(['a', 'b', 'a', 'b'])
  ring.refused('a', REFUSED)
  time.ms = 59_999
  expect(turns(2)).toEqual(['b', 'b'])
  time.ms = 60_000
  expect(turns(2)).toContain('a')
})

test('when all rest, the one that wakes first is better than none', () => {
  const { ring } = ringOf(['a', 'b'])
  ring.refused('a', limited(9000))
  ring.refused('b', limited(3000))
  expect(ring.next(NONE)).toBe('b')
})

test('I11 weights 3 and 1 are three quarters and one, and the turns are spread', () => {
  const { turns } = ringOf(['a', 'b'], { weights: [3, 1] })
  const given = turns(400)
  expect(given.filter((key) => key === 'a')).toHaveLength(300)
  expect(given.slice(0, 8).join('')).toMatch(/^(?:a{1,3}ba{0,2}){2}$/)
})

test('I11 what a key was used for is counted under its fingerprint', () => {
  const { ring, turns } = ringOf(['key-one', 'key-two'])
  turns(3)
  ring.used('key-one', 40)
  ring.refused('key-two', REFUSED)
  expect(ring.facts()).toEqual([
    { fingerprint: ring.fingerprint('key-one'), state: 'ready', requests: 2, failures: 0, tokens: 40 },
    { fingerprint: ring.fingerprint('key-two'), state: 'resting', requests: 1, failures: 1, tokens: 0 },
  ])
  expect(JSON.stringify(ring.facts())).not.toContain('key-')
})

test('I11 a key whose quota is used up is passed over until its period ends', () => {
  const { ring, turns, time } = ringOf(['a', 'b'], { quota: { requests: 2, tokens: 100, periodMs: 1000 } })
  expect(turns(2)).toEqual(['a', 'b'])
  ring.used('b', 100)
  expect(turns(2)).toEqual(['a', undefined])
  expect(ring.facts().map(({ state }) => state)).toEqual(['spent', 'spent'])
  time.ms = 1000
  expect(new Set(turns(2))).toEqual(new Set(['a', 'b']))
})

test('whatever happens, a key that is not tried yet is handed out', () => {
  const step = fc.record({
    key: fc.nat(2),
    what: fc.constantFrom('refused', 'limited', 'answered'),
    ms: fc.nat(100_000),
  })
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.subarray(['a', 'b', 'c'], { maxLength: 2 }),
      (steps, tried) => {
        const texts = ['a', 'b', 'c']
        const { ring, time } = ringOf(texts)
        for (const { key, what, ms } of steps) {
          time.ms += ms
          const text = texts[key] ?? 'a'
          if (what === 'answered') ring.answered(text, time.ms)
          else ring.refused(text, what === 'limited' ? limited() : REFUSED)
          const next = ring.next(new Set(tried)) ?? ''
          expect(texts).toContain(next)
          expect(tried).not.toContain(next)
        }
      },
    ),
  )
})
