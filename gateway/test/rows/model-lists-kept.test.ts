/** Rows B13, B15, G58: lists are kept, shared, shown when old, and not asked for where they are configured. */

import { expect, test, vi } from 'vitest'
import type { GatewayConfig } from '#config'
import { VirtualClock } from '../virtual-clock.ts'
import { idsIn, listing, QUIET } from './listing.ts'
import { jsonAnswer, type Row, rows, textAnswer } from './row.ts'

const open = rows()
const ids = ({ json }: Awaited<ReturnType<Row['ask']>>): unknown[] => idsIn(json)

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

test('B15 an error in a 200 is no list, and the list before it stays', async () => {
  const clock = new VirtualClock()
  let broken = true
  const oa = ({ path }: { readonly path: string }) => {
    if (!path.endsWith('/models')) return textAnswer()
    return jsonAnswer(broken ? { error: { message: 'Out of order.', type: 'odd' } } : { data: [{ id: 'm' }] })
  }
  const row = await open({ oa }, { clock, config: QUIET })
  const refused = await row.ask('/v1/models')
  expect([refused.status, refused.text]).toEqual([502, expect.stringContaining('Out of order.')])
  broken = false
  clock.advance(10_000)
  expect(ids(await row.ask('/v1/models'))).toEqual(['m'])
  broken = true
  clock.advance(5 * 60_000)
  const old = await row.ask('/v1/models')
  expect([ids(old), old.headers.get('x-sluice-stale')]).toEqual([['m'], expect.stringMatching(/^oa;age=/)])
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
