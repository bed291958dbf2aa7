/** Rows D28–D30, N01–N03, N15, N16: what is counted of providers, models, keys and clients, and what is said of it. */

import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type JsonObject, objectOf } from '#core'
import type { ScriptedAnswer } from '#simulator'
import { houseConfig, houses, NO_BREAKER } from '../house.ts'
import { BROKEN, HI, OK, PATH, stages } from './patient.ts'
import { DEAD, probedStages } from './probed.ts'
import { type Row, rows, type RowWish, type Scripts } from './row.ts'

const open = rows()
const { stage, opened } = stages()
const probed = probedStages()
const house = houses()

const ask = (row: Row, model = 'm', headers?: Record<string, string>) =>
  row.post(PATH, { model, messages: HI }, headers)
const statsOf = async (row: Row, name = 'oa') => (await row.ask(`/api/providers/${name}/stats`)).json
const calm = (scripts: Scripts, wish: RowWish = {}) =>
  open(scripts, { ...wish, config: { breaker: NO_BREAKER, ...wish.config } })
const at = (json: JsonObject, ...path: string[]): JsonObject =>
  path.reduce((place, name) => objectOf(place[name]) ?? {}, json)

const USED = { inputTokens: 1000, outputTokens: 200, cacheReadTokens: 400, reasoningTokens: 50 }
const used: ScriptedAnswer = { kind: 'answer', text: 'Hello.', usage: USED }

describe('N01', () => {
  test('N01 eight answers and two failures, with the times of the answers', async () => {
    const { row, clock, oa } = await stage({ enabled: false })
    const delays = [100, 200, 300, 400, 500, 600, 700, 800]
    for (const ms of delays) {
      oa.answer = () => {
        clock.advance(ms)
        return OK
      }
      await ask(row)
    }
    oa.answer = () => {
      clock.advance(9999)
      return BROKEN
    }
    await ask(row)
    await ask(row)
    const stats = await statsOf(row)
    const times = { count: 8, min_ms: 100, max_ms: 800, avg_ms: 450, p50_ms: 400, p95_ms: 800, p99_ms: 800 }
    expect(stats).toMatchObject({
      request_count: 10,
      success_count: 8,
      error_count: 2,
      success_rate: 0.8,
      error_rate: 0.2,
      errors: { 'provider-error': 2 },
      response_time: times,
      first_content_time: times,
      last_used: clock.wall() / 1000,
    })
  })

  test('N01 a stream has its first content before its end', async () => {
    const { row, clock, oa } = await stage({ enabled: false })
    oa.answer = () => {
      clock.advance(100)
      return { kind: 'answer', text: 'one two three four', gapMs: 20, usage: USED }
    }
    const stream = await row.openai.chat.completions.create({
      model: 'm',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'Hi' }],
    })
    let seen = 0
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content && seen++ === 0) clock.advance(500)
    expect(seen).toBeGreaterThan(1)
    expect(await statsOf(row)).toMatchObject({
      first_content_time: { count: 1, avg_ms: 100 },
      response_time: { count: 1, avg_ms: 600 },
      tokens: { input: 1000, output: 200 },
    })
  })

  test('N01 what callers do wrong, and those who leave, are no failures of the provider', async () => {
    const row = await calm({ oa: [OK, { kind: 'status', status: 400 }, { kind: 'status', status: 404 }] })
    for (let n = 0; n < 3; n++) await ask(row)
    expect(await statsOf(row)).toMatchObject({
      request_count: 3,
      success_count: 1,
      error_count: 0,
      refused_count: 2,
      success_rate: 1,
      error_rate: 0,
    })
  })

  test('N01 after a failover each is told what was its own, and the client’s request counts once', async () => {
    const both = { targets: ['oa:m', 'an:n'], strategy: 'priority' as const }
    const row = await calm({ oa: BROKEN, an: used }, { config: { models: { both } } })
    await ask(row, 'both')
    expect(await statsOf(row, 'oa')).toMatchObject({ request_count: 1, error_count: 1, failovers: 1 })
    expect(await statsOf(row, 'oa')).toMatchObject({ tokens: { total: 0 } })
    expect(await statsOf(row, 'an')).toMatchObject({ request_count: 1, success_count: 1, failovers: 0 })
    expect((await row.ask('/api/stats')).json).toMatchObject({
      request_count: 1,
      success_count: 1,
      error_count: 0,
      tokens: { total: 1200 },
    })
  })

  test('N01 a retry that was answered is one success', async () => {
    const row = await calm(
      { oa: [BROKEN, OK] },
      { providers: { oa: { maxRetries: 2, retryPolicy: 'immediate' } } },
    )
    expect((await ask(row)).status).toBe(200)
    expect(await statsOf(row)).toMatchObject({ request_count: 1, success_count: 1, error_count: 0 })
  })
})

