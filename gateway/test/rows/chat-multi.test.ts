/** Rows D21–D24, K02, M46, M47, N14: one message to any provider, and one flat record back. */

import { describe, expect, test } from 'vitest'
import { type JsonObject, objectOf } from '#core'
import { houses, NO_BREAKER } from '../house.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { eventually } from './client-dialects.ts'
import { BROKEN, OK, stages } from './patient.ts'
import { DEAD, probedStages } from './probed.ts'
import {
  EVERY_UPSTREAM,
  type Row,
  rows,
  type RowWish,
  type Scripts,
  textAnswer,
  type Upstream,
} from './row.ts'

const PATH = '/api/chat/multi'
const open = rows()
const { stage, opened } = stages()
const probed = probedStages()
const house = houses()

const ask = (row: Row, more: JsonObject = {}, headers?: Record<string, string>) =>
  row.post(PATH, { message: 'Hi', ...more }, headers)
const calm = (scripts: Scripts, wish: RowWish = {}) =>
  open(scripts, { ...wish, config: { breaker: NO_BREAKER, ...wish.config } })
const two = (config: RowWish['config'] = {}) => calm({ oa: BROKEN, an: OK }, { config })

test('D21 the answer names the provider as it is registered', async () => {
  const row = await open(
    { oa: textAnswer(), an: textAnswer('From Claude.') },
    { providers: { an: { type: 'anthropic' } } },
  )
  const { status, json } = await ask(row, { provider: 'an', model: 'claude-x' })
  expect([status, json]).toEqual([
    200,
    {
      response: 'From Claude.',
      content: 'From Claude.',
      model: 'claude-x',
      provider: 'an',
      tokens: expect.any(Number),
      tokens_used: json['tokens'],
      finish_reason: 'stop',
      latency_ms: expect.any(Number),
    },
  ])
  expect(row.calls('oa')).toHaveLength(0)
  expect(row.sent('an')).toMatchObject({ model: 'claude-x', messages: [{ role: 'user' }] })
})

describe('K02 the record is filled for', () => {
  test.each(EVERY_UPSTREAM)('%s', async (upstream) => {
    const row = await open({ [upstream]: textAnswer() })
    const { status, json } = await ask(row, { provider: upstream })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      content: 'Hello there, friend.',
      response: 'Hello there, friend.',
      model: expect.stringMatching(/\w/),
      provider: upstream,
      finish_reason: 'stop',
      latency_ms: expect.any(Number),
    })
    expect(json['tokens_used']).toBeGreaterThan(0)
  })
})

describe('D22 what is not said', () => {
  test('D22 no provider is the default one, no model its default model', async () => {
    const row = await open({ oa: OK, an: OK }, { providers: { oa: { defaultModel: 'own-model' } } })
    expect((await ask(row)).json).toMatchObject({ provider: 'oa', model: 'own-model' })
    expect((await ask(row, { provider: 'an' })).json).toMatchObject({
      provider: 'an',
      model: 'claude-sonnet-4-5',
    })
  })

  test('D22 the default provider keeps its default model, whatever a name would say of its owner', async () => {
    const own = { type: 'custom', defaultModel: 'claude-sonnet-4-5' }
    const row = await open({ oa: OK, an: OK }, { providers: { oa: own } })
    expect((await ask(row)).json).toMatchObject({ provider: 'oa', model: 'claude-sonnet-4-5' })
  })

  test('D22 and without one of its own, that of its type', async () => {
    const simulator = await house.simulator()
    const baseUrl = simulator.script('typed', [OK])
    const { url } = await house.open({ providers: [{ name: 'mi', type: 'mistral', baseUrl }] })
    const answer = await fetch(url + PATH, { method: 'POST', body: JSON.stringify({ message: 'Hi' }) })
    expect(await answer.json()).toMatchObject({ provider: 'mi', model: 'mistral-small-latest' })
  })

  test('D22 a model may say where it belongs', async () => {
    const row = await open({ oa: OK, an: OK })
    expect((await ask(row, { model: 'an:claude-y' })).json).toMatchObject({
      provider: 'an',
      model: 'claude-y',
    })
  })

  test('D22 a provider that is named is not left for a prefix in the model', async () => {
    const row = await open({ oa: OK, an: OK })
    const { json } = await ask(row, { provider: 'oa', model: 'an:claude-y' })
    expect(json).toMatchObject({ provider: 'oa', model: 'an:claude-y' })
    expect((await ask(row, { provider: 'oa', model: 'oa:m' })).json).toMatchObject({ model: 'm' })
  })
})

