/** The front of the conformance page agrees with its parts. */

import { expect, test } from 'vitest'
import { LOSS_RULES } from './losses.ts'
import { committedPage, committedSections, concerned, pageOf, WRITES } from './page.ts'

// While the page is being written its parts come one after another.
test.skipIf(WRITES)('the conformance page is what its parts add up to', () => {
  expect(committedPage()).toBe(pageOf(committedSections()))
})

test.skipIf(WRITES)('every loss rule explains something: none is left over from a mended fault', () => {
  const sections = committedSections()
  expect(LOSS_RULES.filter((rule) => concerned(rule.id, sections) === 0).map((rule) => rule.id)).toEqual([])
})
