/** The guide to management: each of its commands as it stands there, and what it says of refusals and of the file. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { curlsIn } from '../curl.ts'
import { managed } from '../managed.ts'

const { upstream, start } = managed()

const PAGE = readFileSync(new URL('../../../docs/guide/managing-providers.md', import.meta.url), 'utf8')
const FILE = 'config/providers.json'
const BLOCKS = [...PAGE.matchAll(/```sh\n([^]*?)```/g)].map(([, text = '']) => text)

test('the guide has commands, each in a block of its kind', () => {
  expect(BLOCKS.map((block) => curlsIn(block).length)).toEqual([8, 1, 3, 2])
  expect(BLOCKS.join('').match(/^curl/gm)).toHaveLength(14)
})

test.each(BLOCKS.map((block) => [block.trim().split('\n')[0] ?? '', block]))(
  'every command from %s on is answered',
  async (_, block) => {
    const acme = await upstream()
    const gate = await start({
      env: { ACME_KEY: 'key-of-acme' },
      files: {
        [FILE]: JSON.stringify({
          providers: [{ name: 'acme', base_url: acme.url, api_key: '${ACME_KEY}', models: ['m-1'] }],
        }),
      },
    })
    // A rollback needs something to go back from.
    await gate.ask('PATCH', '/api/providers/acme', { priority: 5 })
    for (const { method, path, headers, body } of curlsIn(block)) {
      const sent = body?.replace('https://api.acme.example/v1', acme.url)
      const { status, text } = await gate.ask(method, path, sent, headers)
      expect([method, path, status, text]).toEqual([method, path, 200, expect.any(String)])
    }
  },
)

test('what the guide registers answers chats, with the key of the variable', async () => {
  const acme = await upstream()
  const gate = await start({ env: { ACME_KEY: 'key-of-acme', IMPLICIT_OLLAMA: 'false' } })
  const asked = curlsIn(BLOCKS[0] ?? '').find(({ path }) => path.endsWith('/register'))
  const body = asked?.body?.replace('https://api.acme.example/v1', acme.url)
  expect((await gate.ask('POST', asked?.path ?? '', body, asked?.headers)).status).toBe(200)
  expect((await gate.chat('acme:m-1')).status).toBe(200)
  expect(acme.calls()[0]?.headers['authorization']).toBe('Bearer key-of-acme')
})

const BY_HAND = /`plugins\.modules`[^]*?are changed by hand alone/.exec(PAGE)?.[0] ?? ''
const FIELDS = [...BY_HAND.matchAll(/`([a-z_.]+)`/g)].map(([, field = '']) => field)

test.each(FIELDS.filter((field) => field !== 'module'))(
  '%s is changed by hand alone, as the guide says',
  async (field) => {
    const gate = await start({
      files: {
        [FILE]:
          '{"providers": [{"name": "acme", "base_url": "http://127.0.0.1:9", "api_key": "k", "models": ["m"]}]}',
      },
    })
    const [first = '', second] = field.split('.')
    const value = ['plugins.modules', 'server.upstream_allow'].includes(field) ? ['x'] : 'x'
    const more = { [first]: second === undefined ? value : { [second]: value } }
    const shown = (await gate.ask('GET', '/api/config/providers')).json
    const { status, json } = await gate.ask('PUT', '/api/config/providers', { ...shown, ...more })
    expect([status, json['detail']]).toEqual([
      400,
      expect.stringContaining(`${field}: is not changed through`),
    ])
  },
)

const nested = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)

const body = (depth: number) =>
  `{"provider_type": "custom", "name": "x", "base_url": "http://127.0.0.1:9", "api_key": "k", "settings": ${nested(depth)}}`

test('a body has at most so many levels as the guide says, and no more of it is looked at', async () => {
  const [, levels] = /4 MiB and (\d+) levels/.exec(PAGE) ?? []
  const gate = await start({ env: { IMPLICIT_OLLAMA: 'false' } })
  expect((await gate.ask('POST', '/api/providers/register', body(Number(levels) - 1))).status).toBe(200)
  for (const depth of [Number(levels), 100_000]) {
    for (const [method, path] of [
      ['POST', '/api/providers/register'],
      ['PATCH', '/api/providers/x'],
      ['PUT', '/api/config/providers'],
    ] as const) {
      const { status, json } = await gate.ask(method, path, body(depth))
      expect([depth, path, status, json['detail']]).toEqual([
        depth,
        path,
        400,
        expect.stringContaining(`${levels} levels`),
      ])
    }
  }
})
