/** Rows E01–E10, E16, E17: what the house says of its providers' health. */

import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { isObject, type JsonObject, objectOf } from '#core'
import type { ScriptedAnswer } from '#simulator'
import { loadIn } from '../load-in.ts'
import { eventually } from './client-dialects.ts'
import { BROKEN, HI, OK, PATH, stages } from './patient.ts'
import { DEAD, probedStages } from './probed.ts'

const { opened } = stages()
const stage = probedStages()

const entry = (json: JsonObject, name: string) => objectOf(objectOf(json['providers'])?.[name]) ?? {}

test('E01 health has all its fields', async () => {
  const { row } = await stage()
  const { status, json } = await row.ask('/health')
  expect(status).toBe(200)
  expect(json).toMatchObject({
    status: 'healthy',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    version: expect.stringMatching(/^\d+\.\d+/),
    uptime: expect.any(Number),
    default_provider: 'oa',
    client_api_key_validation: false,
    metrics: { active_requests: 0, total_requests: 0, total_errors: 0 },
  })
  for (const name of ['oa', 'an']) {
    expect(entry(json, name)).toMatchObject({
      status: 'healthy',
      healthy: true,
      priority: 1,
      failure_count: 0,
      last_success: expect.any(Number),
      last_failure: null,
      circuit_breaker: { state: 'closed' },
      api_key_hash: expect.stringMatching(/^[0-9a-f]{8}$/),
    })
  }
})

test('E02 a provider opened by five failures is told apart from a healthy one', async () => {
  const { row } = await opened({}, { an: OK })
  const { json } = await row.ask('/health')
  expect(json['status']).toBe('degraded')
  expect(entry(json, 'oa')).toMatchObject({
    status: 'circuit_open',
    healthy: false,
    failure_count: 5,
    last_failure: expect.any(Number),
    circuit_breaker: { state: 'open', retry_after: 60 },
  })
  expect(entry(json, 'an')).toMatchObject({ status: 'healthy', failure_count: 0, last_failure: null })
})

describe('with so many of two down', () => {
  test.each([
    [0, 'healthy', 200],
    [1, 'degraded', 200],
    [2, 'unhealthy', 503],
  ])('E03 E04 %i is %s and %i', async (down, word, code) => {
    const { row } = await stage({
      providers: { ...(down > 0 ? { oa: DEAD } : {}), ...(down > 1 ? { an: DEAD } : {}) },
    })
    const strict = await row.ask('/health')
    expect([strict.json['status'], strict.status]).toEqual([word, code])
    const lenient = await row.ask('/health?strict=false')
    expect([lenient.json['status'], lenient.status]).toEqual([word, 200])
  })
})

describe('E05 in YAML', () => {
  test.each([
    ['by header', '/health', { accept: 'text/yaml' }],
    ['by query', '/health?format=yaml', {}],
  ])('E05 asked for %s', async (_, path, headers) => {
    const { row } = await stage({ providers: { an: DEAD }, server: { proxyApiKey: 'gate-key' } })
    const answer = await row.ask(path, { headers })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/yaml; charset=utf-8'])
    expect(answer.headers.get('content-disposition')).toMatch(/^inline; filename=health-\w+\.yaml$/)
    const { json } = await row.ask('/health')
    const body: unknown = parse(answer.text)
    expect(isObject(body)).toBe(true)
    expect(body).toMatchObject({
      status: 'degraded',
      default_provider: 'oa',
      client_api_key_validation: true,
      providers: { oa: { api_key_hash: entry(json, 'oa')['api_key_hash'] } },
      suggestions: [expect.stringMatching(/^an: .*127\.0\.0\.1:9/)],
    })
    expect(answer.text).not.toContain('test-key')
  })

  test('E05 and JSON stays what is meant by everything else', async () => {
    const { row } = await stage()
    const answer = await row.ask('/health?format=json', { headers: { accept: 'text/yaml' } })
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect((await row.ask('/health')).json).not.toHaveProperty('suggestions')
  })
})

