/** Rows B13–B15, G58: lists are kept, shared, shown when old, and not asked for where they are configured. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import type { GatewayConfig } from '#config'
import type { Clock } from '#core'
import { houses } from '../house.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { jsonAnswer, type Row, rows, type Scripts, textAnswer } from './row.ts'

const open = rows()
const house = houses()
const folders: string[] = []
let opened = 0
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true })
})

/** Lists `first`, then `second`, …; the last for ever. `down`: refuses while it is true. */
function listing(...names: string[]) {
  const upstream = { down: false, asked: 0 }
  const scripts: Scripts = {
    oa: ({ path }) => {
      if (!path.endsWith('/models')) return textAnswer()
      upstream.asked++
      if (upstream.down) return { kind: 'status', status: 503 }
      return jsonAnswer({ data: [{ id: names[Math.min(upstream.asked, names.length) - 1] }] })
    },
  }
  return { scripts, upstream }
}

/** Probes ask for the list too, and are no part of this. */
const QUIET = { probeMs: 0 }

const ids = ({ json }: Awaited<ReturnType<Row['ask']>>): unknown[] => idsIn(json)

function idsIn(json: unknown): unknown[] {
  const list: unknown = Object(json).data
  return Array.isArray(list) ? list.map((model) => Object(model).id) : []
}

test('B13 two calls are one at the provider; refresh=true is another; after its time another', async () => {
  const clock = new VirtualClock()
  const { scripts, upstream } = listing('first', 'second', 'third')
  const row = await open(scripts, { clock, config: QUIET })
  expect(ids(await row.ask('/v1/models'))).toEqual(['first'])
  expect(ids(await row.ask('/v1/models'))).toEqual(['first'])
  // Every other list is the same list.
  expect((await row.ask('/api/tags')).json['models']).toMatchObject([{ name: 'first' }])
  expect((await row.ask('/v1beta/models')).json['models']).toMatchObject([{ name: 'models/first' }])
  expect(upstream.asked).toBe(1)
  expect(ids(await row.ask('/v1/models?refresh=true'))).toEqual(['second'])
  expect(upstream.asked).toBe(2)
  clock.advance(5 * 60_000 - 1)
  expect(ids(await row.ask('/v1/models'))).toEqual(['second'])
  clock.advance(1)
  expect(ids(await row.ask('/v1/models'))).toEqual(['third'])
  expect(upstream.asked).toBe(3)
})

test('B13 the configured time holds', async () => {
  const clock = new VirtualClock()
  const { scripts, upstream } = listing('first', 'second')
  const row = await open(scripts, {
    clock,
    config: { ...QUIET, modelCache: { enabled: true, ttlMs: 3_600_000 } },
  })
  await row.ask('/v1/models')
  clock.advance(3_599_999)
  expect(ids(await row.ask('/v1/models'))).toEqual(['first'])
  clock.advance(1)
  expect(ids(await row.ask('/v1/models'))).toEqual(['second'])
  expect(upstream.asked).toBe(2)
})

test('B13 while the provider is down its last list is shown, marked, and it is not asked by everybody', async () => {
  const clock = new VirtualClock()
  const { scripts, upstream } = listing('first')
  const row = await open(scripts, { clock, config: QUIET })
  const fresh = await row.ask('/v1/models')
  expect(fresh.headers.get('x-sluice-stale')).toBeNull()
  upstream.down = true
  clock.advance(360_000)
  const stale = await row.ask('/v1/models')
  expect(stale.status).toBe(200)
  expect(ids(stale)).toEqual(['first'])
  expect(stale.headers.get('x-sluice-stale')).toBe('oa;age=360')
  expect((await row.ask('/api/providers/oa/models')).json).toMatchObject({ models: ['first'], stale: true })
  expect((await row.ask('/api/tags')).headers.get('x-sluice-stale')).toBe('oa;age=360')
  expect(upstream.asked).toBe(2)
  clock.advance(10_000)
  await row.ask('/v1/models')
  expect(upstream.asked).toBe(3)
  upstream.down = false
  clock.advance(10_000)
  expect((await row.ask('/v1/models')).headers.get('x-sluice-stale')).toBeNull()
})

