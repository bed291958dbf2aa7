import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { overlap, undecided } from './overlap.ts'

const join = (said: string, next: string): string => said + next.slice(overlap(said, next))

const CASES: readonly (readonly [name: string, said: string, next: string, joined: string])[] = [
  ['nothing repeated', 'The lock gates open ', 'at noon.', 'The lock gates open at noon.'],
  ['the last words repeated', 'The lock gates open ', 'gates open at noon.', 'The lock gates open at noon.'],
  ['everything said again', 'The lock gates', 'The lock gates open.', 'The lock gates open.'],
  ['a blank on both sides', 'The lock gates ', ' open.', 'The lock gates open.'],
  ['a chance letter', 'cut off', 'finally', 'cut offfinally'],
  ['a new paragraph', 'Done. ', '\n\nNext.', 'Done. \n\nNext.'],
]

test.each(CASES)('%s', (_, said, next, joined) => {
  expect(join(said, next)).toBe(joined)
})

const word = fc.stringMatching(/^[a-z]{4,9}$/)
/** Words that all differ, so that what is repeated is repeated in one place. */
const prose = fc.uniqueArray(word, { minLength: 8, maxLength: 40 }).map((words) => words.join(' '))

test('however much of the end is repeated, the text is whole', () => {
  fc.assert(
    fc.property(prose, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(200), (text, share, back) => {
      const cut = Math.floor(text.length * share)
      const said = text.slice(0, cut)
      const repeated = Math.min(back, cut)
      fc.pre(repeated === 0 || repeated >= 8)
      fc.pre(!/\s$/.test(said) || repeated > 0)
      const next = text.slice(cut - repeated)
      fc.pre(repeated > 0 || overlap(said, next) === 0)
      expect(join(said, next)).toBe(text)
    }),
  )
})

test('what is decided stays decided: more text changes nothing', () => {
  fc.assert(
    fc.property(prose, fc.nat(200), fc.string(), (said, from, more) => {
      const next = said.slice(Math.min(from, said.length)) + more
      const heads = Array.from({ length: next.length + 1 }, (_, i) => next.slice(0, i))
      const decided = heads.find((held) => !undecided(said, held)) ?? next
      expect(overlap(said, decided)).toBe(overlap(said, next))
    }),
  )
})

test('holds back for a bounded time, even before a model that repeats for ever', () => {
  const said = 'na '.repeat(1000)
  let held = ''
  while (undecided(said, held)) held += 'na '
  expect(held.length).toBeLessThanOrEqual(said.length + 3)
})