test('E06 neither form of the path redirects', async () => {
  const { row } = await stage()
  for (const path of ['/health', '/health/']) {
    expect((await fetch(row.url + path, { redirect: 'manual' })).status).toBe(200)
  }
})

test('no page of health is kept by anybody, and HEAD tells the same without a body', async () => {
  const { row } = await stage({ providers: { an: DEAD } })
  const paths = ['', '/', '?format=yaml', '/detailed', '/providers', '/providers/oa', '/metrics']
  for (const path of paths) {
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map((method) => row.ask(`/health${path}`, { method })),
    )
    expect([path, get?.status, get?.headers.get('cache-control')]).toEqual([path, 200, 'no-store'])
    expect([path, head?.status, head?.text]).toEqual([path, 200, ''])
    expect(head?.headers.get('content-type')).toBe(get?.headers.get('content-type'))
  }
})

test('E07 the details are the same and more, and never a failure', async () => {
  const { row } = await stage({ providers: { oa: DEAD, an: DEAD } })
  const { status, json } = await row.ask('/health/detailed')
  expect(status).toBe(200)
  expect(json).toMatchObject({
    status: 'unhealthy',
    providers: { oa: { status: 'unhealthy' } },
    pools: { oa: { connected: expect.any(Number), running: 0 } },
    queue: { waiting: 0, under_way: 0 },
    caches: { model_lists: { size: 0, limit: 64 } },
  })
})

test('E08 the map of providers says how each fares', async () => {
  const { row, oa, health } = await stage({ providers: { an: DEAD } })
  await row.post(PATH, { model: 'oa:m', messages: HI })
  oa.answer = BROKEN
  await row.post(PATH, { model: 'oa:m', messages: HI })
  const { json } = await row.ask('/health/providers')
  expect(json).toMatchObject({
    oa: {
      healthy: true,
      status: 'healthy',
      response_time_ms: expect.any(Number),
      last_check: expect.any(Number),
      circuit_breaker: { state: 'closed', failure_count: 1 },
      request_count: 2,
      error_count: 1,
      error_rate: 0.5,
      error: expect.stringMatching(/\S/),
    },
    an: {
      healthy: false,
      status: 'unhealthy',
      request_count: 0,
      error_rate: 0,
      error: expect.stringMatching(/\S/),
    },
  })
  expect(await health('oa')).toEqual(json['oa'])
})

test('E09 one provider, one that is not configured, and one that is nothing', async () => {
  const { row, health } = await stage()
  expect(await health('OA')).toMatchObject({ healthy: true, status: 'healthy' })
  const known = await row.ask('/health/providers/mistral')
  expect([known.status, known.json]).toMatchObject([200, { healthy: false, status: 'not_configured' }])
  const unknown = await row.ask('/health/providers/nobody')
  expect([unknown.status, unknown.text]).toEqual([400, expect.stringContaining('oa, an')])
})

test('E10 the totals', async () => {
  const { row, oa } = await stage({ providers: { an: DEAD } })
  await row.post(PATH, { model: 'oa:m', messages: HI })
  oa.answer = BROKEN
  await row.post(PATH, { model: 'oa:m', messages: HI })
  const { json } = await row.ask('/health/metrics')
  const totals = { total_requests: 2, total_errors: 1, error_rate: 0.5, active_providers: 1 }
  expect(json).toMatchObject({ ...totals, uptime: expect.any(Number) })
})