describe('D23', () => {
  test('D23 an unknown provider is 404 and names those that are known', async () => {
    const { status, json } = await ask(await open({ oa: OK }), { provider: 'nope' })
    expect(status).toBe(404)
    expect(json).toMatchObject({
      error: { type: 'not-found', param: 'provider', message: expect.stringContaining('oa') },
      detail: expect.stringContaining('nope'),
    })
  })

  test('D23 a provider without its key is 401', async () => {
    const row = await calm(
      { oa: OK },
      { config: { partial: [{ name: 'lab', reason: 'no key: set LAB_API_KEY, or api_key in the file' }] } },
    )
    const { status, json } = await ask(row, { provider: 'lab' })
    expect([status, objectOf(json['error'])?.['message']]).toEqual([
      401,
      expect.stringContaining('LAB_API_KEY'),
    ])
  })

  test('D23 so is a caller who should have brought one', async () => {
    const row = await calm({ oa: OK }, { providers: { oa: { passthrough: true, apiKeys: [] } } })
    expect((await ask(row, { provider: 'oa' })).status).toBe(401)
    expect((await ask(row, { provider: 'oa' }, { 'x-api-key': 'mine' })).status).toBe(200)
  })

  test('D23 a provider that is switched off is 503', async () => {
    const row = await calm({ oa: OK }, { config: { disabled: ['lab'] } })
    expect((await ask(row, { provider: 'lab' })).status).toBe(503)
  })

  test.each([
    [401, 401],
    [429, 429],
    [404, 404],
    [500, 502],
  ])('D23 a %i of the provider is a %i', async (upstream, status) => {
    const answer = await ask(await calm({ oa: [{ kind: 'status', status: upstream }] }), { provider: 'oa' })
    expect(answer.status).toBe(status)
    expect(answer.json).toMatchObject({ error: { message: answer.json['detail'] } })
  })

  test('D23 silence is 504', async () => {
    const { row, clock, oa } = await stage({ enabled: false })
    oa.answer = { kind: 'silence' }
    const waiting = ask(row, { provider: 'oa' })
    await ringing(clock, 90_000)
    expect((await waiting).status).toBe(504)
  })

  test.each([
    [{ message: undefined }, 'message'],
    [{ message: 7 }, 'message'],
    [{ message: ' ' }, 'message'],
    [{ provider: 7 }, 'provider'],
    [{ model: {} }, 'model'],
    [{ fallback: 'an' }, 'fallback'],
    [{ stream: true }, 'stream'],
    [{ messages: [] }, 'messages'],
    [{ system: 7 }, 'system'],
    [{ temperature: 'hot' }, 'temperature'],
  ])('D23 %j is 422 and names the field', async (wrong, param) => {
    const row = await open({ oa: OK })
    const body = { message: 'Hi', provider: 'oa', ...wrong }
    const { status, json } = await row.post(PATH, body)
    expect([status, objectOf(json['error'])?.['param']]).toEqual([422, param])
    expect(row.calls('oa')).toHaveLength(0)
  })

  test('D23 and the gate stands before all of it', async () => {
    const row = await open({ oa: OK }, { server: { proxyApiKey: 'gate-key', adminApiKey: 'admin-key' } })
    expect((await ask(row)).status).toBe(401)
    expect((await ask(row, {}, { 'x-api-key': 'admin-key' })).status).toBe(401)
    expect((await ask(row, {}, { 'x-api-key': 'gate-key' })).status).toBe(200)
  })
})

