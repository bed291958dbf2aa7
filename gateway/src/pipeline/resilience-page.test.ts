/** The numbers on the page about resilience that nobody can set, against the code's own. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { HEDGES } from './pipeline.ts'
import { WAITS } from './retry.ts'
import { RETRIES } from './retry-budget.ts'

const page = readFileSync(new URL('../../../docs/guide/resilience.md', import.meta.url), 'utf8')

const seconds = (ms: number): string => `${ms / 1000} s`
const percent = (share: number): string => `${share * 100} %`

const FACTS: readonly (readonly [what: string, value: string])[] = [
  ['first wait', seconds(WAITS.firstMs)],
  ['first wait while another target stands ready', seconds(WAITS.firstWithAlternativeMs)],
  ['longest wait', seconds(WAITS.longestMs)],
  ['longest told wait that is waited for while another target stands ready', seconds(WAITS.patienceMs)],
  ['retries of all requests together', `${percent(RETRIES.share)}, and ${RETRIES.floorPerSecond} a second`],
  [
    'second calls of all streams together',
    `${percent(HEDGES.share)}, and one in ${1 / HEDGES.floorPerSecond} s`,
  ],
]

test.each(FACTS)('the page on resilience tells the %s', (what, value) => {
  const row = page.split('\n').find((line) => line.startsWith(`| ${what} `))
  expect(row?.split('|')[2]?.trim()).toBe(value)
})
