/** Each configuration shipped here loads, with nothing to complain about and no provider left out; the page lists them all. */

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { asking, examples, KEY, loaded } from './started.ts'

const FOLDER = import.meta.dirname
const start = examples()
const FILES = globSync('*.{toml,json,jsonc,yaml,yml,env}', { cwd: FOLDER }).toSorted()

test('there are examples', () => {
  expect(FILES).toContain('sluice.toml')
  expect(FILES).toContain('multi-provider.env')
})

test.each(FILES)('%s loads', (file) => {
  const config = loaded(file)
  expect(config.providers.length).toBeGreaterThan(0)
  expect(config.partial).toEqual([])
  expect(config.warnings).toEqual([])
})

/** Keys that cannot be the same for all, and a token in place of a file that nobody here has. */
const OWN_KEYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'clients.toml': { BUILD_KEY: 'key-of-the-build-0123' },
  'google-vertex.env': { VERTEX_API_KEY: KEY },
}

test.each(FILES)('%s starts and answers', async (file) => {
  const { post } = await start(loaded(file, OWN_KEYS[file]))
  const message = asking('claude-opus-4-8', { max_tokens: 50 })
  const { status, text } = await post('/v1/messages', message, { authorization: `Bearer ${KEY}` })
  expect([status, text]).toEqual([200, expect.stringContaining('This is ')])
})

test.each(FILES)('%s says how it is used, under its own name', (file) => {
  const [, , ...rest] = readFileSync(join(FOLDER, file), 'utf8').split(/^(?:#|\/\/) ?(?=npm start|cp )/m)
  expect(rest).toEqual([])
  expect(readFileSync(join(FOLDER, file), 'utf8')).toMatch(
    new RegExp(
      `^(?:#|//) (?:npm start -- --config examples/${file}|cp examples/${file} (?:\\.env|config/providers\\.json) && npm start)$`,
      'm',
    ),
  )
})

test('the page lists each of them, and nothing else', () => {
  const page = readFileSync(join(FOLDER, 'README.md'), 'utf8')
  const listed = [...page.matchAll(/^\| `([^`]+)`/gm)].map(([, file = '']) => file)
  expect(listed.toSorted()).toEqual(
    [...FILES, ...globSync('plugins/*.{toml,mjs}', { cwd: FOLDER })].toSorted(),
  )
})
