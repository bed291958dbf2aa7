/** Rows D38, D41, F10 and P15: who may manage, what is written down of it, and that no secret comes out on the way. */

import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { houses } from '../house.ts'
import { managed, type ManagedGateway } from '../managed.ts'

const { upstream, start } = managed()
const house = houses()

const DEAD = 'http://127.0.0.1:9'
const FILE = 'config/providers.json'
const BODY = { provider_type: 'custom', name: 'x', base_url: DEAD, api_key: 'k' }

/** Every route of management, with a body that would do. */
const ROUTES = [
  ['GET', '/api/providers', undefined],
  ['GET', '/api/providers/health', undefined],
  ['POST', '/api/providers/register', BODY],
  ['PATCH', '/api/providers/acme', { priority: 2 }],
  ['PUT', '/api/providers/acme/toggle', { enabled: true }],
  ['POST', '/api/providers/acme/default', undefined],
  ['POST', '/api/providers/acme/reset', undefined],
  ['POST', '/api/config/reload', undefined],
  ['POST', '/api/config/rollback', undefined],
  ['GET', '/api/config/diff', undefined],
  ['GET', '/api/config/providers', undefined],
  [
    'PUT',
    '/api/config/providers',
    { providers: [{ name: 'acme', api_key: 'k', base_url: DEAD, models: { big: ['m'] } }] },
  ],
  ['DELETE', '/api/providers/x', undefined],
] as const

const OPEN = new Set(['/api/providers', '/api/providers/health'])

const FILES = {
  [FILE]: JSON.stringify({
    providers: [{ name: 'acme', api_key: 'k', base_url: DEAD, models: { big: ['m'] } }],
  }),
}

const statuses = async (gate: ManagedGateway, headers: Record<string, string>) => {
  const found: [string, number][] = []
  for (const [method, path, body] of ROUTES) {
    found.push([`${method} ${path}`, (await gate.ask(method, path, body, headers)).status])
  }
  return found
}

const all = (status: (path: string) => number) =>
  ROUTES.map(([method, path]): [string, number] => [`${method} ${path}`, status(path)])

describe('D38 with an admin key', () => {
  const env = { ADMIN_API_KEY: 'admin-key-0815', PROXY_API_KEY: 'gate-key-0815' }

  test.each<[string, Record<string, string>]>([
    ['none', { 'x-api-key': 'gate-key-0815' }],
    ['a wrong one', { 'x-api-key': 'gate-key-0815', 'x-admin-key': 'admin-key-0816' }],
    ['no key at all', {}],
  ])('D38 every route is a 401 for who shows %s', async (_, headers) => {
    const gate = await start({ env, files: FILES })
    expect(await statuses(gate, headers)).toEqual(all(() => 401))
  })

  test.each<[string, Record<string, string>]>([
    ['as bearer token', { authorization: 'Bearer admin-key-0815' }],
    ['as x-api-key', { 'x-api-key': 'admin-key-0815' }],
    ['as x-admin-key', { 'x-admin-key': 'admin-key-0815' }],
    ['behind another proxy', { 'x-admin-key': 'admin-key-0815', 'x-forwarded-for': '203.0.113.7' }],
  ])('D38 it opens every route %s, without the gate key, and nothing else', async (_, headers) => {
    const gate = await start({ env, files: FILES })
    expect(await statuses(gate, headers)).toEqual(all(() => 200))
    expect((await gate.ask('GET', '/v1/models', undefined, headers)).status).toBe(401)
    expect((await gate.ask('POST', '/v1/chat/completions', { model: 'm' }, headers)).status).toBe(401)
  })
})

