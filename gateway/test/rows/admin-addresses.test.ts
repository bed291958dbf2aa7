/** Which addresses providers may be given through the API, at once, after a restart, and whatever else is tried. */

import { describe, expect, test } from 'vitest'
import { isObject, type JsonObject } from '#core'
import { managed, type ManagedGateway } from '../managed.ts'

const { upstream, start } = managed()

const FILE = 'config/providers.json'
const LOOPBACK = 'http://127.0.0.1:9'
const EMPTY = { IMPLICIT_OLLAMA: 'false' }

const entry = (name: string, base_url: string, more: object = {}) => ({
  name,
  base_url,
  api_key: `key-of-${name}`,
  models: ['m'],
  ...more,
})
const file = (...providers: object[]) => JSON.stringify({ providers }, null, 2)
const stored = (gate: ManagedGateway): JsonObject => {
  const value: unknown = JSON.parse(gate.text(FILE))
  return isObject(value) ? value : {}
}

/** The addresses of clouds' credentials, however they are written. */
const METADATA = [
  'http://169.254.169.254/latest',
  'http://169.254.169.254./v1',
  'http://2852039166',
  'http://0xa9fea9fe',
  'http://0251.0376.0251.0376',
  'http://[::ffff:169.254.169.254]',
  'http://[::ffff:a9fe:a9fe]:80',
  'http://[fd00:ec2::254]',
  'http://100.100.100.200',
  'http://metadata.google.internal',
  'http://METADATA.google.internal.',
]
const PRIVATE = [
  'http://10.0.0.7',
  'https://192.168.1.1/v1',
  'http://172.16.0.1',
  'http://0.0.0.0:8080',
  'http://0',
  'http://[::]',
  'http://[fc00::1]',
  'http://[::ffff:10.0.0.1]',
]

describe('an address that no provider may have is a 400 with the field, and nothing changes', () => {
  test.each([...METADATA, ...PRIVATE])('%s', async (base_url) => {
    const gate = await start({ files: { [FILE]: file(entry('acme', LOOPBACK)) } })
    const before = gate.text(FILE)
    for (const [method, path, body] of [
      ['POST', '/api/providers/register', { provider_type: 'custom', name: 'x', base_url, api_key: 'k' }],
      [
        'POST',
        '/api/providers/register?persist=true',
        { provider_type: 'custom', name: 'x', base_url, api_key: 'k', default_model: 'm', enabled: false },
      ],
      ['PATCH', '/api/providers/acme', { base_url }],
      ['PATCH', '/api/providers/acme?persist=true', { base_url }],
      ['PUT', '/api/config/providers', { providers: [entry('acme', base_url)] }],
      ['PUT', '/api/config/providers', { providers: { acme: { base_url, api_key: 'k', models: ['m'] } } }],
    ] as const) {
      const { status, json } = await gate.ask(method, path, body)
      expect([method, path, status, json['detail']]).toEqual([
        method,
        path,
        400,
        expect.stringMatching(/base_url: ".*" is an address/),
      ])
    }
    expect(gate.text(FILE)).toBe(before)
    expect((await gate.ask('GET', '/api/config/diff')).json).toEqual({ in_sync: true, differences: [] })
  })

  test.each([
    ['out of a variable', { base_url: '${INSIDE}' }],
    ['with a variable in it', { base_url: 'http://${HOST_INSIDE}/v1' }],
    ['among the options', { base_url: undefined, settings: { 'base-url': 'http://10.0.0.7' } }],
    ['of Entra', { provider_type: 'azure', azure: { authority: 'https://10.0.0.7' } }],
    ['of an identity', { provider_type: 'azure', azure: { identity_endpoint: 'http://169.254.169.254/x' } }],
    [
      'of a service account',
      {
        provider_type: 'vertex',
        vertex: { credentials: JSON.stringify({ type: 'service_account', token_uri: 'http://10.0.0.7/t' }) },
      },
    ],
  ])('%s', async (_, more) => {
    const gate = await start({
      env: { ...EMPTY, INSIDE: 'http://10.0.0.7', HOST_INSIDE: '169.254.169.254' },
    })
    const body = { provider_type: 'custom', name: 'x', base_url: LOOPBACK, api_key: 'k', ...more }
    const { status, json } = await gate.ask('POST', '/api/providers/register', body)
    expect([status, json['detail']]).toEqual([400, expect.stringContaining('is an address')])
  })

  test('UPSTREAM_ALLOW lets private networks through, and never the addresses of credentials', async () => {
    const named = await start({ env: { ...EMPTY, UPSTREAM_ALLOW: '10.0.0.0/8' } })
    expect((await named.register('a', 'http://10.0.0.7')).status).toBe(200)
    expect((await named.register('b', 'http://192.168.1.1')).status).toBe(400)
    const all = await start({ env: { ...EMPTY, UPSTREAM_ALLOW: '*' } })
    for (const url of PRIVATE.slice(0, 4)) expect((await all.register('a', url)).status).toBe(200)
    for (const url of METADATA) expect((await all.register('b', url)).status).toBe(400)
  })
})