/** Two providers, one of which lists nothing until it is let. */
async function slowOne(config: Partial<GatewayConfig> = {}) {
  const clock = new VirtualClock()
  const held = Promise.withResolvers<void>()
  const upstream = { asked: 0, refuses: false }
  const row = await open(
    {
      oa: ({ path }) => (path.endsWith('/models') ? jsonAnswer({ data: [{ id: 'quick' }] }) : textAnswer()),
      an: async ({ path }) => {
        if (!path.includes('/models')) return textAnswer()
        upstream.asked++
        if (upstream.refuses) return { kind: 'status', status: 503 }
        await held.promise
        return jsonAnswer({ data: [{ id: 'slow', type: 'model' }] })
      },
    },
    { clock, config: { ...QUIET, ...config } },
  )
  return { row, clock, upstream, release: () => held.resolve() }
}

const LISTS = ['/v1/models', '/api/tags', '/v1beta/models', '/api/providers/models']

test.each(LISTS)(
  'B15 %s waits a second and a half for one that was never listed, and not again',
  async (path) => {
    const { row, clock, upstream, release } = await slowOne()
    const first = row.ask(path)
    await vi.waitFor(() => expect(upstream.asked).toBe(1))
    clock.advance(1500)
    const shown = await first
    expect([shown.status, shown.text.includes('quick'), shown.text.includes('slow')]).toEqual([
      200,
      true,
      false,
    ])
    // Time stands still: nobody waits now.
    const second = await row.ask(path)
    expect([second.text.includes('quick'), second.text.includes('slow')]).toEqual([true, false])
    expect(upstream.asked).toBe(1)
    release()
    await vi.waitFor(async () => expect((await row.ask(path)).text).toContain('slow'))
    expect(upstream.asked).toBe(1)
  },
)

test('B15 who is not in a list is named in its head', async () => {
  const { row, clock, upstream, release } = await slowOne()
  const first = row.ask('/v1/models')
  await vi.waitFor(() => expect(upstream.asked).toBe(1))
  clock.advance(1500)
  expect((await first).headers.get('x-sluice-missing')).toBe('an')
  expect((await row.ask('/api/tags')).headers.get('x-sluice-missing')).toBe('an')
  release()
  await vi.waitFor(async () => expect(ids(await row.ask('/v1/models'))).toEqual(['quick', 'an:slow']))
  expect((await row.ask('/v1/models')).headers.get('x-sluice-missing')).toBeNull()
})

test('B15 one that has failed is asked again in the background, ten seconds later at the earliest', async () => {
  const { row, clock, upstream, release } = await slowOne()
  upstream.refuses = true
  expect((await row.ask('/v1/models')).headers.get('x-sluice-missing')).toBe('an')
  upstream.refuses = false
  clock.advance(9999)
  expect(ids(await row.ask('/v1/models'))).toEqual(['quick'])
  expect(upstream.asked).toBe(1)
  clock.advance(1)
  // It is asked now, and nobody waits for it.
  expect(ids(await row.ask('/v1/models'))).toEqual(['quick'])
  await vi.waitFor(() => expect(upstream.asked).toBe(2))
  expect(ids(await row.ask('/v1/models'))).toEqual(['quick'])
  release()
  await vi.waitFor(async () => expect(ids(await row.ask('/v1/models'))).toEqual(['quick', 'an:slow']))
  expect(upstream.asked).toBe(2)
})

test('B15 the configured wait holds, and one list alone is waited for as before', async () => {
  const { row, clock, upstream, release } = await slowOne({ modelCache: { enabled: true, waitMs: 200 } })
  const first = row.ask('/v1/models')
  await vi.waitFor(() => expect(upstream.asked).toBe(1))
  clock.advance(200)
  expect(ids(await first)).toEqual(['quick'])
  const alone = row.ask('/v1/models?provider=an')
  await vi.waitFor(() => expect(clock.waits).toContain(2500))
  release()
  expect(ids(await alone)).toEqual(['slow'])
})