test('N17 each rate limit, opening, failover, retry and wait in line is counted', async () => {
  const { row, oa, clock } = await opened(
    {},
    { an: OK },
    { providers: { oa: { limits: { concurrency: 1 }, apiKeys: ['key-one-1', 'key-two-2'] } } },
  )
  const counts = async () => {
    const { json } = await row.ask('/health/metrics')
    const names = ['rate_limit_hits', 'breaker_openings', 'failovers', 'retries', 'queue_waits']
    return names.map((name) => json[name])
  }
  expect(await counts()).toEqual([0, 1, 0, 0, 0])
  clock.advance(60_000)
  oa.answer = { kind: 'status', status: 429 }
  const ask = (headers = {}) => row.post(PATH, { model: 'm', messages: HI }, headers)
  await ask({ 'x-provider': 'oa', 'x-fallback': 'an:m' })
  expect(await counts()).toEqual([2, 1, 1, 1, 0])
  const { promise: go, resolve } = Promise.withResolvers<ScriptedAnswer>()
  oa.answer = () => go
  const first = ask()
  await eventually(() => row.calls('oa').length === 8, 'the first is asked')
  const second = ask()
  await eventually(() => clock.waits.includes(300_000), 'the second waits')
  resolve(OK)
  await Promise.all([first, second])
  expect(await counts()).toEqual([2, 1, 1, 1, 1])
})

test('E16 providers that are switched off or lack something are shown, with what they lack, and not asked', async () => {
  const env = {
    OA_ENABLED: 'false',
    OA_API_KEY: 'k',
    OA_BASE_URL: 'http://127.0.0.1:9',
    OPENAI_ENABLED: 'true',
    ANTHROPIC_API_KEY: 'k',
  }
  const { partial, disabled } = loadIn({ env })
  const { row, health } = await stage({ config: { partial, disabled: disabled ?? [] } }, ['an'])
  const { json } = await row.ask('/health')
  expect(json['status']).toBe('healthy')
  expect(entry(json, 'oa')).toMatchObject({ status: 'disabled', healthy: false })
  expect(entry(json, 'openai')).toMatchObject({
    status: 'partial',
    reason: expect.stringContaining('OPENAI_API_KEY'),
  })
  expect(await health('openai')).toMatchObject({
    healthy: false,
    status: 'partial',
    error: expect.stringContaining('OPENAI_API_KEY'),
  })
})

describe('E17 the test of the connection', () => {
  test('E17 asks the default provider and tells who answered', async () => {
    const { row } = await stage()
    const { status, json } = await row.ask('/test-connection')
    expect(status).toBe(200)
    expect(json).toMatchObject({
      status: 'success',
      provider: 'oa',
      model: 'gpt-4o',
      response_id: expect.stringMatching(/\S/),
    })
    expect(row.calls('oa')).toHaveLength(1)
  })

  test('E17 in another language too', async () => {
    const { row } = await stage({}, ['an'])
    expect((await row.ask('/test-connection')).json).toMatchObject({
      status: 'success',
      provider: 'an',
      response_id: expect.stringMatching(/\S/),
    })
  })

  test('E17 fails with advice, and nobody answers in its place', async () => {
    const { row, oa } = await stage({ config: { routing: { fallback: 'next_available' } } })
    oa.answer = { kind: 'status', status: 401 }
    const { status, json } = await row.ask('/test-connection')
    expect([status, json]).toMatchObject([
      503,
      {
        status: 'failed',
        provider: 'oa',
        error_type: 'provider-authentication',
        suggestions: [expect.stringContaining('api_key')],
      },
    ])
    expect(row.calls('an')).toEqual([])
  })

  test('E17 is skipped where only callers have keys', async () => {
    const { row } = await stage({ providers: { oa: { apiKeys: [], passthrough: true } } })
    const { status, json } = await row.ask('/test-connection')
    expect([status, row.everything('oa')]).toEqual([200, []])
    expect(json).toMatchObject({ status: 'skipped', provider: 'oa', message: expect.stringMatching(/key/) })
  })

  test('F03 is behind the gate, since it costs tokens; health is not', async () => {
    const { row } = await stage({ server: { proxyApiKey: 'gate-key' } })
    expect((await row.ask('/test-connection')).status).toBe(401)
    expect(
      (await row.ask('/test-connection', { method: 'HEAD', headers: { 'x-api-key': 'gate-key' } })).status,
    ).toBe(405)
    expect(row.calls('oa')).toEqual([])
    for (const path of ['', '/detailed', '/providers', '/providers/oa', '/metrics']) {
      expect((await row.ask(`/health${path}`)).status).toBe(200)
    }
  })
})