/** An address in a private network behind which the simulator is all the same. */
const inside = (url: string) => url.replace('127.0.0.1', '0.0.0.0')

describe('what was told through the API stays under guard', () => {
  test('after it was kept and the gateway started anew, with a name that has moved since', async () => {
    const acme = await upstream()
    const allowing = await start({ env: { ...EMPTY, UPSTREAM_ALLOW: '*' } })
    await allowing.register('acme', inside(acme.url), { default_model: 'm' })
    await allowing.ask('PATCH', '/api/providers/acme?persist=true', { priority: 2 })
    const text = allowing.text(FILE)
    expect((await allowing.ask('POST', '/api/config/reload')).status).toBe(200)
    expect((await allowing.chat('acme:m')).status).toBe(200)
    const calls = acme.calls().length
    const strict = await start({ env: EMPTY, files: { [FILE]: text } })
    const { status, text: told } = await strict.chat('acme:m')
    expect([status, told]).toEqual([502, expect.stringContaining('UPSTREAM_ALLOW')])
    expect(acme.calls()).toHaveLength(calls)
    // The same address by hand is the owner's own affair.
    const byHand = await start({ env: EMPTY, files: { [FILE]: file(entry('acme', inside(acme.url))) } })
    expect((await byHand.chat('acme:m')).status).toBe(200)
    await byHand.ask('PATCH', '/api/providers/acme', { priority: 2 })
    expect((await byHand.chat('acme:m')).status).toBe(200)
  })

  test('in a file that was handed in: new and moved entries, not those that stay', async () => {
    const gate = await start({
      files: { [FILE]: file(entry('stays', 'http://10.0.0.7'), entry('moves', LOOPBACK)) },
    })
    const body = {
      providers: [
        entry('stays', 'http://10.0.0.7', { priority: 4 }),
        entry('Moves', `${LOOPBACK}/v2`),
        entry('new', LOOPBACK),
      ],
    }
    expect((await gate.ask('PUT', '/api/config/providers', body)).status).toBe(200)
    expect(stored(gate)['providers']).toEqual([
      body.providers[0],
      { ...body.providers[1], guarded: true },
      { ...body.providers[2], guarded: true },
    ])
    // And the mark stays when somebody leaves it out.
    expect((await gate.ask('PUT', '/api/config/providers', body)).status).toBe(200)
    expect(stored(gate)).toMatchObject({
      providers: [{ name: 'stays' }, { guarded: true }, { name: 'new', guarded: true }],
    })
  })

  test.each<[string, string, string, object]>([
    ['a change', 'PATCH', '/api/providers/acme', { guarded: false }],
    ['a null', 'PATCH', '/api/providers/acme', { guarded: null }],
    ['a text', 'PATCH', '/api/providers/acme', { guarded: 'no' }],
    ['an option', 'PATCH', '/api/providers/acme', { settings: { guarded: false } }],
    [
      'a registration',
      'POST',
      '/api/providers/register',
      { provider_type: 'custom', name: 'acme', api_key: 'k', base_url: LOOPBACK, guarded: false },
    ],
    ['a file', 'PUT', '/api/config/providers', { providers: [entry('acme', LOOPBACK, { guarded: false })] }],
  ])('and %s does not lift it', async (_, method, path, body) => {
    const gate = await start({ files: { [FILE]: file(entry('acme', LOOPBACK, { guarded: true })) } })
    const { status, json } = await gate.ask(method, path, body)
    expect([status, json['detail']]).toEqual([400, expect.stringContaining('is not taken away')])
  })
})

describe('what hands alone change in the file', () => {
  const STORED = {
    providers: [entry('acme', LOOPBACK)],
    server: { upstream_allow: ['10.1.0.0/16'] },
    traces: { size: 5 },
  }

  test.each([
    ['the fence', { server: { upstream_allow: ['*'] } }],
    ['the fence, taken away', { server: {} }],
    ['the fence in another spelling', { server: { 'upstream-allow': ['*'] } }],
    ['modules', { plugins: { modules: ['./evil.mjs'] } }],
    ['a module among middlewares', { middleware: [{ module: './evil.mjs' }] }],
    ['a file that is written', { traces: { size: 5, file: 'out.jsonl' } }],
    ['a folder that is written', { cache_dir: '/tmp' }],
    ['a file that is read', { routing_rules: '/etc/passwd' }],
  ])('%s is a 400', async (_, more) => {
    const gate = await start({ files: { [FILE]: JSON.stringify(STORED) } })
    const { status, json } = await gate.ask('PUT', '/api/config/providers', { ...STORED, ...more })
    expect([status, json['detail']]).toEqual([400, expect.stringContaining('is not changed through')])
    expect(gate.text(FILE)).toBe(JSON.stringify(STORED))
  })

  test('what stays as it is does not matter', async () => {
    const gate = await start({ files: { [FILE]: JSON.stringify(STORED) } })
    const { json } = await gate.ask('GET', '/api/config/providers')
    expect((await gate.ask('PUT', '/api/config/providers', { ...json, traces: { size: 9 } })).status).toBe(
      200,
    )
    expect(stored(gate)).toEqual({ ...STORED, traces: { size: 9 } })
  })
})
