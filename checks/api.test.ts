/** The table of what can be asked against the sources: every route that is registered stands in it, and every header that is read or written. */

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { OPERATIONS, shownPath } from '../gateway/src/api/index.ts'
import { REQUEST_HEADERS, RESPONSE_HEADERS } from '../gateway/src/api/headers.ts'

const ROOT = join(import.meta.dirname, '..')
const SOURCES = globSync('gateway/src/{server,admin,pipeline,observe,core}/**/*.ts', { cwd: ROOT })
  .filter((file) => !/\.(?:test|contract)\.ts$/.test(file))
  .map((file) => readFileSync(join(ROOT, file), 'utf8'))
  .join('\n')
const PAGES = globSync('{docs/guide,docs/reference}/*.md', { cwd: ROOT }).map((page): [string, string] => [
  page,
  readFileSync(join(ROOT, page), 'utf8'),
])

/** Places by any name: the table calls them what readers would. */
const nameless = (path: string): string => path.replaceAll(/\{\w+\}|:\w+(?=\/|$)|\*/g, '{}')
const TOLD = new Set(OPERATIONS.map(({ method, path }) => `${method} ${nameless(shownPath(path))}`))

describe('routes', () => {
  const registered = [...SOURCES.matchAll(/\b(?:hono|router)\.(get|post|put|patch|delete)\('([^']+)'/g)].map(
    ([, method = '', path = '']) => `${method.toUpperCase()} ${nameless(path)}`,
  )
  const raw = [...SOURCES.matchAll(/^ {2}\['(\/(?:v1|api)\/[\w/]+)', /gm)].map(
    ([, path = '']) => `POST ${nameless(path)}`,
  )

  test('that are registered stand in the table', () => {
    expect(registered.length).toBeGreaterThan(30)
    expect(raw.length).toBeGreaterThan(8)
    const odd = ['GET /api/blobs/{}']
    expect([...registered, ...raw].filter((route) => !TOLD.has(route) && !odd.includes(route))).toEqual([])
  })
})

describe('headers', () => {
  const used = new Set([...SOURCES.matchAll(/'(x-[a-z-]+)'/g)].map(([, name = '']) => name))
  const told = new Set(
    [...Object.keys(REQUEST_HEADERS), ...Object.keys(RESPONSE_HEADERS)].map((name) => name.toLowerCase()),
  )
  /** Of the vendors' languages, of proxies, and between gateways. */
  const foreign = new Set([
    'x-api-key',
    'x-goog-api-key',
    'x-forwarded-for',
    'x-real-ip',
    'x-claude-code-session-id',
    'x-sluice-hops',
  ])

  test('of our own that are read or written are told', () => {
    expect([...used].filter((name) => !told.has(name) && !foreign.has(name))).toEqual([])
  })

  test('that are told are read or written', () => {
    expect([...told].filter((name) => name.startsWith('x-') && !used.has(name))).toEqual([])
  })

  test.each(PAGES)('that %s names exist', (_, text) => {
    const named = [...text.matchAll(/`(X-[A-Z][A-Za-z-]+)/g)].map(([, name = '']) => name.toLowerCase())
    expect(named.filter((name) => !told.has(name) && !foreign.has(name))).toEqual([])
  })
})

describe('paths', () => {
  const paths = OPERATIONS.map(({ path }) => path.replace(/\{.*$/, ''))

  test.each(PAGES)('that %s names exist', (_, text) => {
    const named = [...text.matchAll(/(?:GET|POST|PUT|PATCH|DELETE) (\/[\w/.-]*)/g)].map(
      ([, path = '']) => path,
    )
    expect(
      named.filter(
        (path) => !paths.some((known) => path === known || path.startsWith(known.length > 1 ? known : '\0')),
      ),
    ).toEqual([])
  })
})