describe('D38 without an admin key', () => {
  test('D38 callers on the same machine may do everything', async () => {
    const gate = await start({ files: FILES })
    expect(await statuses(gate, {})).toEqual(all(() => 200))
  })

  test.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])(
    'who comes through another proxy (%s) may look at providers and no more',
    async (header) => {
      const gate = await start({ files: FILES })
      expect(await statuses(gate, { [header]: '127.0.0.1' })).toEqual(
        all((path) => (OPEN.has(path) ? 200 : 403)),
      )
    },
  )

  test('D38 the client gate stands before it', async () => {
    const gate = await start({ env: { PROXY_API_KEY: 'gate-key-0815' }, files: FILES })
    expect(await statuses(gate, {})).toEqual(all(() => 401))
    expect(await statuses(gate, { 'x-api-key': 'gate-key-0815' })).toEqual(all(() => 200))
  })

  test('D38 a form of a foreign page is no body', async () => {
    const gate = await start({ files: FILES })
    const headers = { 'content-type': 'text/plain' }
    expect((await gate.ask('POST', '/api/providers/register', JSON.stringify(BODY), headers)).status).toBe(
      415,
    )
  })
})

test('an admin key that came out blank stops the start', async () => {
  await expect(start({ env: { ADMIN_API_KEY: '' }, files: FILES })).rejects.toThrow('ADMIN_API_KEY')
})

test('a gateway that a program has configured can be looked at; only that program changes it', async () => {
  const gateway = await house.open({ providers: [{ name: 'acme', baseUrl: DEAD }] })
  const ask = async (method: string, path: string) => (await fetch(gateway.url + path, { method })).status
  expect(await ask('GET', '/api/providers')).toBe(200)
  expect(await ask('POST', '/api/providers/acme/reset')).toBe(200)
  expect(await ask('DELETE', '/api/providers/acme')).toBe(501)
  expect(await ask('POST', '/api/config/reload')).toBe(501)
})

