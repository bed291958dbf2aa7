/** Rows D01–D03, D05–D14, D16–D18, F11, P15: providers seen, registered and put first while the gateway runs. */

import { describe, expect, test } from 'vitest'
import { objectOf } from '#core'
import { startSimulator } from '#simulator'
import { managed, type ManagedGateway } from '../managed.ts'
import { textAnswer } from './row.ts'

const { upstream, start } = managed()

const EMPTY = { env: { IMPLICIT_OLLAMA: 'false' } }

const listed = async (gate: ManagedGateway) => (await gate.ask('GET', '/api/providers')).json
const entry = async (gate: ManagedGateway, name: string) =>
  objectOf(objectOf((await listed(gate))['providers'])?.[name]) ?? {}

test('D01 R4 the list has the fields of both sources, keyed by name', async () => {
  const acme = await upstream()
  const gate = await start({
    env: {
      ACME_API_KEY: 'key-of-acme-1',
      ACME_BASE_URL: acme.url,
      ACME_DEFAULT_MODEL: 'm',
      ROUTING_STRATEGY: 'round_robin',
    },
  })
  await gate.chat('acme:m')
  expect(await listed(gate)).toMatchObject({
    default_provider: 'acme',
    routing_strategy: 'round_robin',
    fallback_strategy: null,
    load_balancing_enabled: true,
    providers: {
      acme: {
        type: 'custom',
        enabled: true,
        default_model: 'm',
        base_url: acme.url,
        healthy: true,
        status: 'healthy',
        current_load: 0,
        avg_response_time: expect.any(Number),
        last_used: expect.any(Number),
        circuit_breaker: { state: 'closed', failure_count: 0 },
      },
    },
  })
})

test('D02 F11 no key and no piece of one is shown, only fingerprints; the sentinel as PASSTHRU', async () => {
  const key = 'canary-of-thirty-characters-00'
  const gate = await start({
    env: {
      ACME_API_KEY: key,
      ACME_BASE_URL: 'http://127.0.0.1:9',
      OTHER_API_KEY: '!PASSTHRU',
      OTHER_BASE_URL: 'http://user.example/v1?key=canary-in-a-url-0',
    },
  })
  const { text } = await gate.ask('GET', '/api/providers')
  for (let i = 0; i + 12 <= key.length; i++) expect(text).not.toContain(key.slice(i, i + 12))
  expect(text).not.toContain('canary')
  expect(await entry(gate, 'acme')).toMatchObject({ api_key_hash: expect.stringMatching(/^[0-9a-f]{8}$/) })
  expect(await entry(gate, 'other')).toMatchObject({ api_key_hash: 'PASSTHRU' })
})

test('D03 D39 only configured providers are listed; the types there are stand apart', async () => {
  const gate = await start({ env: { ACME_API_KEY: 'k', ACME_BASE_URL: 'http://127.0.0.1:9' } })
  const { status, json } = await gate.ask('GET', '/api/providers')
  expect(status).toBe(200)
  expect(Object.keys(objectOf(json['providers']) ?? {})).toEqual(['acme'])
  expect(json['available_types']).toEqual(expect.arrayContaining(['openai', 'mistral', 'custom']))
})

test('D05 a provider that is registered answers the next chat', async () => {
  const acme = await upstream(textAnswer('from acme'))
  const gate = await start(EMPTY)
  const { status, json } = await gate.ask('POST', '/api/providers/register', {
    provider_type: 'openai',
    name: 'Acme',
    api_key: 'key-of-acme-1',
    base_url: acme.url,
    default_model: 'm',
  })
  expect([status, json]).toMatchObject([200, { status: 'success', provider: 'acme' }])
  expect((await gate.chat('acme:m')).text).toContain('from acme')
  expect(acme.calls()[0]?.headers['authorization']).toBe('Bearer key-of-acme-1')
})