describe('N02', () => {
  test('N02 each model of a provider has its own error rate and usage', async () => {
    const row = await calm({ oa: ({ body }) => (body.includes('bad-model') ? BROKEN : used) })
    for (const model of ['good-model', 'bad-model', 'good-model']) await ask(row, model)
    const models = at(await statsOf(row), 'model_usage')
    expect(models['good-model']).toMatchObject({
      request_count: 2,
      error_rate: 0,
      tokens: { input: 2000, output: 400, total: 2400, cache_read: 800, reasoning: 100 },
    })
    expect(models['bad-model']).toMatchObject({ request_count: 1, error_rate: 1, tokens: { total: 0 } })
  })

  test('N02 each key by its fingerprint, each client by its name', async () => {
    const keys = ['key-number-one', 'key-number-two']
    const clients = ['ann', 'bob'].map((name) => ({ name, keyHashes: [sha(`${name}-key`)] }))
    const row = await calm({ oa: used }, { providers: { oa: { apiKeys: keys } }, config: { clients } })
    for (const who of ['ann', 'ann', 'bob', 'ann']) await ask(row, 'm', { 'x-api-key': `${who}-key` })
    const headers = { 'x-api-key': 'ann-key' }
    const { json, text } = await row.ask('/api/providers/oa/stats', { headers })
    expect(json['keys']).toEqual({
      [sha('key-number-one').slice(0, 8)]: expect.objectContaining({ request_count: 2 }),
      [sha('key-number-two').slice(0, 8)]: expect.objectContaining({ request_count: 2 }),
    })
    expect(text).not.toContain('key-number')
    const all = await row.ask('/api/stats', { headers })
    expect(all.json['clients']).toMatchObject({
      ann: { request_count: 3, tokens: { total: 3600 } },
      bob: { request_count: 1 },
    })
  })
})

describe('N03', () => {
  test('N03 the whole house: throughput, times, errors, memory, processor, sockets', async () => {
    const { row, clock, oa } = await stage({ enabled: false })
    oa.answer = () => {
      clock.advance(250)
      return OK
    }
    for (let n = 0; n < 5; n++) await ask(row)
    oa.answer = BROKEN
    await ask(row)
    const { json } = await row.ask('/api/stats')
    expect(json).toMatchObject({
      request_count: 6,
      error_rate: 1 / 6,
      response_time: { avg_ms: 250 },
      throughput: { last_minute: 6, per_second: 0.1 },
      providers: { oa: { request_count: 6 } },
      active_requests: 0,
      queue: { waiting: 0, under_way: 0 },
      events: { rate_limit_hits: 0, failovers: 0 },
      resources: {
        memory: { rss_bytes: expect.any(Number) },
        cpu: { average_percent: expect.any(Number) },
        upstream_sockets: expect.any(Number),
      },
    })
    expect(at(json, 'resources')['upstream_sockets']).toBeGreaterThan(0)
    expect(at(json, 'resources')['open_sockets']).toBeGreaterThan(0)
    clock.advance(61_000)
    expect((await row.ask('/api/stats')).json['throughput']).toEqual({ last_minute: 0, per_second: 0 })
  })

  test('N03 is for whoever may look at providers', async () => {
    const row = await calm({ oa: OK }, { server: { adminApiKey: 'admin-key' } })
    for (const path of ['/api/stats', '/api/providers/oa/stats']) {
      expect((await row.ask(path)).status).toBe(401)
      expect((await row.ask(path, { headers: { 'x-admin-key': 'admin-key' } })).status).toBe(200)
    }
  })
})