test('B15 refresh=true waits for one that has failed, and no longer than any list', async () => {
  const { row, clock, upstream, release } = await slowOne()
  upstream.refuses = true
  await row.ask('/v1/models')
  upstream.refuses = false
  const asked = row.ask('/v1/models?refresh=true')
  await vi.waitFor(() => expect(upstream.asked).toBe(2))
  clock.advance(1500)
  expect((await asked).headers.get('x-sluice-missing')).toBe('an')
  release()
})

test('B13 callers who ask at the same time share one call', async () => {
  const held = Promise.withResolvers<void>()
  let asked = 0
  const row = await open(
    {
      oa: async ({ path }) => {
        if (!path.endsWith('/models')) return textAnswer()
        asked++
        await held.promise
        return jsonAnswer({ data: [{ id: 'only' }] })
      },
    },
    { config: QUIET },
  )
  const callers = Promise.all([1, 2, 3, 4].map(() => row.ask('/v1/models?refresh=true')))
  await vi.waitFor(() => expect(asked).toBe(1))
  held.resolve()
  for (const reply of await callers) expect(ids(reply)).toEqual(['only'])
  expect(asked).toBe(1)
})

test("B13 callers with keys of their own never see one another's list", async () => {
  const row = await open(
    {
      oa: ({ path, headers }) =>
        path.endsWith('/models')
          ? jsonAnswer({ data: [{ id: `for-${headers['authorization']}` }] })
          : textAnswer(),
    },
    { config: QUIET, providers: { oa: { passthrough: true, apiKeys: [] } } },
  )
  const as = (key: string) => row.ask('/v1/models', { headers: { authorization: `Bearer ${key}` } })
  expect(ids(await as('key-one'))).toEqual(['for-Bearer key-one'])
  expect(ids(await as('key-two'))).toEqual(['for-Bearer key-two'])
  expect(ids(await as('key-one'))).toEqual(['for-Bearer key-one'])
})

/** Gateways one after the other before one provider. */
async function restarts(config: Partial<GatewayConfig>, clock?: Clock) {
  const { scripts, upstream } = listing('first', 'second')
  const baseUrl = (await house.simulator()).script(`kept-${++opened}`, scripts.oa ?? [])
  return {
    upstream,
    start: async () => {
      const gateway = await house.open({
        config: { ...QUIET, ...config },
        providers: [{ name: 'oa', type: 'openai', baseUrl }],
        ...(clock === undefined ? {} : { clock }),
      })
      return {
        close: () => gateway.close(),
        list: async () => {
          const response = await fetch(`${gateway.url}/v1/models`)
          return {
            status: response.status,
            stale: response.headers.get('x-sluice-stale'),
            ids: idsIn(await response.json()),
          }
        },
      }
    },
  }
}

test('B14 after a restart a list on disk is shown without a call, until its day is over', async () => {
  const dir = folder()
  const clock = new VirtualClock()
  const { upstream, start } = await restarts({ modelCache: { enabled: true, dir } }, clock)
  const first = await start()
  await first.list()
  await vi.waitFor(() => expect(read(dir)).toContain('first'))
  await first.close()

  const again = await start()
  expect(await again.list()).toEqual({ status: 200, stale: null, ids: ['first'] })
  expect(upstream.asked).toBe(1)
  await again.close()

  clock.advance(24 * 3_600_000)
  const later = await start()
  expect((await later.list()).ids).toEqual(['second'])
  expect(upstream.asked).toBe(2)
  await vi.waitFor(() => expect(read(dir)).toContain('second'))
  await later.close()

  // What is there is still shown while the provider is down.
  upstream.down = true
  clock.advance(25 * 3_600_000)
  const down = await start()
  expect(await down.list()).toEqual({ status: 200, stale: `oa;age=${25 * 3600}`, ids: ['second'] })
})