describe('D09 what is refused is a 4xx with its reason, and changes nothing', () => {
  test.each([
    [
      'D06 an unknown type',
      { provider_type: 'nope', name: 'x', api_key: 'k' },
      400,
      /openai.*mistral.*custom/,
    ],
    ['D07 custom without a URL', { provider_type: 'custom', name: 'x', api_key: 'k' }, 400, /base_url/],
    ['D08 no name', { provider_type: 'openai', api_key: 'k' }, 422, /^name: is required/],
    ['D08 no type', { name: 'x', api_key: 'k' }, 422, /^provider_type: is required/],
    ['D08 a number for a name', { provider_type: 'openai', name: 7, api_key: 'k' }, 422, /^name/],
    ['D13 health', { provider_type: 'openai', name: 'health', api_key: 'k' }, 400, /reserved/],
    ['D13 models', { provider_type: 'openai', name: 'models', api_key: 'k' }, 400, /reserved/],
    ['D13 register', { provider_type: 'openai', name: 'register', api_key: 'k' }, 400, /reserved/],
    ['no key where one is needed', { provider_type: 'openai', name: 'x' }, 400, /no key/],
    ['an empty key', { provider_type: 'openai', name: 'x', api_key: '' }, 400, /api_key/],
    ['a bad URL', { provider_type: 'custom', name: 'x', api_key: 'k', base_url: 'not a url' }, 400, /URL/],
    [
      'a negative priority',
      { provider_type: 'openai', name: 'x', api_key: 'k', priority: -1 },
      400,
      /priority/,
    ],
    ['an unknown field', { provider_type: 'openai', name: 'x', api_key: 'k', prioriti: 1 }, 400, /priority/],
    ['a name with a slash', { provider_type: 'openai', name: 'a/b', api_key: 'k' }, 400, /provider name/],
    [
      'a name of the language',
      { provider_type: 'openai', name: '__proto__', api_key: 'k' },
      400,
      /provider name/,
    ],
    [
      'a list for a URL',
      { provider_type: 'custom', name: 'x', api_key: 'k', base_url: [1] },
      400,
      /base_url/,
    ],
    ['no object', [], 400, /object/],
    ['no JSON', '{"name":', 400, /JSON/],
    ['nothing', '', 422, /name/],
  ])('D06 D08 D09 D13 %s', async (_, body, expected, reason) => {
    const gate = await start({ env: { ACME_API_KEY: 'k', ACME_BASE_URL: 'http://127.0.0.1:9' } })
    const before = await listed(gate)
    const { status, json } = await gate.ask('POST', '/api/providers/register', body)
    const error = objectOf(json['error']) ?? {}
    expect([status, error['message']]).toEqual([expected, expect.stringMatching(reason)])
    // P15: the words of older clients beside those of newer ones.
    expect(json['detail']).toBe(error['message'])
    expect(error['type']).toEqual(expect.any(String))
    expect(await listed(gate)).toEqual(before)
  })
})

test('D07 custom with a URL and a format in its settings is usable', async () => {
  const acme = await upstream()
  const gate = await start(EMPTY)
  const { status } = await gate.register('acme', acme.url, { settings: { api_format: 'anthropic' } })
  expect(status).toBe(200)
  await gate.chat('acme:m')
  expect(acme.calls()[0]?.path).toMatch(/\/v1\/messages$/)
})

test.each(['api_key=canary-0815', 'API_KEY=canary-0815', 'access_token=canary-0815'])(
  'D10 a key in the URL is refused and stands nowhere: %s',
  async (query) => {
    const gate = await start({ env: { IMPLICIT_OLLAMA: 'false', LOG_LEVEL: 'debug' } })
    const path = `/api/providers/register?provider_type=custom&name=x&base_url=http://x.example&${query}`
    const { status, text } = await gate.ask('POST', path)
    expect([status, text]).toEqual([400, expect.stringContaining('URL')])
    expect(text).not.toContain('canary')
    expect(await gate.logged()).not.toContain('canary')
  },
)

test('D11 every field of the record can be set, is shown and holds', async () => {
  const acme = await upstream({ kind: 'silence' })
  const gate = await start({ env: { IMPLICIT_OLLAMA: 'false', MAX_RETRIES: '0' } })
  const record = {
    models: ['m-1', 'm-2'],
    enabled: true,
    rate_limit: 1,
    timeout: 0.2,
    priority: 3,
    settings: { region: 'eu', 'max-retries': 0 },
  }
  await gate.register('acme', acme.url, record)
  expect(await entry(gate, 'acme')).toMatchObject({
    models: ['m-1', 'm-2'],
    enabled: true,
    rate_limit: 1,
    timeout: 0.2,
    priority: 3,
    max_retries: 0,
    settings: { region: expect.stringMatching(/^[0-9a-f]{8}$/) },
  })
  expect((await gate.chat('acme:m-1')).status).toBe(504)
  await gate.register('off', acme.url, { enabled: false })
  expect(await entry(gate, 'off')).toMatchObject({ enabled: false, status: 'disabled', base_url: acme.url })
})