describe('N15', () => {
  const modelFacts = { m: { price: { input: 3, output: 15, cacheRead: 0.3 } } }
  // 600 plain, 400 from the cache, 200 out.
  const dollars = (600 * 3 + 400 * 0.3 + 200 * 15) / 1e6

  test('N15 the price table makes the cost of provider, model and key', async () => {
    const row = await calm({ oa: used }, { config: { modelFacts } })
    await ask(row)
    await ask(row)
    await ask(row, 'nobody-knows-its-price')
    const stats = await statsOf(row)
    expect(stats['cost']).toEqual({ usd: 2 * dollars, unpriced_requests: 1 })
    expect(at(stats, 'model_usage', 'm')['cost']).toEqual({ usd: 2 * dollars, unpriced_requests: 0 })
    expect(Object.values(at(stats, 'keys'))).toEqual([
      expect.objectContaining({ cost: { usd: 2 * dollars, unpriced_requests: 1 } }),
    ])
    expect((await row.ask('/api/stats')).json['cost']).toEqual(stats['cost'])
  })

  test('N15 other prices and other settings change nothing of what was counted', async () => {
    const simulator = await house.simulator()
    const baseUrl = simulator.script('n15', used)
    const wish = (input: number) => ({
      providers: [{ name: 'p', baseUrl }],
      config: { modelFacts: { m: { price: { input, output: 0 } } } },
    })
    const gateway = await house.open(wish(1))
    const post = () =>
      fetch(gateway.url + PATH, { method: 'POST', body: JSON.stringify({ model: 'm', messages: HI }) })
    await (await post()).text()
    await gateway.configure(houseConfig(wish(10)))
    await (await post()).text()
    const stats: unknown = await (await fetch(`${gateway.url}/api/providers/p/stats`)).json()
    expect(stats).toMatchObject({ request_count: 2, cost: { usd: (1000 + 10_000) / 1e6 } })
  })
})

describe('N16 the class of', () => {
  test.each([
    [50, 0, 'excellent'],
    [50, 1, 'acceptable'],
    [100, 0, 'good'],
    [499, 0, 'good'],
    [500, 0, 'acceptable'],
    [1000, 0, 'poor'],
    [4999, 0, 'poor'],
    [5000, 0, 'critical'],
    [50, 5, 'critical'],
  ])('N16 answers after %i ms with %i failures in 20 is %s', async (ms, failures, word) => {
    const { row, clock, oa } = await stage({ enabled: false })
    let failed = 0
    oa.answer = () => {
      if (failed++ < failures) return BROKEN
      clock.advance(ms)
      return OK
    }
    for (let n = 0; n < 20; n++) await ask(row)
    expect((await statsOf(row))['performance']).toBe(word)
  })
})

describe('D29', () => {
  test('D29 everything that is known of a provider', async () => {
    const { row } = await opened({}, { an: OK })
    const { status, json } = await row.ask('/api/providers/oa/stats')
    expect(status).toBe(200)
    expect(json).toMatchObject({
      provider: 'oa',
      provider_type: 'openai',
      api_format: 'openai-chat',
      status: 'circuit_open',
      healthy: false,
      request_count: 5,
      success_count: 0,
      error_count: 5,
      success_rate: 0,
      error_rate: 1,
      performance: 'critical',
      response_time: { min_ms: 0, max_ms: 0, avg_ms: 0, p95_ms: 0 },
      model_usage: { m: { request_count: 5, error_rate: 1 } },
      circuit_breaker: { state: 'open', failure_count: 5, retry_after: 60 },
      last_check: expect.any(Number),
      last_failure: expect.any(Number),
      capabilities: expect.arrayContaining([
        'chat',
        'streaming',
        'completion',
        'embedding',
        'tools',
        'vision',
      ]),
    })
    expect(json['health_history']).toEqual(
      expect.arrayContaining([expect.objectContaining({ status: 'circuit_open' })]),
    )
  })

  test('D29 capabilities are those of its language and its models', async () => {
    const row = await calm({ an: OK })
    const { capabilities, models_available } = await statsOf(row, 'an')
    expect(capabilities).toEqual(expect.arrayContaining(['token-counting', 'thinking']))
    expect(capabilities).not.toContain('embedding')
    expect(models_available).toBeGreaterThan(0)
  })

  test('D29 a type that only one provider has is a name for it', async () => {
    const row = await calm({ oa: OK, an: OK })
    expect(await statsOf(row, 'Anthropic')).toMatchObject({ provider: 'an' })
  })

  test('D29 of one that is switched off or incomplete: that, and what was counted', async () => {
    const row = await calm(
      { oa: OK },
      { config: { disabled: ['lab'], partial: [{ name: 'gpu', reason: 'no key' }] } },
    )
    expect(await statsOf(row, 'lab')).toMatchObject({ status: 'disabled', request_count: 0 })
    expect(await statsOf(row, 'gpu')).toMatchObject({ status: 'partial', reason: 'no key', healthy: false })
  })
})

