/** Rows D25, D26, D37, D40, E03, E04, H60, I03: providers changed, switched, reset and taken away while the gateway runs. */

import { expect, test } from 'vitest'
import { objectOf } from '#core'
import { managed, type ManagedGateway } from '../managed.ts'
import { textAnswer } from './row.ts'

const { upstream, start } = managed()

const EMPTY = { env: { IMPLICIT_OLLAMA: 'false' } }

const listed = async (gate: ManagedGateway) => (await gate.ask('GET', '/api/providers')).json
const entry = async (gate: ManagedGateway, name: string) =>
  objectOf(objectOf((await listed(gate))['providers'])?.[name]) ?? {}

test('D25 a provider is taken away: who is inside is served, nobody else is', async () => {
  const acme = await upstream({ kind: 'answer', text: 'one two three four', gapMs: 30 })
  const gate = await start(EMPTY)
  await gate.register('acme', acme.url)
  await gate.register('other', (await upstream()).url)
  const running = gate.chat('acme:m', { stream: true })
  await expect.poll(() => acme.calls().length).toBe(1)
  const { status, json } = await gate.ask('DELETE', '/api/providers/acme')
  expect([status, json]).toMatchObject([200, { status: 'success', default_provider: 'other' }])
  expect((await running).text).toMatch(/four[^]*\[DONE\]/)
  expect(Object.keys(objectOf((await listed(gate))['providers']) ?? {})).toEqual(['other'])
  for (const [method, path] of [
    ['GET', '/api/providers/acme/models'],
    ['DELETE', '/api/providers/acme'],
    ['PATCH', '/api/providers/acme'],
    ['POST', '/api/providers/acme/default'],
    ['POST', '/api/providers/acme/reset'],
    ['PUT', '/api/providers/acme/toggle'],
  ] as const) {
    expect([path, (await gate.ask(method, path)).status]).toEqual([path, 404])
  }
})

test('D25 R26 when the default goes, the next best is it', async () => {
  const gate = await start({
    env: {
      A_API_KEY: 'k',
      A_BASE_URL: 'http://127.0.0.1:9/a',
      A_PRIORITY: '2',
      B_API_KEY: 'k',
      B_BASE_URL: 'http://127.0.0.1:9/b',
      B_PRIORITY: '1',
      VDM_DEFAULT_PROVIDER: 'a',
    },
  })
  expect((await listed(gate))['default_provider']).toBe('a')
  expect((await gate.ask('DELETE', '/api/providers/a')).json).toMatchObject({ default_provider: 'b' })
  // What comes back under its name is not what the setting meant.
  await gate.register('a', 'http://127.0.0.1:9/a', { priority: 5 })
  expect((await listed(gate))['default_provider']).toBe('b')
  expect((await gate.ask('POST', '/api/config/reload')).status).toBe(200)
  expect((await listed(gate))['default_provider']).toBe('a')
})

test('D26 what is not named in a change stays; null takes a field away', async () => {
  const acme = await upstream()
  const gate = await start({
    env: {
      ACME_API_KEY: 'k',
      ACME_BASE_URL: acme.url,
      ACME_DEFAULT_MODEL: 'm',
      ACME_CUSTOM_HEADER_X_TEAM: 'blue',
    },
  })
  const before = await entry(gate, 'acme')
  expect((await gate.ask('PATCH', '/api/providers/acme', { priority: 9 })).status).toBe(200)
  expect(await entry(gate, 'acme')).toEqual({ ...before, priority: 9 })
  await gate.ask('PATCH', '/api/providers/acme', { default_model: null, custom_headers: { 'X-More': 'yes' } })
  expect(await entry(gate, 'acme')).toEqual({ ...before, priority: 9, default_model: null })
  await gate.chat('acme:m')
  expect(acme.calls()[0]?.headers).toMatchObject({
    authorization: 'Bearer k',
    'x-team': 'blue',
    'x-more': 'yes',
  })
  for (const body of [{ priority: 'x' }, { nobody: 1 }, { type: 'nope' }]) {
    expect((await gate.ask('PATCH', '/api/providers/acme', body)).status).toBe(400)
  }
})

test('D26 a table of models goes as a whole', async () => {
  const entries = [
    { name: 'a', api_key: 'k', base_url: 'http://127.0.0.1:9', models: { big: ['x'], small: ['y'] } },
  ]
  const gate = await start({ files: { 'config/providers.json': JSON.stringify({ providers: entries }) } })
  await gate.ask('PATCH', '/api/providers/a', { default_model: 'm' })
  expect(await entry(gate, 'a')).toMatchObject({ models: ['x', 'y'] })
  await gate.ask('PATCH', '/api/providers/a', { models: null })
  expect(await entry(gate, 'a')).toMatchObject({ models: [], default_model: 'm' })
})