test('B14 the configured time holds on disk', async () => {
  const dir = folder()
  const clock = new VirtualClock()
  const { upstream, start } = await restarts({ modelCache: { enabled: true, ttlMs: 3_600_000, dir } }, clock)
  const first = await start()
  await first.list()
  await vi.waitFor(() => expect(read(dir)).toContain('first'))
  await first.close()
  clock.advance(3_600_000)
  expect((await (await start()).list()).ids).toEqual(['second'])
  expect(upstream.asked).toBe(2)
})

test('B14 switched off, every list is a call, and nothing is written', async () => {
  const dir = folder()
  const { upstream, start } = await restarts({ modelCache: { enabled: false, dir } })
  const { list } = await start()
  expect((await list()).ids).toEqual(['first'])
  expect((await list()).ids).toEqual(['second'])
  expect(upstream.asked).toBe(2)
  upstream.down = true
  expect((await list()).status).toBe(503)
  expect(readdirSync(dir)).toEqual([])
})

test("B14 the file holds no key, is its owner's alone, and a spoilt one is as none", async () => {
  const dir = folder()
  const { upstream, start } = await restarts({ modelCache: { enabled: true, dir } })
  const first = await start()
  await first.list()
  await vi.waitFor(() => expect(read(dir)).toContain('first'))
  const path = join(dir, readdirSync(dir)[0] ?? '')
  expect(readFileSync(path, 'utf8')).not.toContain('test-key')
  expect(statSync(path).mode & 0o077).toBe(0)
  await first.close()
  writeFileSync(path, '{"at": 1, "text"')
  expect((await (await start()).list()).ids).toEqual(['second'])
  expect(upstream.asked).toBe(2)
})

test('B15 a provider that hangs is a 504, one that refuses the connection a 502', async () => {
  const clock = new VirtualClock()
  const row = await open({ oa: { kind: 'silence' } }, { clock, config: QUIET })
  const hanging = row.ask('/v1/models')
  await vi.waitFor(() => expect(row.everything('oa')).toHaveLength(1))
  clock.advance(2500)
  expect((await hanging).status).toBe(504)

  const refused = await open(
    { oa: [textAnswer()] },
    { config: QUIET, providers: { oa: { baseUrl: 'http://127.0.0.1:9/v1' } } },
  )
  for (const path of ['/v1/models', '/v1/models?provider=oa', '/v1/models?format=raw']) {
    const { status, json } = await refused.ask(path)
    expect([path, status]).toEqual([path, 502])
    expect(json).toMatchObject({ error: { message: expect.any(String), type: expect.any(String) } })
  }
})

test('B15 one provider that fails leaves the lists of the others', async () => {
  const row = await open(
    {
      oa: { kind: 'status', status: 500 },
      an: ({ path }) =>
        path.includes('/models') ? jsonAnswer({ data: [{ id: 'claude-haiku-4-5' }] }) : textAnswer(),
    },
    { config: QUIET },
  )
  const reply = await row.ask('/v1/models')
  expect(reply.status).toBe(200)
  expect(ids(reply)).toEqual(['an:claude-haiku-4-5'])
  expect((await row.ask('/v1/models?provider=oa')).status).toBe(502)
})

test('G58 a configured list is shown everywhere without a call', async () => {
  const row = await open(
    { oa: [textAnswer()] },
    { config: QUIET, providers: { oa: { modelList: ['gpt-4o', 'house-model'] } } },
  )
  expect(ids(await row.ask('/v1/models?refresh=true'))).toEqual(['gpt-4o', 'house-model'])
  expect(ids(await row.ask('/v1/models?provider=oa'))).toEqual(['gpt-4o', 'house-model'])
  expect((await row.ask('/api/tags')).json['models']).toMatchObject([
    { name: 'gpt-4o' },
    { name: 'house-model' },
  ])
  expect((await row.ask('/api/providers/oa/models')).json).toMatchObject({
    provider: 'oa',
    models: ['gpt-4o', 'house-model'],
    source: 'configured',
  })
  expect(row.everything('oa')).toEqual([])
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-lists-'))
  folders.push(path)
  return path
}

function read(dir: string): string {
  return readdirSync(dir)
    .map((name) => readFileSync(join(dir, name), 'utf8'))
    .join('')
}
