/** The defaults on the pages about resilience and routing against the code's own. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DEFAULTS } from './defaults.ts'

const page = readFileSync(new URL('../../../docs/guide/resilience.md', import.meta.url), 'utf8')

const TABLES = [
  ['circuit_breaker', /^\| key of `circuit_breaker` +\|/, ''],
  ['limits', /^\| key +\| default/, 'limits.'],
  ['timeouts', /^\| key of `timeouts` +\|/, ''],
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

const routing = readFileSync(new URL('../../../docs/guide/routing.md', import.meta.url), 'utf8')
const OF_ROUTING = ['load_balancing', 'cost_latency_limit', 'strict_prefix', /^alias_/]

test('the page on routing has every default of its settings, and no other', () => {
  const table = routing.split('\n\n').find((block) => /^\| setting +\| default/.test(block)) ?? ''
  const told = [...table.matchAll(/^\| `(\w+)` +\| (\S+) +\|/gm)].map(([, key, value]) => [key, value])
  const own = DEFAULTS.flatMap(({ path: [name = '', ...rest], value }) =>
    rest.length === 0 && OF_ROUTING.some((one) => (typeof one === 'string' ? one === name : one.test(name)))
      ? [[name, String(value)]]
      : [],
  )
  expect(own.length).toBeGreaterThan(5)
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(own))
})

const SINGLE = ['max_retries', 'retry_policy', 'mid_stream', 'hedging', 'single_flight']

test.each(SINGLE)('and that of %s', (name) => {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` `))
  const own = DEFAULTS.find(({ path }) => path.length === 1 && path[0] === name)?.value
  expect(row?.split('|')[2]?.trim()).toBe(String(own))
})

test('and the interval of the probes', () => {
  const interval = DEFAULTS.find(({ path }) => path[0] === 'health_check_interval')?.value
  expect(page).toContain(`\`HEALTH_CHECK_INTERVAL\` seconds (${String(interval)};`)
})
