/** The defaults on the page about resilience against the code's own. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DEFAULTS } from './defaults.ts'

const page = readFileSync(new URL('../../../docs/guide/resilience.md', import.meta.url), 'utf8')

const TABLES = [
  ['circuit_breaker', /^\| key of `circuit_breaker` +\|/, ''],
  ['limits', /^\| key +\| default/, 'limits.'],
] as const

test.each(TABLES)(
  'the page on resilience has every default of %s, and no other',
  (group, heading, prefix) => {
    const table = page.split('\n\n').find((block) => heading.test(block)) ?? ''
    const cells = [...table.matchAll(/^\| `([\w.]+)` +\| (\S+) +\|/gm)]
    const told = cells.map(([, key = '', value]) => [key.replace(prefix, ''), value])
    const own = DEFAULTS.filter(({ path }) => path[0] === group)
    expect(own.length).toBeGreaterThan(0)
    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries(own.map(({ path, value }) => [path[1], String(value)])),
    )
  },
)

test('and the interval of the probes', () => {
  const interval = DEFAULTS.find(({ path }) => path[0] === 'health_check_interval')?.value
  expect(page).toContain(`\`HEALTH_CHECK_INTERVAL\` seconds (${String(interval)};`)
})
