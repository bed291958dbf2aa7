/** Every pitfall of translation is a test's name or stands on the conformance page with the reason why it is none. */

import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const CATALOGUE = join(ROOT, '..', 'shared', 'translation-pitfalls.md')
const NUMBERS = Array.from({ length: 270 }, (_, at) => at + 1)

/** `pitfall 12` in what is written between quotes. */
function claimedIn(source: string): number[] {
  const titles = source.match(/(['"`])(?:(?!\1).)*[Pp]itfalls? \d+(?:(?!\1).)*\1/g) ?? []
  return titles.flatMap((title) =>
    [...title.matchAll(/[Pp]itfalls? (\d+)/g)].map(([, number]) => Number(number)),
  )
}

const tested = new Set(
  globSync(['gateway/src/**/*.test.ts', 'gateway/src/**/*.contract.ts', 'gateway/test/**/*.ts'], {
    cwd: ROOT,
  }).flatMap((file) => claimedIn(readFileSync(join(ROOT, file), 'utf8'))),
)
const page = readFileSync(join(ROOT, 'docs/reference/conformance.md'), 'utf8')
const [, part = ''] = page.split('\n## Pitfalls without a test\n')
const reasoned = new Set(
  [...(part.split('\n## ')[0] ?? '').matchAll(/^\| (\d+) \| .+ \|$/gm)].map(([, n]) => Number(n)),
)

test('every pitfall has a test or a reason, and none has both', () => {
  expect(NUMBERS.filter((number) => !tested.has(number) && !reasoned.has(number))).toEqual([])
  expect([...reasoned].filter((number) => tested.has(number))).toEqual([])
})

test.skipIf(!existsSync(CATALOGUE))(
  'the catalogue beside the checkout has these numbers and no others',
  () => {
    const listed = [...readFileSync(CATALOGUE, 'utf8').matchAll(/^### (\d+)\. /gm)].map(([, number]) =>
      Number(number),
    )
    expect(listed).toEqual(NUMBERS)
  },
)

test('titles are told from other text', () => {
  expect(claimedIn("test('K19 pitfall 33 pitfall 34 ids', () => {}) // pitfall 35")).toEqual([33, 34])
})
