/** A test that claims a requirement row names one that exists; a misspelt claim would count for nothing, silently. */

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { claimsIn, claimsOf, isKnown } from './rows.ts'

const ROOT = join(import.meta.dirname, '..')

test('every row and pitfall that a test claims exists', () => {
  const claims = claimsIn(ROOT, ['gateway/**/*.test.ts', 'gateway/**/*.contract.ts', 'bench/**/*.test.ts'])
  expect(claims.length).toBeGreaterThan(20)
  expect(claims.filter((claim) => !claim.known)).toEqual([])
})

describe('claims', () => {
  test('are read from the titles of tests, once or per case', () => {
    const source = `
      test('A18 a tool call', () => {})
      it("pitfall 12 an empty delta", () => {})
      test.each([1, 2])(\`C03, C05 streams by default %i\`, () => {})
      test('R16: the default', () => {})
      test.each(['a', 'b'])('D33 %s', () => {})
      test('A reply without a number', () => {})
      describe('B01 is no test', () => {})
    `
    expect(claimsOf(source)).toEqual(['A18', 'pitfall 12', 'C03', 'C05', 'R16', 'D33'])
  })

  test.each(['A18', 'S08', 'R1', 'R-3', 'R27', 'pitfall 270'])('%s is known', (id) => {
    expect(isKnown(id)).toBe(true)
  })

  test.each(['A00', 'A27', 'A5', 'A018', 'R28', 'T01', 'pitfall 0', 'pitfall 271'])('%s is not', (id) => {
    expect(isKnown(id)).toBe(false)
  })
})
