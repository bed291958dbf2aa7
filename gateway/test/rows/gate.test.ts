/** Rows F01–F06, F12: who may enter, which key goes on, and what a body may be. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { askRaw } from '../raw-answer.ts'
import { CLIENTS } from './client-dialects.ts'
import { rows, textAnswer } from './row.ts'

const open = rows()
const GATE = 'gate-key-9c1f'
const GATED = { server: { proxyApiKey: GATE } } as const
const PASSING = { apiKeys: [], passthrough: true } as const
const HI = { model: 'm', max_tokens: 50, messages: [{ role: 'user', content: 'Hi' }], stream: false }

test.each(CLIENTS)('F01 without a gate key anybody may ask as a client of $name', async (client) => {
  const row = await open({ oa: textAnswer() })
  for (const headers of [{}, { 'x-api-key': 'any' }, { authorization: 'Bearer other' }]) {
    expect((await row.post(client.path, client.body('m', false), headers)).status).toBe(200)
  }
})

describe.each(CLIENTS)('$name behind a gate', (client) => {
  test('F02 a missing or wrong key is a 401 in the words of the dialect', async () => {
    const row = await open({ oa: textAnswer() }, GATED)
    for (const headers of [
      {},
      { 'x-api-key': `${GATE}x` },
      { authorization: 'Bearer nope' },
      { authorization: GATE },
      { authorization: `Bearer ${GATE} and more` },
    ]) {
      const { status, json, headers: got } = await row.post(client.path, client.body('m', false), headers)
      expect(status).toBe(401)
      expect(client.errorOf(json)).toMatchObject({
        type: expect.stringMatching(/^authentication/),
        message: expect.stringMatching(/key/),
      })
      expect(got.get('x-should-retry')).toBe('false')
    }
    expect(row.calls('oa')).toEqual([])
  })

  test('F02 the right key enters as x-api-key and as bearer', async () => {
    const row = await open({ oa: textAnswer() }, GATED)
    for (const headers of [
      { 'x-api-key': GATE },
      { authorization: `Bearer ${GATE}` },
      { authorization: `bearer ${GATE}` },
    ]) {
      expect((await row.post(client.path, client.body('m', false), headers)).status).toBe(200)
    }
  })

  test('F05 of two keys the provider sees its own and never the gate key', async () => {
    const row = await open(
      { [client.same]: textAnswer() },
      { ...GATED, providers: { [client.same]: PASSING } },
    )
    for (const headers of [
      { 'x-api-key': GATE, authorization: 'Bearer own-key-77' },
      { 'x-api-key': 'own-key-77', authorization: `Bearer ${GATE}` },
    ]) {
      expect((await row.post(client.path, client.body('m', false), headers)).status).toBe(200)
    }
    const seen = row.calls(client.same)
    expect(seen).toHaveLength(2)
    expect(JSON.stringify(seen)).not.toContain(GATE)
    const sent = seen.filter(({ headers }) => JSON.stringify(headers).includes('own-key-77'))
    expect(sent).toHaveLength(2)
  })

  test('F06 the gate key alone does not pay a provider that takes the own key', async () => {
    const row = await open(
      { [client.same]: textAnswer() },
      { ...GATED, providers: { [client.same]: PASSING } },
    )
    const { status, json } = await row.post(client.path, client.body('m', false), { 'x-api-key': GATE })
    expect(status).toBe(401)
    expect(client.errorOf(json).message).toMatch(/own key/)
    expect(row.everything(client.same)).toEqual([])
  })
})

test('F05 pitfall 248 with keys of ours the provider gets those and no key of the client', async () => {
  const row = await open({ oa: textAnswer(), an: textAnswer() }, GATED)
  const headers = { 'x-api-key': GATE, authorization: 'Bearer own-key-77', 'x-goog-api-key': 'own-key-78' }
  await row.post('/v1/chat/completions', HI, headers)
  await row.post('/v1/messages', { ...HI, model: 'an:m' }, headers)
  expect(row.calls('oa')[0]?.headers).toMatchObject({ authorization: 'Bearer test-key' })
  expect(row.calls('an')[0]?.headers).toMatchObject({ 'x-api-key': 'test-key' })
  expect(JSON.stringify([row.calls('oa'), row.calls('an')])).not.toMatch(/gate-key|own-key/)
})

const OPEN_PATHS = ['/', '/health', '/health/', '/api/version']
const CLOSED_PATHS = [
  'GET /v1/models',
  'GET /v1/models/m',
  'GET /api/tags',
  'GET /api/tags/oa',
  'GET /api/ps',
  'POST /api/show',
  'POST /api/create',
  'POST /api/copy',
  'POST /api/pull',
  'POST /api/push',
  'DELETE /api/delete',
  'POST /api/blobs/x',
  'POST /v1/chat/completions',
  'POST /v1/messages',
  'POST /v1/messages/count_tokens',
  'POST /api/chat',
  'POST /api/generate',
  'GET /v1/messages',
  'POST /test-connection',
  'GET /no/such/path',
]

test('F03 the way in is open to probes alone', async () => {
  const row = await open({ oa: textAnswer() }, GATED)
  for (const path of OPEN_PATHS) expect([path, (await row.ask(path)).status]).toEqual([path, 200])
  for (const closed of CLOSED_PATHS) {
    const [method = '', path = ''] = closed.split(' ')
    const init = method === 'POST' ? { method, body: JSON.stringify(HI) } : { method }
    expect([closed, (await row.ask(path, init)).status]).toEqual([closed, 401])
    const headers = { authorization: `Bearer ${GATE}`, 'content-type': 'application/json' }
    expect([closed, (await row.ask(path, { ...init, headers })).status]).not.toEqual([closed, 401])
  }
})

test('F04 the gate has no comparison of keys but the timing-safe one', () => {
  const source = readFileSync(new URL('../../src/server/gate.ts', import.meta.url), 'utf8')
  const code = source.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '')
  expect(code).toMatch(/return timingSafeEqual\(/)
  // Equality is used on undefined and the empty string alone, where there is nothing to learn.
  for (const [, right] of code.matchAll(/[!=]==\s*([^\s)&|?]+)/g))
    expect(['undefined', "''"]).toContain(right)
  expect(code).not.toMatch(/\.includes\(|startsWith|localeCompare|indexOf/)
})

const LIMITED = { server: { bodyLimit: 2000 } } as const

describe.each(CLIENTS)('the body of a request of $name', (client) => {
  test('F12 over the limit is a 413', async () => {
    const row = await open({ oa: textAnswer() }, LIMITED)
    const { status, json } = await row.post(client.path, {
      ...client.body('m', false),
      padding: 'x'.repeat(2000),
    })
    expect(status).toBe(413)
    expect(client.errorOf(json)).toMatchObject({ message: expect.stringMatching(/2000/) })
    expect(row.calls('oa')).toEqual([])
  })

  test('F12 at the limit is taken, one byte more is not', async () => {
    const row = await open({ oa: textAnswer() }, LIMITED)
    const bare = JSON.stringify({ ...client.body('m', false), padding: '' })
    const sent = (length: number) =>
      row.post(client.path, { ...client.body('m', false), padding: 'x'.repeat(length - bare.length) })
    expect([(await sent(2000)).status, (await sent(2001)).status]).toEqual([200, 413])
  })

  test('F12 far over the limit, with and without a length told, the answer still arrives', async () => {
    const row = await open({ oa: textAnswer() }, LIMITED)
    const huge = JSON.stringify({ ...client.body('m', false), padding: 'x'.repeat(8_000_000) })
    const told = await askRaw(row.url + client.path, { body: huge })
    expect([told.status, told.how]).toEqual([413, 'ended'])
    const chunked = await askRaw(row.url + client.path, {
      body: huge,
      headers: { 'transfer-encoding': 'chunked' },
    })
    expect([chunked.status, chunked.how]).toEqual([413, 'ended'])
    const fetched = await row.ask(client.path, { method: 'POST', body: huge })
    expect(fetched.status).toBe(413)
  })

  test('F12 that is no JSON, no object or nothing is a 400', async () => {
    const row = await open({ oa: textAnswer() })
    for (const body of ['{"model": ', '[1]', '"text"', '']) {
      const { status, json } = await row.ask(client.path, { method: 'POST', body })
      expect(status).toBe(400)
      expect(client.errorOf(json).message).toMatch(/JSON/)
    }
  })

  test('F12 that is JSON is taken under any content type', async () => {
    const row = await open({ oa: textAnswer() })
    for (const type of ['text/plain', 'application/octet-stream', 'multipart/form-data']) {
      const init = {
        method: 'POST',
        headers: { 'content-type': type },
        body: JSON.stringify(client.body('m', false)),
      }
      expect((await row.ask(client.path, init)).status).toBe(200)
    }
  })
})