test('D12 registering again moves the provider; the old sockets are closed', async () => {
  const old = await startSimulator()
  const young = await upstream(textAnswer('young'))
  const gate = await start(EMPTY)
  await gate.register('acme', old.script('old', textAnswer('old')))
  expect((await gate.chat('acme:m')).text).toContain('old')
  expect(old.connections().open).toBeGreaterThan(0)
  await gate.register('acme', young.url, { api_key: 'other-key-1' })
  expect((await gate.chat('acme:m')).text).toContain('young')
  expect(young.calls()[0]?.headers['authorization']).toBe('Bearer other-key-1')
  await expect.poll(() => old.connections().open).toBe(0)
  await old.close()
})

test('D12 nothing of what was there before stays in what is registered in its place', async () => {
  const [old, young] = [await upstream(), await upstream()]
  const gate = await start({
    env: { ACME_API_KEY: 'secret-of-the-old', ACME_BASE_URL: old.url, ACME_CUSTOM_HEADER_X_TEAM: 'a' },
  })
  await gate.ask('POST', '/api/providers/register', {
    provider_type: 'custom',
    name: 'acme',
    base_url: young.url,
    api_key: 'k2',
  })
  await gate.chat('acme:m')
  expect(young.calls()[0]?.headers).toMatchObject({ authorization: 'Bearer k2' })
  expect(young.calls()[0]?.headers).not.toHaveProperty('x-team')
})

test('D14 the first registered is the default and stays it', async () => {
  const acme = await upstream()
  const gate = await start(EMPTY)
  await gate.register('b', acme.url)
  await gate.register('a', acme.url)
  expect((await listed(gate))['default_provider']).toBe('b')
  await gate.register('b', acme.url, { default_model: 'm' })
  expect((await listed(gate))['default_provider']).toBe('b')
})

test('D12 a provider of the sources that is registered again keeps its place', async () => {
  const url = 'http://127.0.0.1:9'
  const gate = await start({
    env: { A_API_KEY: 'k', A_BASE_URL: `${url}/a`, B_API_KEY: 'k', B_BASE_URL: `${url}/b` },
  })
  expect((await listed(gate))['default_provider']).toBe('a')
  await gate.register('a', url)
  expect((await listed(gate))['default_provider']).toBe('a')
})

test('D16 another default: chats without a prefix go there; nobody unknown can be it', async () => {
  const [a, b] = [await upstream(textAnswer('from a')), await upstream(textAnswer('from b'))]
  const gate = await start(EMPTY)
  await gate.register('a', a.url)
  await gate.register('b', b.url)
  expect((await gate.chat('m')).text).toContain('from a')
  const { status, json } = await gate.ask('POST', '/api/providers/b/default')
  expect([status, json]).toMatchObject([200, { status: 'success', default_provider: 'b' }])
  expect((await gate.chat('m')).text).toContain('from b')
  expect((await gate.ask('POST', '/api/providers/nobody/default')).status).toBe(404)
})

const health = async (gate: ManagedGateway) => (await gate.ask('GET', '/api/providers/health')).json

test('D17 D18 health is what a probe finds: well, with a wrong key, at a dead address, with a broken answer', async () => {
  const good = await upstream({ kind: 'raw', status: 200, headers: {}, chunks: ['{"data":[]}'] })
  const wrong = await upstream({ kind: 'status', status: 401 })
  const cut = await upstream({ kind: 'reset', when: 'before-headers' })
  const gate = await start(EMPTY)
  await gate.register('good', good.url)
  await gate.register('oa', wrong.url, { provider_type: 'openai' })
  await gate.register('dead', 'http://127.0.0.1:9')
  await gate.register('cut', cut.url)
  const { status, json } = await gate.ask('GET', '/api/providers/health')
  expect([status, json]).toEqual([200, { good: true, oa: false, dead: false, cut: false }])
})

test('D18 a provider without the key it needs is not well', async () => {
  const gate = await start({
    files: {
      'sluice.toml':
        '[providers.oa]\ntype = "openai"\n[providers.x]\nbase_url = "http://127.0.0.1:9"\napi_key = "k"\n',
    },
  })
  expect(await health(gate)).toEqual({ x: false, oa: false })
})

test('P15 a route that does not take a method says which it takes, in the shape of management', async () => {
  const gate = await start(EMPTY)
  const { status, headers, json } = await gate.ask('GET', '/api/providers/acme/toggle')
  expect([status, headers.get('allow')]).toEqual([405, 'PUT'])
  expect(json).toMatchObject({ detail: expect.any(String), error: { type: 'method-not-allowed' } })
})