describe('D30', () => {
  test('D30 a word that means nothing is 400, a type that is not configured 404', async () => {
    const row = await calm({ oa: OK })
    const unknown = await row.ask('/api/providers/nonsense/stats')
    expect([unknown.status, at(unknown.json, 'error')['type']]).toEqual([400, 'invalid-request'])
    expect((await row.ask('/api/providers/mistral/stats')).status).toBe(404)
    expect((await row.post('/api/providers/oa/stats', {})).status).toBe(405)
  })

  test('D30 a provider that nobody used has zeros', async () => {
    const row = await calm({ oa: OK })
    const { text, json } = await row.ask('/api/providers/oa/stats')
    expect(json).toMatchObject({
      request_count: 0,
      success_rate: 0,
      error_rate: 0,
      performance: null,
      last_used: null,
      model_usage: {},
    })
    const times = { count: 0, min_ms: 0, max_ms: 0, avg_ms: 0, p50_ms: 0, p95_ms: 0, p99_ms: 0 }
    expect(json['response_time']).toEqual(times)
    expect(text).not.toMatch(/NaN|Infinity/)
    expect(at((await row.ask('/api/stats')).json, 'response_time')).toEqual(times)
  })
})

describe('D28', () => {
  test('D28 status, a connected Ollama, the models and what waits', async () => {
    const row = await calm({ oa: OK, ol: OK })
    const { status, json } = await row.ask('/api/status')
    expect(status).toBe(200)
    expect(json).toEqual({
      status: 'healthy',
      ollama_connected: true,
      available_models: expect.arrayContaining([expect.stringMatching(/^ol:/)]),
      pending_actions: 0,
    })
  })

  test('D28 a dead Ollama is told, not failed for, as soon as it is dead', async () => {
    const { row, of } = await probed({}, ['oa', 'ol'])
    expect((await row.ask('/api/status')).json['ollama_connected']).toBe(true)
    of('ol').list = { kind: 'reset', when: 'before-headers' }
    const { status, json } = await row.ask('/api/status')
    expect([status, json['ollama_connected'], json['status']]).toEqual([200, false, 'degraded'])
  })

  test('D28 nor for a house in which nobody is at home', async () => {
    const { row } = await probed({ providers: { oa: DEAD } }, ['oa'])
    const { status, json } = await row.ask('/api/status')
    // Only what the configuration itself names.
    expect([status, json['ollama_connected'], json['available_models']]).toEqual([200, false, ['both']])
  })

  test('D28 it shows a client only the models it may ask for', async () => {
    const clients = [{ name: 'ann', keyHashes: [sha('ann-key')], models: ['allowed'] }]
    const row = await calm(
      { oa: OK },
      {
        providers: { oa: { modelList: ['allowed', 'other'] } },
        config: { clients },
        server: { adminApiKey: 'adm' },
      },
    )
    const models = async (key: string) =>
      (await row.ask('/api/status', { headers: { 'x-api-key': key } })).json['available_models']
    expect(await models('ann-key')).toEqual(['allowed'])
    expect(await models('adm')).toEqual(['allowed', 'other'])
    expect((await row.ask('/api/status')).status).toBe(401)
  })
})

function sha(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