describe('D24 temperature and max_tokens reach', () => {
  const PLAIN = { temperature: 0.3, max_tokens: 77 }
  const WORDS: Partial<Readonly<Record<Upstream, JsonObject>>> = {
    ol: { options: { temperature: 0.3, num_predict: 77 } },
    gg: { generationConfig: { temperature: 0.3, maxOutputTokens: 77 } },
    rs: { temperature: 0.3, max_output_tokens: 77 },
    br: { inferenceConfig: { temperature: 0.3, maxTokens: 77 } },
  }

  test.each(EVERY_UPSTREAM)('D24 %s', async (upstream) => {
    const row = await open({ [upstream]: OK })
    const { status } = await ask(row, { provider: upstream, temperature: 0.3, max_tokens: 77 })
    expect(status).toBe(200)
    const sent = row.sent(upstream)
    // OpenAI's newer models have another word for the limit.
    const limit = sent['max_completion_tokens']
    expect(limit === undefined ? sent : { ...sent, max_tokens: limit }).toMatchObject(
      WORDS[upstream] ?? PLAIN,
    )
  })

  test('D24 what only OpenAI knows goes there, and the fields of the gateway go nowhere', async () => {
    const row = await open({ oa: OK })
    await ask(row, {
      provider: 'oa',
      fallback: false,
      stream: false,
      system: 'Be brief.',
      logit_bias: { 7: 1 },
    })
    expect(row.sent('oa')).toMatchObject({
      logit_bias: { 7: 1 },
      messages: [{ content: 'Be brief.' }, { role: 'user', content: 'Hi' }],
    })
    for (const field of ['message', 'provider', 'fallback', 'system'])
      expect(row.sent('oa')).not.toHaveProperty(field)
  })
})

describe('M46 failover', () => {
  test.each([[{}], [{ model: 'gpt-4o' }], [{ fallback: true }]])(
    'M46 of %j without a provider',
    async (body) => {
      const row = await two()
      expect((await ask(row, body)).json).toMatchObject({ provider: 'an', model: 'claude-sonnet-4-5' })
      expect(row.calls('oa')).toHaveLength(1)
    },
  )

  test.each([[{ provider: 'oa' }], [{ model: 'oa:gpt-4o' }], [{ model: '!gpt-4o' }], [{ fallback: false }]])(
    'is none for %j',
    async (body) => {
      const row = await two()
      expect((await ask(row, body)).status).toBe(502)
      expect(row.calls('an')).toHaveLength(0)
    },
  )

  test('M46 is none for a header that names the provider, nor where the operator wants none', async () => {
    const row = await two()
    expect((await ask(row, {}, { 'x-provider': 'oa' })).status).toBe(502)
    const firm = await two({ routing: { fallback: 'none' } })
    expect((await ask(firm)).status).toBe(502)
  })

  test('M46 goes by priority, and never to an account of the caller’s own', async () => {
    const providers = { an: { priority: 3 }, or: { apiKeys: [], passthrough: true }, ol: { priority: 2 } }
    const row = await calm({ oa: BROKEN, an: OK, or: OK, ol: OK }, { providers })
    const { json } = await ask(row, {}, { authorization: 'Bearer callers-own-key' })
    expect(json).toMatchObject({ provider: 'ol' })
    expect(row.calls('or')).toEqual([])
  })

  test('M46 of a provider that is named, when it is asked for', async () => {
    const row = await two()
    expect((await ask(row, { provider: 'oa', fallback: true })).json).toMatchObject({ provider: 'an' })
    const named = await ask(row, { provider: 'oa' }, { 'x-fallback': 'an:claude-z' })
    expect(named.json).toMatchObject({ provider: 'an', model: 'claude-z' })
  })
})

describe('M47 in failover', () => {
  test('a provider whose circuit is open is not asked again', async () => {
    const here = await opened({}, { an: OK })
    const before = here.count()
    expect((await ask(here.row)).json).toMatchObject({ provider: 'an' })
    expect(here.count()).toBe(before)
  })

  test('nor one that failed its probe', async () => {
    const { row } = await probed({ providers: { oa: DEAD } })
    const { json, headers } = await ask(row)
    expect([json['provider'], headers.get('x-attempts')]).toEqual(['an', '1'])
  })
})

test('N14 the answer and the statistics agree', async () => {
  const { row, clock, oa } = await stage({ enabled: false })
  oa.answer = () => {
    clock.advance(321)
    return OK
  }
  const { json } = await ask(row, { provider: 'oa' })
  expect(json['latency_ms']).toBe(321)
  const { json: stats } = await row.ask('/api/providers/oa/stats')
  expect(stats).toMatchObject({
    request_count: 1,
    response_time: { avg_ms: 321 },
    tokens: { total: json['tokens'] },
  })
})

async function ringing(clock: VirtualClock, ms: number): Promise<void> {
  await eventually(() => clock.waits.includes(ms), 'the provider is waited for')
  clock.advance(ms)
}