test('D37 E03 switched off it is never chosen; switched on its circuit is closed', async () => {
  const ill = await upstream({ kind: 'status', status: 500 })
  const gate = await start({
    env: { IMPLICIT_OLLAMA: 'false', MAX_RETRIES: '0', CIRCUIT_BREAKER_FAILURE_THRESHOLD: '2' },
  })
  await gate.register('ill', ill.url)
  await gate.register('well', (await upstream()).url)
  for (let i = 0; i < 2; i++) await gate.chat('ill:m')
  expect(await entry(gate, 'ill')).toMatchObject({
    status: 'circuit_open',
    circuit_breaker: { state: 'open' },
  })
  expect((await gate.ask('GET', '/health')).json['status']).toBe('degraded')
  expect((await gate.ask('PUT', '/api/providers/ill/toggle', { enabled: false })).status).toBe(200)
  expect(await entry(gate, 'ill')).toMatchObject({ enabled: false, status: 'disabled', healthy: false })
  const asked = ill.calls().length
  await gate.chat('ill:m')
  await gate.chat('m')
  expect(ill.calls()).toHaveLength(asked)
  expect((await gate.ask('PUT', '/api/providers/ill/toggle')).json).toMatchObject({ enabled: true })
  expect(await entry(gate, 'ill')).toMatchObject({ enabled: true, circuit_breaker: { state: 'closed' } })
  await gate.chat('ill:m')
  expect(ill.calls()).toHaveLength(asked + 1)
  expect((await gate.ask('PUT', '/api/providers/ill/toggle', { enabled: 'maybe' })).status).toBe(422)
})

test('D37 H60 when all are switched off, a chat is a 503 that names them, and nobody answers in their place', async () => {
  const acme = await upstream()
  const gate = await start({
    env: { ACME_API_KEY: 'k', ACME_BASE_URL: acme.url, VDM_DEFAULT_PROVIDER: 'acme' },
  })
  expect((await gate.ask('PUT', '/api/providers/acme/toggle', { enabled: false })).status).toBe(200)
  const { status, text } = await gate.chat('m')
  expect([status, text]).toEqual([503, expect.stringContaining('acme')])
  expect((await gate.ask('GET', '/health')).json['status']).toBe('unhealthy')
  expect(await listed(gate)).toMatchObject({
    default_provider: null,
    providers: { acme: { enabled: false } },
  })
  await gate.ask('PUT', '/api/providers/acme/toggle', { enabled: true })
  expect((await gate.chat('m')).status).toBe(200)
})

test('D40 E03 E04 reset closes the circuit and counts anew', async () => {
  const ill = await upstream({ kind: 'status', status: 500 })
  const gate = await start({
    env: { IMPLICIT_OLLAMA: 'false', MAX_RETRIES: '0', CIRCUIT_BREAKER_FAILURE_THRESHOLD: '2' },
  })
  await gate.register('ill', ill.url)
  for (let i = 0; i < 2; i++) await gate.chat('ill:m')
  expect((await gate.ask('GET', '/health')).status).toBe(503)
  expect((await gate.ask('GET', '/health?strict=false')).status).toBe(200)
  expect((await gate.ask('POST', '/api/providers/ill/reset')).json).toEqual({
    status: 'success',
    provider: 'ill',
  })
  expect((await gate.ask('GET', '/health/providers/ill')).json).toMatchObject({
    status: 'healthy',
    circuit_breaker: { state: 'closed', failure_count: 0 },
    request_count: 0,
    error_count: 0,
  })
  expect((await gate.ask('GET', '/health')).status).toBe(200)
  await gate.chat('ill:m')
  expect(ill.calls()).toHaveLength(3)
})

const keyOf = (headers: Readonly<Record<string, string>>) =>
  headers['authorization']?.slice('Bearer '.length) ?? ''

test('I03 D40 reset wakes the keys that were refused, and the turns begin anew', async () => {
  const refused = new Set(['k1'])
  const used: string[] = []
  const strict = await upstream(({ headers }) => {
    used.push(keyOf(headers))
    return refused.has(keyOf(headers)) ? { kind: 'status', status: 401 } : textAnswer()
  })
  const other = await upstream()
  const gate = await start(EMPTY)
  await gate.register('strict', strict.url, { api_key: 'k1 k2 k3' })
  await gate.register('other', other.url, { api_key: 'o1 o2' })
  const models = ['strict:m', 'strict:m', 'other:m']
  for (const model of models) expect((await gate.chat(model)).status).toBe(200)
  expect(used).toEqual(['k1', 'k2', 'k3'])
  refused.clear()
  await gate.ask('POST', '/api/providers/strict/reset')
  for (const model of [...models, ...models]) expect((await gate.chat(model)).status).toBe(200)
  expect(used).toEqual(['k1', 'k2', 'k3', 'k1', 'k2', 'k3', 'k1'])
  expect(other.calls().map(({ headers }) => keyOf(headers))).toEqual(['o1', 'o2', 'o1'])
})

