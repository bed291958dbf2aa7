/** Row D36: a provider is tested by a question to its models, the small ones first. */

import { describe, expect, test } from 'vitest'
import { objectOf } from '#core'
import { eventually } from './client-dialects.ts'
import { BROKEN, OK, stages } from './patient.ts'
import { houses, NO_BREAKER } from '../house.ts'
import { type Row, rows, type RowWish, type Scripts } from './row.ts'

const open = rows()
const { stage, opened } = stages()
const house = houses()

const CLASSES = { big: ['large'], middle: ['medium'], small: ['tiny', 'mini'] }
const SIZED = { models: CLASSES, modelList: ['large', 'medium', 'tiny', 'mini'] }
const probe = (row: Row, name = 'oa', headers?: Record<string, string>) =>
  row.post(`/api/providers/${name}/test`, {}, headers)
const calm = (scripts: Scripts, wish: RowWish = {}) =>
  open(scripts, { ...wish, config: { breaker: NO_BREAKER, ...wish.config } })
const models = (row: Row) => row.calls('oa').map(({ body }): unknown => JSON.parse(body).model)

describe('D36', () => {
  test('D36 the small-class model answers, with its latency', async () => {
    const { row, clock, oa } = await stage({}, {}, { providers: { oa: SIZED } })
    oa.answer = () => {
      clock.advance(123)
      return OK
    }
    const { status, json } = await probe(row)
    expect([status, json]).toEqual([
      200,
      { status: 'success', provider: 'oa', model: 'tiny', latency_ms: 123 },
    ])
    expect(models(row)).toEqual(['tiny'])
  })

  test('D36 the default model where there are no classes, and a listed one where there is no default', async () => {
    const row = await calm({ oa: OK, ol: OK })
    expect((await probe(row)).json).toMatchObject({ model: 'gpt-4o' })
    expect((await probe(row, 'OL')).json).toMatchObject({ provider: 'ol', model: 'llama3' })
  })

  test.each(['oa', 'an', 'ol', 'or', 'gg', 'rs', 'az', 'br'] as const)('D36 reaches %s', async (upstream) => {
    const row = await calm({ [upstream]: OK })
    expect((await probe(row, upstream)).json).toMatchObject({ status: 'success', provider: upstream })
    expect(row.calls(upstream)).toHaveLength(1)
  })

  test('D36 the next one is asked where one fails, from small to big', async () => {
    const row = await calm(
      { oa: [BROKEN, { kind: 'status', status: 404 }, OK] },
      { providers: { oa: SIZED } },
    )
    const { status, json } = await probe(row)
    expect([status, json['model'], models(row)]).toEqual([200, 'medium', ['tiny', 'mini', 'medium']])
    expect(json['failures']).toMatchObject([
      { model: 'tiny', status: 502 },
      { model: 'mini', type: 'model-not-found' },
    ])
  })

  test('D36 all fail: 502 with each reason, and nobody else is asked', async () => {
    const row = await calm(
      {
        oa: [BROKEN, { kind: 'status', status: 401 }, { kind: 'status', status: 429 }, BROKEN, BROKEN],
        an: OK,
      },
      { providers: { oa: SIZED }, config: { routing: { fallback: 'priority' } } },
    )
    const { status, json } = await probe(row)
    expect(status).toBe(502)
    expect(objectOf(json['error'])).toMatchObject({
      type: 'provider-error',
      details: {
        failures: [
          { model: 'tiny', type: 'provider-error', message: expect.stringMatching(/\S/) },
          { model: 'mini', type: 'provider-authentication' },
          { model: 'medium', type: 'rate-limited' },
          { model: 'large', type: 'provider-error' },
          { model: 'gpt-4o', type: 'provider-error' },
        ],
      },
    })
    expect(row.calls('an')).toHaveLength(0)
  })

  test('D36 an unknown one is 404', async () => {
    const { status, json } = await probe(await calm({ oa: OK }), 'nope')
    expect([status, objectOf(json['error'])?.['type']]).toEqual([404, 'not-found'])
  })

  test('D36 one without models is 400', async () => {
    const simulator = await house.simulator()
    const baseUrl = simulator.script('no-models', OK)
    const { url } = await house.open({ providers: [{ name: 'p', baseUrl }] })
    const answer = await fetch(`${url}/api/providers/p/test`, { method: 'POST' })
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { param: 'default_model' } }])
    expect(simulator.requestsTo('no-models').filter(({ method }) => method === 'POST')).toHaveLength(0)
  })

  test('D36 as is one that cannot be used, and one with the caller’s key', async () => {
    const reason = 'no models: set models in the file that lists the providers'
    const row = await calm(
      { oa: OK, an: OK },
      {
        providers: { an: { passthrough: true, apiKeys: [] } },
        config: { partial: [{ name: 'lab', reason }] },
      },
    )
    for (const name of ['lab', 'an']) expect([name, (await probe(row, name)).status]).toEqual([name, 400])
    expect((await probe(row, 'lab')).json['detail']).toContain(reason)
    expect(row.calls('an')).toHaveLength(0)
  })

  test('D36 silence has a limit for each model and one for all', async () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const { row, clock, oa } = await stage(
      { enabled: false },
      {},
      { providers: { oa: { models: { big: [], middle: [], small: names }, modelList: names } } },
    )
    oa.answer = { kind: 'silence' }
    const waiting = probe(row)
    for (let n = 1; n <= 3; n++) {
      await eventually(() => row.calls('oa').length === n && clock.waits.includes(20_000), 'it is asked')
      clock.advance(20_000)
    }
    const { status, json } = await waiting
    const asked = ['a', 'b', 'c'].map((model) => expect.objectContaining({ model, type: 'timeout' }))
    expect([status, objectOf(json['error'])?.['details']]).toMatchObject([502, { failures: asked }])
  })

  test('D36 an open circuit keeps no test away, and one that succeeds lets requests through again', async () => {
    const here = await opened()
    here.oa.answer = OK
    expect((await here.ask('oa:m')).status).toBe(503)
    expect((await probe(here.row)).status).toBe(200)
    expect((await here.ask('oa:m')).status).toBe(200)
  })

  test('D36 an alias does not lead it astray', async () => {
    const row = await calm({ oa: OK, an: OK }, { config: { aliases: { 'gpt-4o': 'an:claude-x' } } })
    await probe(row)
    expect(models(row)).toEqual(['gpt-4o'])
  })

  test('D36 it costs tokens, so the admin gate stands before it, and it is no GET', async () => {
    const row = await calm({ oa: OK }, { server: { adminApiKey: 'admin-key', proxyApiKey: 'gate-key' } })
    expect((await probe(row)).status).toBe(401)
    expect((await probe(row, 'oa', { 'x-api-key': 'gate-key' })).status).toBe(401)
    expect(row.calls('oa')).toHaveLength(0)
    expect((await probe(row, 'oa', { 'x-api-key': 'admin-key' })).status).toBe(200)
    const asked = await row.ask('/api/providers/oa/test', { headers: { 'x-api-key': 'admin-key' } })
    expect(asked.status).toBe(405)
    const ungated = await calm({ oa: OK })
    expect((await probe(ungated, 'oa', { 'x-forwarded-for': '10.0.0.1' })).status).toBe(403)
  })
})