test('bodies are bounded, told or counted', async () => {
  const gate = await start({ files: FILES })
  const big = JSON.stringify({ ...BODY, settings: { text: 'x'.repeat(5 * 1024 * 1024) } })
  expect((await gate.ask('POST', '/api/providers/register', big)).status).toBe(413)
  const counted = new Promise<number | undefined>((resolve, reject) => {
    const ask = request(`${gate.url}/api/providers/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    })
    ask.on('response', (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    ask.on('error', reject)
    ask.write(big.slice(0, 1000))
    ask.end(big.slice(1000))
  })
  expect(await counted).toBe(413)
})

const lines = async (gate: ManagedGateway) =>
  (await gate.logged())
    .split('\n')
    .filter((line) => line.includes('"msg":"management"'))
    .map((line): Record<string, unknown> => JSON.parse(line))

describe('D41 every order is one line in the log', () => {
  test('D41 with who, what, whom and what came of it', async () => {
    const gate = await start({ env: { ADMIN_API_KEY: 'admin-key-0815' }, files: FILES })
    await statuses(gate, { 'x-admin-key': 'admin-key-0815' })
    await gate.ask('DELETE', '/api/providers/acme')
    await gate.ask(
      'POST',
      '/api/providers/register',
      { ...BODY, provider_type: 'nope' },
      { 'x-admin-key': 'admin-key-0815' },
    )
    const told = await lines(gate)
    const who = expect.stringMatching(/^key [0-9a-f]{8}$/)
    const done = (what: string, name?: string) =>
      expect.objectContaining({
        who,
        what,
        ...(name === undefined ? {} : { name }),
        outcome: 'done',
        request_id: expect.any(String),
      })
    expect(told).toEqual([
      done('register', 'x'),
      done('patch', 'acme'),
      done('toggle', 'acme'),
      done('default', 'acme'),
      done('reset', 'acme'),
      done('reload'),
      done('rollback'),
      done('replace-file'),
      done('delete', 'x'),
      expect.objectContaining({
        who: '127.0.0.1',
        what: 'delete',
        name: 'acme',
        outcome: 'refused',
        status: 401,
      }),
      expect.objectContaining({ who, what: 'register', name: 'x', outcome: 'refused', status: 400 }),
    ])
  })

  test('D41 and who has no key by the address', async () => {
    const gate = await start({ files: FILES })
    await gate.ask('POST', '/api/providers/acme/reset')
    expect(await lines(gate)).toMatchObject([{ who: '127.0.0.1', what: 'reset', outcome: 'done' }])
  })
})

const secret = (place: string) => `canary.${place}.0815`

const everywhere = (name: string, url: string) => ({
  name,
  type: 'custom',
  base_url: `${url}?sig=${secret('url')}`,
  api_key: [secret('key-1'), secret('key-2')],
  custom_headers: { authorization: `Bearer ${secret('header')}`, 'x-team': secret('header-2') },
  settings: { password: secret('option'), nested: { api_key: secret('nested') } },
  aws: {
    access_key_id: secret('aws-id'),
    secret_access_key: secret('aws'),
    session_token: secret('aws-session'),
  },
  azure: { client_secret: secret('azure'), identity_header: secret('azure-header') },
  vertex: { credentials: secret('vertex') },
  default_model: 'm',
})

describe('F10 no secret comes out of management, at debug level', () => {
  test.each(['answers', 'refuses'])('while the provider %s', async (how) => {
    const acme = await upstream(
      how === 'answers'
        ? { kind: 'answer', text: 'Hi.' }
        : ({ headers }) => ({
            kind: 'status',
            status: 401,
            body: { error: { message: `no ${headers['authorization']}` } },
          }),
    )
    const file = { providers: [everywhere('acme', acme.url)] }
    const gate = await start({
      env: { LOG_LEVEL: 'debug', ADMIN_API_KEY: secret('admin'), PROXY_API_KEY: secret('gate') },
      files: { [FILE]: JSON.stringify(file) },
    })
    const admin = { 'x-admin-key': secret('admin') }
    const out: string[] = []
    const ask = async (method: string, path: string, body?: object | string): Promise<void> => {
      for (const headers of [admin, {}, { 'x-admin-key': secret('wrong') }]) {
        const reply = await gate.ask(method, path, body, headers)
        out.push(reply.text, JSON.stringify([...reply.headers]))
      }
    }
    await gate.ask(
      'POST',
      '/v1/chat/completions',
      { model: 'acme:m', messages: [{ role: 'user', content: 'Hi' }] },
      { 'x-api-key': secret('gate') },
    )
    const { name: _, ...fields } = everywhere('acme', acme.url)
    for (const body of [
      { ...fields, name: 'more', provider_type: 'custom' },
      { ...fields, name: secret('name as key'), provider_type: 'custom' },
      { ...fields, name: 'more', provider_type: 'custom', api_key: `${secret('bad')}\u0007` },
      { ...fields, name: 'more', provider_type: 'custom', custom_headers: { 'x y': secret('bad') } },
      {
        ...fields,
        name: 'more',
        provider_type: 'custom',
        aws: { secret_access_key: `${secret('bad')} blank` },
      },
      { ...fields, name: 'more', provider_type: 'custom', aws: secret('bad') },
      { ...fields, name: 'more', provider_type: 'custom', api_key: { deep: secret('bad') } },
      { ...fields, name: 'more', provider_type: 'custom', base_url: `http://u:${secret('bad')}@x.example` },
      { ...fields, name: 'more', provider_type: 'custom', settings: [secret('bad')] },
      `{"api_key": "${secret('broken')}"`,
    ])
      await ask('POST', '/api/providers/register', body)
    await ask('PATCH', '/api/providers/acme', { api_key: secret('patched') })
    await ask('PATCH', '/api/providers/acme', { api_key: `${secret('patched')} \u00e9` })
    await ask('POST', `/api/providers/acme/reset?api_key=${secret('query')}`)
    await ask('PUT', '/api/config/providers', {
      providers: [{ ...everywhere('acme', 'nowhere:'), priority: -1 }],
    })
    for (const [method, path] of ROUTES)
      if (method === 'GET' || path.includes('config')) await ask(method, path)
    gate.write(FILE, JSON.stringify(file).replace('"settings"', `"settings": ${secret('broken')}, "x"`))
    await ask('POST', '/api/config/reload')
    await ask('GET', '/api/config/providers')
    await gate.gateway.reload('SIGHUP')
    out.push(await gate.logged())
    expect(out.length).toBeGreaterThan(100)
    for (const text of out) expect(text).not.toMatch(/canary/)
  })
})
