/** What is passed on keeps to the same limits, circuit and names as what is understood. */

import { describe, expect, test } from 'vitest'
import type { ScriptedAnswer } from '#simulator'
import { BREAKER } from '../house.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { eventually } from './client-dialects.ts'
import { jsonAnswer, type Row, rows, type RowWish, textAnswer } from './row.ts'

const open = rows()
const OK = jsonAnswer({ ok: true })

const moderate = (row: Row, model = 'm') => row.post('/v1/moderations', { model, input: 'x' })
const asked = (row: Row) => row.everything('oa').filter(({ method }) => method === 'POST')

test('a provider with one place gets one call at a time, and each gives its place back', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const row = await open(
    {
      oa: async ({ method }, n) => {
        if (method === 'POST' && n === 0) await held
        return OK
      },
    },
    { config: { probeMs: 0 }, providers: { oa: { limits: { concurrency: 1 } } } },
  )
  const both = [moderate(row), moderate(row)]
  await eventually(() => asked(row).length === 1, 'the first is there')
  const health = await row.ask('/health/detailed')
  expect(health.text).toContain('"queue')
  expect(asked(row)).toHaveLength(1)
  release()
  expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200])
  expect((await moderate(row)).status).toBe(200)
})

test('failures open the circuit, and an open one lets nothing through', async () => {
  const row = await open(
    { oa: { kind: 'status', status: 500 } },
    { config: { probeMs: 0, breaker: { ...BREAKER, failures: 2 } } },
  )
  await moderate(row)
  await moderate(row)
  const { status, json } = await moderate(row)
  expect([status, json]).toEqual([503, expect.objectContaining({ error: expect.anything() })])
  expect(json).toMatchObject({ error: { code: 'circuit_open' } })
  expect(asked(row)).toHaveLength(2)
})

test('H65 a model is passed on under its provider’s name for it', async () => {
  const row = await open({ oa: OK }, { providers: { oa: { modelMap: { a: 'b' } } } })
  await moderate(row, 'a')
  await moderate(row, 'oa:a')
  await moderate(row, 'c')
  expect(asked(row).map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
    { model: 'b' },
    { model: 'b' },
    { model: 'c' },
  ])
})

test('a quota that is used up lets nothing out, least of all without a key', async () => {
  const keyQuota = { requests: 1, periodMs: 60_000 }
  const row = await open({ oa: OK }, { config: { probeMs: 0 }, providers: { oa: { keyQuota } } })
  await moderate(row)
  const { status, json } = await moderate(row)
  expect([status, json]).toMatchObject([429, { error: { code: 'insufficient_quota' } }])
  expect(asked(row).map(({ headers }) => headers['authorization'])).toEqual(['Bearer test-key'])
})

const KEYS = ['first-key-1', 'second-key-2']
const keysOf = (row: Row) =>
  asked(row).map(({ headers }) => headers['authorization']?.slice('Bearer '.length))
const refusal = (status: number, headers = {}): ScriptedAnswer => ({ kind: 'status', status, headers })

/** No rate is learned from refusals, so that nobody waits in a line. */
const CALM = {
  concurrency: 0,
  adaptive: false,
  queue: { size: 1000, timeoutMs: 300_000, prioritization: true, ageingMs: 30_000 },
}

describe('what is passed on and refused rests whom a chat would rest', () => {
  async function stage(refused: ScriptedAnswer, wish: RowWish = {}) {
    const clock = new VirtualClock()
    const here = { refuses: true }
    const row = await open(
      {
        oa: ({ headers, path }) => {
          if (here.refuses && headers['authorization'] === `Bearer ${KEYS[0]}`) return refused
          return path.endsWith('/completions') ? textAnswer() : OK
        },
        an: textAnswer(),
      },
      { ...wish, clock, config: { probeMs: 0, limits: CALM, ...wish.config } },
    )
    return { row, clock, here }
  }
  const twoKeys = { providers: { oa: { apiKeys: KEYS } } }
  const oneKey = { providers: { oa: { apiKeys: KEYS.slice(0, 1) } } }

  test('the key, for as long as it was told, and the others take its turns', async () => {
    const { row, clock, here } = await stage(refusal(429, { 'retry-after': '30' }), twoKeys)
    const first = await moderate(row)
    expect([first.status, first.headers.get('retry-after'), first.headers.get('x-attempts')]).toEqual([
      429,
      '30',
      '1',
    ])
    here.refuses = false
    clock.advance(29_999)
    for (let i = 0; i < 3; i++) expect((await moderate(row)).status).toBe(200)
    expect(keysOf(row)).toEqual([KEYS[0], KEYS[1], KEYS[1], KEYS[1]])
    clock.advance(1)
    await moderate(row)
    await moderate(row)
    expect(new Set(keysOf(row).slice(4))).toEqual(new Set(KEYS))
  })

  test('the same key for a chat, and one that is no good for a minute, then tried once', async () => {
    const { row, clock, here } = await stage(refusal(401), twoKeys)
    expect((await moderate(row)).status).toBe(401)
    const chat = () =>
      row.post('/v1/chat/completions', { model: 'oa:m', messages: [{ role: 'user', content: 'Hi' }] })
    for (let i = 0; i < 2; i++) expect((await chat()).headers.get('x-attempts')).toBe('1')
    expect(keysOf(row)).toEqual([KEYS[0], KEYS[1], KEYS[1]])
    here.refuses = false
    clock.advance(60_000)
    for (let i = 0; i < 4; i++) expect((await moderate(row)).status).toBe(200)
    expect(
      keysOf(row)
        .slice(3)
        .filter((key) => key === KEYS[0]),
    ).toHaveLength(2)
  })

  test('the target, once it has no other key, and the statistics count the limit', async () => {
    const targets = ['oa:m', 'an:m']
    const config = { models: { both: { targets, strategy: 'priority' as const } } }
    const { row, clock } = await stage(refusal(429, { 'retry-after': '30' }), { ...oneKey, config })
    const chat = async () => {
      const ask = { model: 'both', messages: [{ role: 'user', content: 'Hi' }] }
      return (await row.post('/v1/chat/completions', ask)).headers
    }
    await moderate(row)
    const { json } = await row.ask('/api/providers/oa/stats')
    expect(json['rate_limit_hits']).toBe(1)
    const meanwhile = await chat()
    expect([meanwhile.get('x-provider'), meanwhile.get('x-attempts')]).toEqual(['an', '1'])
    clock.advance(30_000)
    expect((await chat()).get('x-attempts')).toBe('2')
  })

  test('who alone can take it is asked all the same', async () => {
    const { row, here } = await stage(refusal(429, { 'retry-after': '30' }), oneKey)
    expect((await moderate(row)).status).toBe(429)
    expect((await moderate(row)).status).toBe(429)
    here.refuses = false
    expect((await moderate(row)).status).toBe(200)
  })

  test("tokens of what is passed on are tokens of the key's quota", async () => {
    const used = jsonAnswer({ data: [], usage: { input_tokens: 30, output_tokens: 70, total_tokens: 100 } })
    const keyQuota = { tokens: 100, periodMs: 60_000 }
    const row = await open(
      { oa: used },
      { config: { probeMs: 0 }, providers: { oa: { apiKeys: KEYS, keyQuota } } },
    )
    const draw = () => row.post('/v1/images/generations', { model: 'm', prompt: 'x' })
    for (const status of [200, 200, 429]) expect((await draw()).status).toBe(status)
    expect(keysOf(row)).toEqual(KEYS)
  })
})
