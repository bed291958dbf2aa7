/** Lines that are remembered: always the same text as if each list were printed for itself, and nothing unfit passes as known. */

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeaderLines } from './header-lines.ts'

function counted() {
  let printed = 0
  const lines = new HeaderLines((name, value) => {
    printed++
    if (value === 'unfit') throw new Error(name)
    return name === 'silent' ? '' : `${name}: ${value}\r\n`
  })
  const printedFor = (...headers: string[]): number => {
    printed = 0
    lines.of(headers)
    return printed
  }
  return { lines, printedFor }
}

const said = (lines: HeaderLines, headers: readonly string[]): string => {
  try {
    return lines.of(headers)
  } catch (thrown) {
    return String(thrown)
  }
}

test('what stays the same from list to list is printed twice at most', () => {
  const { printedFor } = counted()
  expect(printedFor('a', '1', 'b', '2', 'id', 'x')).toBe(3)
  expect(printedFor('a', '1', 'b', '2', 'id', 'y')).toBe(3)
  expect(printedFor('a', '1', 'b', '2', 'id', 'z')).toBe(1)
  expect(printedFor('a', '1', 'b', '2', 'id', 'z', 'more', '3')).toBe(4)
  expect(printedFor('a', '1', 'b', '2')).toBe(2)
  expect(printedFor('a', '1', 'b', '2')).toBe(0)
})

test('names that change places with values are other headers', () => {
  const { lines } = counted()
  expect([lines.of(['a', 'b']), lines.of(['b', 'a']), lines.of(['a', 'a', 'b', 'c'])]).toEqual([
    'a: b\r\n',
    'b: a\r\n',
    'a: a\r\nb: c\r\n',
  ])
})

test('what is unfit is refused each time, and the next list is printed as ever', () => {
  const { lines } = counted()
  lines.of(['a', '1', 'b', '2'])
  for (let round = 0; round < 3; round++) {
    expect(() => lines.of(['a', '1', 'b', 'unfit'])).toThrow('b')
    expect(() => lines.of(['a', 'unfit', 'b', '2'])).toThrow('a')
  }
  expect(lines.of(['a', '1', 'b', '2'])).toBe('a: 1\r\nb: 2\r\n')
})

test('after any lists the text is that of this list alone', () => {
  const word = fc.constantFrom('a', 'b', 'silent', 'unfit')
  const list = fc.array(fc.tuple(word, word), { maxLength: 5 }).map((pairs) => pairs.flat())
  fc.assert(
    fc.property(fc.array(list, { maxLength: 12 }), (lists) => {
      const { lines } = counted()
      for (const headers of lists) {
        const alone = counted().lines
        expect(said(lines, headers)).toBe(said(alone, headers))
      }
    }),
    { numRuns: 2000 },
  )
})
