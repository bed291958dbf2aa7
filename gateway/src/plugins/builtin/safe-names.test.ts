import { describe, expect, test } from 'vitest'
import { seeded } from '../../../test/seeded.ts'
import { isSafe, safeNames } from './safe-names.ts'

describe('safe names', () => {
  test('one that is safe stays', () => {
    expect(safeNames(['plain', '_x', 'a-b_C9', 'a'.repeat(64)]).size).toBe(0)
  })

  test.each([
    ['files.read', 'files_read'],
    ['a b/c:d', 'a_b_c_d'],
    ['9lives', '_9lives'],
    ['-dash', '_-dash'],
  ])('%s becomes %s', (name, safe) => {
    expect(safeNames([name]).get(name)).toBe(safe)
  })

  test('two never become one, nor one that was there already', () => {
    const names = ['a.b', 'a/b', 'a_b', 'a b']
    const changed = safeNames(names)
    const after = names.map((name) => changed.get(name) ?? name)
    expect(new Set(after).size).toBe(4)
    expect(changed.has('a_b')).toBe(false)
  })

  test('the order they come in does not matter', () => {
    const names = ['a.b', 'a/b', `${'x'.repeat(70)}1`, `${'x'.repeat(70)}2`]
    expect(safeNames(names.toReversed())).toEqual(safeNames(names))
  })

  test('a thousand sets of names from a mean alphabet: safe, bounded, all different', () => {
    const random = seeded(7)
    for (let round = 0; round < 1000; round++) {
      const names = Array.from({ length: 12 }, () =>
        Array.from({ length: Math.floor(random() * 70) + 1 }, () => 'a.é_-9 '[Math.floor(random() * 7)]).join(
          '',
        ),
      )
      const changed = safeNames(names)
      const after = [...new Set(names)].map((name) => changed.get(name) ?? name)
      expect(after.every(isSafe)).toBe(true)
      expect(new Set(after).size).toBe(after.length)
    }
  })
})
