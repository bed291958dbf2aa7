/** Rows D34, D35, Q07, G50: what a reload must not lose, and files as editors and clusters really write them. */

import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { objectOf } from '#core'
import { managed, type ManagedGateway } from '../managed.ts'
import { textAnswer } from './row.ts'

const { upstream, start } = managed()

const FILE = 'config/providers.json'
const DEAD = 'http://127.0.0.1:9'

const file = (...providers: object[]) => JSON.stringify({ providers })
const entry = (name: string, base_url: string, more: object = {}) => ({
  name,
  api_key: `key-of-${name}`,
  base_url,
  models: ['m'],
  ...more,
})
const names = async (gate: ManagedGateway) =>
  Object.keys(objectOf((await gate.ask('GET', '/api/providers')).json['providers']) ?? {})

const RELOADS = [
  ['an order', async (gate: ManagedGateway) => void (await gate.ask('POST', '/api/config/reload'))],
  ['a signal', (gate: ManagedGateway) => gate.gateway.reload('SIGHUP')],
] as const

test.each(RELOADS)(
  'D34 Q07 what was learnt of providers that stay as they are outlives %s',
  async (_, reload) => {
    const ill = await upstream({ kind: 'status', status: 500 })
    const keyed = await upstream(({ headers }) =>
      headers['authorization'] === 'Bearer first-key'
        ? { kind: 'status', status: 429, headers: { 'retry-after': '600' } }
        : { kind: 'answer', text: 'Hi.' },
    )
    const moved = await upstream({ kind: 'status', status: 500 })
    const all = (url: string, ...more: object[]) =>
      file(
        entry('ill', ill.url),
        entry('keyed', keyed.url, { api_key: ['first-key', 'second-key'] }),
        entry('moved', url),
        ...more,
      )
    const gate = await start({
      env: { MAX_RETRIES: '0', CIRCUIT_BREAKER_FAILURE_THRESHOLD: '2' },
      files: { [FILE]: all(moved.url) },
    })
    for (let i = 0; i < 2; i++) for (const name of ['ill', 'moved']) await gate.chat(`${name}:m`)
    for (let i = 0; i < 3; i++) expect((await gate.chat('keyed:m')).status).toBe(200)
    const state = async (name: string) => (await gate.ask('GET', `/health/providers/${name}`)).json['status']
    const stats = async (name: string) => (await gate.ask('GET', `/api/providers/${name}/stats`)).json
    expect([await state('ill'), await state('moved')]).toEqual(['circuit_open', 'circuit_open'])
    const before = [await stats('ill'), await stats('keyed')]
    const refusals = () =>
      keyed.calls().filter((one) => one.headers['authorization'] === 'Bearer first-key').length
    expect(refusals()).toBe(1)

    gate.write(FILE, all((await upstream()).url, entry('new', DEAD)))
    await reload(gate)
    expect(await names(gate)).toEqual(['ill', 'keyed', 'moved', 'new'])
    expect([await state('ill'), await state('moved')]).toEqual(['circuit_open', 'healthy'])
    expect([await stats('ill'), await stats('keyed')]).toEqual(before)
    for (let i = 0; i < 3; i++) expect((await gate.chat('keyed:m')).status).toBe(200)
    expect(refusals()).toBe(1)
    expect((await gate.chat('moved:m')).status).toBe(200)
  },
)

test('D34 a mounted folder whose link is turned is taken over', async () => {
  const [old, young] = [await upstream(textAnswer('old')), await upstream(textAnswer('young'))]
  let mount = ''
  const version = (name: string, text: string): void => {
    mkdirSync(`${mount}/..${name}`)
    writeFileSync(`${mount}/..${name}/providers.json`, text)
    symlinkSync(`..${name}`, `${mount}/..tmp`)
    renameSync(`${mount}/..tmp`, `${mount}/..data`)
  }
  const gate = await start({
    env: { RELOAD: 'true' },
    prepare: (folder) => {
      mount = `${folder}/config`
      mkdirSync(mount)
      version('1', file(entry('acme', old.url)))
      symlinkSync('..data/providers.json', `${mount}/providers.json`)
    },
  })
  expect((await gate.chat('acme:m')).text).toContain('old')
  version('2', file(entry('acme', young.url)))
  rmSync(`${mount}/..1`, { recursive: true })
  await expect.poll(async () => (await gate.chat('acme:m')).text, { timeout: 5000 }).toContain('young')
  version('3', '{')
  await expect
    .poll(() => gate.text('log'), { timeout: 5000 })
    .toMatch(/"outcome":"refused".*providers\.json:1/)
  expect((await gate.chat('acme:m')).text).toContain('young')
})

test('D35 a file that is gone for a while changes nothing until it is back', async () => {
  const acme = await upstream()
  const gate = await start({ env: { RELOAD: 'true' }, files: { [FILE]: file(entry('acme', acme.url)) } })
  renameSync(gate.path(FILE), gate.path('config/mine~'))
  await expect.poll(() => gate.text('log'), { timeout: 5000 }).toMatch(/providers\.json"\],"msg":"gone/)
  expect(await names(gate)).toEqual(['acme'])
  expect((await gate.chat('acme:m')).status).toBe(200)
  gate.write(FILE, file(entry('acme', acme.url), entry('more', DEAD)))
  await expect.poll(() => names(gate), { timeout: 5000 }).toEqual(['acme', 'more'])
  // Whoever means it says so.
  rmSync(gate.path(FILE))
  expect((await gate.ask('POST', '/api/config/reload')).status).toBe(200)
  expect(await names(gate)).toEqual(['demo'])
})

test('D35 many broken files after one another, each told with its place, and a good one at last', async () => {
  const acme = await upstream()
  const gate = await start({ files: { [FILE]: file(entry('acme', acme.url)) } })
  const broken: [string, RegExp][] = [
    ['', /providers\.json:1/],
    ['[', /providers\.json:1/],
    ['{"providers": [\n{"name": "acme"},,]}', /providers\.json:2/],
    ['{"providers": [\n{"name": "acme"}\n', /providers\.json:3/],
    ['{"providers": [\n\n{"name": "acme", "timeouts": 5}]}', /providers\.json:3/],
    ['{"providers": [{"name": "acme"},\n{"name": "ACME"}]}', /providers\.json:2.*twice/],
    ['{"providers": "acme"}', /providers\.json:1/],
    ['\u0000\u0001', /providers\.json:1/],
  ]
  for (const [text, reason] of broken) {
    gate.write(FILE, text)
    const { status, json } = await gate.ask('POST', '/api/config/reload')
    expect([text, status, json['detail']]).toEqual([text, 400, expect.stringMatching(reason)])
    expect((await gate.ask('GET', '/api/config/diff')).status).toBe(400)
    expect((await gate.chat('acme:m')).status).toBe(200)
  }
  gate.write(FILE, file(entry('acme', acme.url, { priority: 8 })))
  expect((await gate.ask('POST', '/api/config/reload')).status).toBe(200)
  expect((await gate.ask('GET', '/api/providers')).json).toMatchObject({
    providers: { acme: { priority: 8 } },
  })
})
