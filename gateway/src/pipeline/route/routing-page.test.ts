/** The guide's tables of strategies and fallbacks against the code's own lists. */

import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FALLBACK_NAMES, STRATEGY_NAMES } from '#core'
import { PRESETS } from '#providers'
import { RULES } from './resolve.ts'

const ROOT = new URL('../../../../', import.meta.url)
const page = readFileSync(new URL('docs/guide/routing.md', ROOT), 'utf8')

/** First cells of the table whose heading starts with `heading`. */
function firstCells(heading: string): readonly string[] {
  const table =
    page.split('\n\n').find((block) => new RegExp(String.raw`^\| ${heading} +\|`).test(block)) ?? ''
  return [...table.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, cell]) => cell ?? '')
}

test('the guide explains every strategy, and no other', () => {
  expect(firstCells('strategy').toSorted()).toEqual(STRATEGY_NAMES.toSorted())
})

test('the guide explains every rule in the order of asking', () => {
  expect(firstCells('rule')).toEqual(RULES.map(({ name }) => name))
})

test('the guide explains every fallback, and no other', () => {
  expect(firstCells('fallback').toSorted()).toEqual(FALLBACK_NAMES.toSorted())
})

test('H45 the order by usual cost is the one the guide gives', () => {
  const ranked = PRESETS.filter(({ name, standing }) => standing?.cost !== undefined && name !== 'vertex')
    .toSorted((a, b) => (a.standing?.cost ?? 0) - (b.standing?.cost ?? 0))
    .map(({ name }) => name)
  expect(ranked).toEqual(['ollama', 'openrouter', 'google', 'anthropic', 'openai', 'azure', 'bedrock'])
  expect(page).toContain(ranked.join(', '))
})

test.each(STRATEGY_NAMES)('there is an example of %s', (name) => {
  expect(existsSync(new URL(`examples/strategy-${name.replaceAll('_', '-')}.toml`, ROOT))).toBe(true)
})