test('D40 reset ends the rest of a provider that had refused for its rate, and of no other', async () => {
  let refuses = true
  const limited = () => (refuses ? { kind: 'status' as const, status: 429 } : textAnswer())
  const [strict, stricter, spare] = [await upstream(limited), await upstream(limited), await upstream()]
  const gate = await start({ env: { IMPLICIT_OLLAMA: 'false', MAX_RETRIES: '0' } })
  for (const [name, { url }] of Object.entries({ strict, 'strict-er': stricter, spare }))
    await gate.register(name, url)
  const asked = async (first: string) => {
    const body = { model: `${first}:m`, messages: [{ role: 'user', content: 'Hi' }] }
    const { headers } = await gate.ask('POST', '/v1/chat/completions', body, { 'x-fallback': 'spare:m' })
    return headers.get('x-provider')
  }
  for (const first of ['strict', 'strict-er']) expect(await asked(first)).toBe('spare')
  refuses = false
  for (const first of ['strict', 'strict-er']) expect(await asked(first)).toBe('spare')
  await gate.ask('POST', '/api/providers/strict/reset')
  expect([await asked('strict'), await asked('strict-er')]).toEqual(['strict', 'spare'])
})

test('R7 a provider may be called by a type that is its alone', async () => {
  const gate = await start(EMPTY)
  await gate.register('mine', 'http://127.0.0.1:9', { provider_type: 'mistral' })
  expect((await gate.ask('PATCH', '/api/providers/Mistral', { priority: 4 })).json).toMatchObject({
    provider: 'mine',
  })
})

test('D37 a field that means nothing here is named, and nothing is switched', async () => {
  const gate = await start(EMPTY)
  await gate.register('acme', 'http://127.0.0.1:9')
  await gate.ask('PUT', '/api/providers/acme/toggle', { enabled: false })
  const { status, json } = await gate.ask('PUT', '/api/providers/acme/toggle', { enable: true })
  expect([status, json['detail']]).toEqual([400, 'enable: is no known field; known: enabled.'])
  expect(await entry(gate, 'acme')).toMatchObject({ enabled: false })
})

test.each(['a.b-c_d', 'A.B-C_D', 'a%2Eb%2Dc_d', '%61.b-c_d'])(
  'a provider is found by its name as %s',
  async (path) => {
    const gate = await start(EMPTY)
    await gate.register('a.b-c_d', 'http://127.0.0.1:9')
    expect((await gate.ask('PATCH', `/api/providers/${path}`, { priority: 3 })).status).toBe(200)
    expect(await entry(gate, 'a.b-c_d')).toMatchObject({ priority: 3 })
  },
)

test.each(['%00', 'a%2Fb', '%E0%A4%A', '%', '__proto__', 'constructor', '%C3%BC', 'a%20b', 'x'.repeat(3000)])(
  'nobody is called %s',
  async (name) => {
    const gate = await start({ env: { ACME_API_KEY: 'k', ACME_BASE_URL: 'http://127.0.0.1:9' } })
    for (const [method, path] of [
      ['PATCH', ''],
      ['DELETE', ''],
      ['PUT', '/toggle'],
      ['POST', '/reset'],
      ['POST', '/default'],
      ['POST', '/test'],
      ['GET', '/models'],
    ] as const)
      expect([path, (await gate.ask(method, `/api/providers/${name}${path}`)).status]).toEqual([path, 404])
    expect(Object.keys(objectOf((await listed(gate))['providers']) ?? {})).toEqual(['acme'])
  },
)

test('a method is the one of the request, whatever a header or a field says', async () => {
  const gate = await start(EMPTY)
  await gate.register('acme', 'http://127.0.0.1:9')
  for (const headers of [{ 'x-http-method-override': 'DELETE' }, { 'x-method-override': 'DELETE' }])
    await gate.ask('POST', '/api/providers/acme/reset', undefined, headers)
  expect((await gate.ask('POST', '/api/providers/acme?_method=DELETE')).status).toBe(405)
  expect(Object.keys(objectOf((await listed(gate))['providers']) ?? {})).toEqual(['acme'])
})
