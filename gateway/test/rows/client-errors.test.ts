/** Row M19: what the caller must mend is told to the caller as it is, and nobody else is asked, nor blamed. */

import { describe, expect, test } from 'vitest'
import { FALLBACK_NAMES, objectOf } from '#core'
import { BREAKER } from '../house.ts'
import { CLIENTS, ROADS } from './client-dialects.ts'
import { type Row, rows, type RowWish, textAnswer, type Upstream } from './row.ts'

const open = rows()
const OK = textAnswer()
const CALLERS = [400, 404, 413, 422] as const
const WORDS = 'messages: the very reason it was refused'
const refusal = (status: number) =>
  ({
    kind: 'status',
    status,
    body: { error: { message: WORDS, type: 'invalid_request_error' }, message: WORDS },
  }) as const

/** Failures that the circuit has counted, and its state. */
async function circuitOf(row: Row, upstream: Upstream): Promise<unknown> {
  const { json } = await row.ask('/health/detailed')
  const { circuit_breaker } = objectOf(objectOf(json['providers'])?.[upstream]) ?? {}
  return circuit_breaker
}

describe.each(ROADS)('$name', ({ client, first, second }) => {
  test.each(CALLERS)('M19 a %i is the client’s, in its words, and nobody else is asked', async (status) => {
    const row = await open(
      { [first]: refusal(status), [second]: OK },
      {
        config: { routing: { fallback: 'next_available' }, maxRetries: 3 },
        providers: { [first]: { apiKeys: ['first-key-1', 'second-key-2'] } },
      },
    )
    for (const stream of [false, true]) {
      const before = row.calls(first).length
      const {
        status: got,
        json,
        headers,
      } = await row.post(client.path, client.body(`${first}:m`, stream), {
        'x-fallback': `${second}:m`,
      })
      expect([got, headers.get('x-attempts')]).toEqual([status, '1'])
      // Ollama's clients know a missing model by Ollama's own words.
      expect(client.errorOf(json).message).toMatch(
        status === 404 ? /the very reason|not found/ : /the very reason/,
      )
      expect(row.calls(first).length - before).toBe(1)
    }
    expect(row.calls(second)).toEqual([])
    expect(await circuitOf(row, first)).toMatchObject({ state: 'closed', failure_count: 0 })
  })
})

test.each(FALLBACK_NAMES)('M19 whatever comes after a failure (%s), this is the end', async (fallback) => {
  const group = { targets: ['oa:m', 'oa:n', 'an:m'], strategy: 'priority' as const }
  const row = await open(
    { oa: refusal(400), an: OK },
    { config: { routing: { fallback }, models: { group }, maxRetries: 2 } },
  )
  const messages = [{ role: 'user', content: 'Hi' }]
  for (const model of ['m', 'group', 'oa:m'])
    expect((await row.post('/v1/chat/completions', { model, messages })).status).toBe(400)
  expect([row.calls('oa').length, row.calls('an').length]).toEqual([3, 0])
})

test.each([
  ['/v1/embeddings', { model: 'm', input: 'x' }],
  ['/v1/completions', { model: 'm', prompt: 'x' }],
  ['/v1/responses', { model: 'm', input: 'x' }],
  ['/v1/moderations', { model: 'm', input: 'x' }],
])('M19 of %s as well', async (path, body) => {
  const row = await open(
    { oa: refusal(400), or: OK },
    { config: { routing: { fallback: 'next_available' }, maxRetries: 2 } },
  )
  expect((await row.post(path, body, { 'x-fallback': 'or:m' })).status).toBe(400)
  const asked = row.everything('oa').filter(({ method }) => method === 'POST')
  expect([asked.length, row.calls('or').length]).toEqual([1, 0])
  expect(await circuitOf(row, 'oa')).toMatchObject({ state: 'closed', failure_count: 0 })
})

describe('M19 no count of the breaker', () => {
  const breaker = { ...BREAKER, failures: 3, minimumVolume: 4, errorRate: 0.5 }
  const messages = [{ role: 'user', content: 'Hi' }]
  const ask = (row: Row, model = 'oa:m') => row.post('/v1/chat/completions', { model, messages })

  test.each([
    ['of one for each provider', {}],
    ['of one for each model', { perModel: true }],
  ])('M19 however many there are, %s', async (_, more) => {
    const row = await open({ oa: refusal(400) }, { config: { breaker: { ...breaker, ...more } } })
    for (let i = 0; i < 12; i++) expect((await ask(row)).status).toBe(400)
    expect(row.calls('oa')).toHaveLength(12)
    expect(await circuitOf(row, 'oa')).toMatchObject({ state: 'closed', failure_count: 0 })
  })

  test('M19 nor do they hide the failures among them', async () => {
    const failing = { status: 500 }
    const row = await open(
      { oa: (_, n) => (n % 2 === 0 ? refusal(400) : { kind: 'status', ...failing }) },
      { config: { breaker } },
    )
    // Between failures a refusal neither counts as one nor makes good for one.
    for (const status of [400, 502, 400, 502, 400, 502]) expect((await ask(row)).status).toBe(status)
    expect(await circuitOf(row, 'oa')).toMatchObject({ state: 'open' })
    expect((await ask(row)).status).toBe(503)
  })

  test.each(CLIENTS)('M19 what $name asks wrongly is told before anybody is asked', async (client) => {
    const wish: RowWish = { config: { routing: { fallback: 'next_available' } } }
    const row = await open({ oa: OK, an: OK, ol: OK }, wish)
    const { status } = await row.post(client.path, { ...client.body('m', false), messages: 'none' })
    expect(status).toBe(400)
    for (const upstream of ['oa', 'an', 'ol'] as const) {
      expect(row.calls(upstream)).toEqual([])
      expect(await circuitOf(row, upstream)).toMatchObject({ state: 'closed', failure_count: 0 })
    }
  })
})
