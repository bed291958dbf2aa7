/** Rows P01, P03, P05–P12, P14: every failure in the words of the client's dialect, with a type that the reference page names. */

import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#core'
import type { ScriptedAnswer } from '#simulator'
import { VirtualClock } from '../virtual-clock.ts'
import { CLIENTS } from './client-dialects.ts'
import { documented } from './error-page.ts'
import { type Reply, rows, textAnswer } from './row.ts'

const open = rows()
const BAD_SAMPLES: readonly [what: string, answer: ScriptedAnswer, more?: JsonObject][] = [
  ...[400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 429, 451, 500, 501, 502, 503, 504, 520, 529].map(
    (status) => [`status ${status}`, { kind: 'status', status }] as [string, ScriptedAnswer],
  ),
  ['markup', { kind: 'status', status: 502, body: '<html>Bad gateway</html>' }],
  [
    'a strange type',
    { kind: 'status', status: 400, body: { error: { type: 'never_seen', code: 'odd', message: 'No.' } } },
  ],
  ['nothing', { kind: 'status', status: 500, body: '' }],
  ['a reset', { kind: 'reset', when: 'before-headers' }],
  ['a body cut', { kind: 'answer', cutAfter: 0 }],
  [
    'no JSON',
    { kind: 'raw', status: 200, headers: { 'content-type': 'application/json' }, chunks: ['oops'] },
  ],
  [
    'an error told in a 200',
    {
      kind: 'raw',
      status: 200,
      headers: { 'content-type': 'application/json' },
      chunks: ['{"error":{"message":"No.","type":"odd","code":"x"}}'],
    },
  ],
  ['a redirect', { kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:1/x' }, body: '' }],
]

describe.each(CLIENTS)('errors for $name', (client) => {
  const check = ({ status, json, headers }: Reply) => {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    const { type = '', message, requestId } = client.errorOf(json)
    expect([...documented(client.name)]).toContain(type)
    expect(message).toMatch(/\S/)
    expect([requestId, headers.get('request-id')]).toEqual([headers.get('x-request-id'), requestId])
    return client.errorOf(json)
  }
  const ask = client.body('m', false)

  test.each(BAD_SAMPLES)('P01 P09 after %s from the provider', async (_, answer) => {
    const row = await open({ [client.same]: answer, [client.other]: answer })
    for (const model of [`${client.same}:m`, `${client.other}:m`]) {
      for (const stream of [false, true]) {
        const reply = await row.post(client.path, { ...ask, model, stream })
        expect(check(reply).message).not.toBe('')
      }
    }
  })

  test('P01 P09 for what is wrong with the request itself', async () => {
    const row = await open({ oa: textAnswer() }, { server: { bodyLimit: 5000 } })
    const own = { 'x-request-id': 'my-own-id' }
    check(await row.post(client.path, {}, own))
    check(await row.post(client.path, { ...ask, model: 7 }))
    check(await row.post(client.path, { ...ask, messages: 'none' }))
    check(await row.post(client.path, { ...ask, padding: 'x'.repeat(6000) }))
    check(await row.ask(client.path, { method: 'POST', body: '{' }))
    check(await row.post(client.path, ask, { 'x-provider': 'nobody' }))
    check(await row.post(client.path, ask, { 'x-fallback': 'nobody:m' }))
    check(await row.post(client.path, ask, { 'content-encoding': 'br' }))
    expect((await row.post(client.path, {}, own)).headers.get('x-request-id')).toBe('my-own-id')
  })

  test('P10 a wrong method is a 405 with Allow', async () => {
    const row = await open({ oa: textAnswer() })
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const reply = await row.ask(client.path, { method })
      check(reply)
      expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST'])
    }
  })

  test('P06 a model that the provider does not have is a 404 with its name', async () => {
    const row = await open({
      [client.same]: { kind: 'status', status: 404 },
      [client.other]: { kind: 'status', status: 404 },
    })
    for (const upstream of [client.same, client.other]) {
      const reply = await row.post(client.path, { ...ask, model: `${upstream}:no-such-model-9` })
      expect(reply.status).toBe(404)
      expect(check(reply).message).toContain('no-such-model-9')
      expect(reply.headers.get('x-should-retry')).toBe('false')
    }
  })

  test('P07 a refused key of ours is a 401 that says whose key, and not which', async () => {
    const secret = 'a-key-of-no-known-shape-4711'
    const refusal = {
      kind: 'status',
      status: 401,
      body: { error: { message: `The key ${secret} is wrong.`, type: 'auth' } },
    } as const
    const row = await open(
      { [client.same]: refusal },
      { providers: { [client.same]: { apiKeys: [secret] } } },
    )
    const reply = await row.post(client.path, ask)
    expect(reply.status).toBe(401)
    expect(check(reply).message).toMatch(new RegExp(`"${client.same}" refused the gateway's own key`))
    expect(reply.text).not.toContain(secret)
    expect(reply.headers.get('x-should-retry')).toBe('false')
  })

  test('P08 P11 what nobody foresaw is a 500 that shows nothing of its cause', async () => {
    const random = planted
    const row = await open({ oa: { kind: 'status', status: 503 } }, { random, config: { maxRetries: 1 } })
    const reply = await row.post(client.path, ask)
    expect(reply.status).toBe(500)
    check(reply)
    expect(reply.text).not.toMatch(/planted|secret\.ts|\bat \w/)
  })

  test("P12 the provider's own words are in details.upstream, cut and scrubbed", async () => {
    const body = {
      error: { message: 'Out of order.', type: 'odd', hint: `Bearer abcdef123456 ${'long '.repeat(2000)}` },
    }
    const row = await open({
      [client.same]: { kind: 'status', status: 500, body, headers: { 'x-request-id': 'up-1' } },
    })
    const reply = await row.post(client.path, ask)
    const { upstream } = check(reply).details
    expect(upstream).toMatchObject({
      status: 500,
      request_id: 'up-1',
      body: expect.stringContaining('Out of order.'),
    })
    expect(reply.text).not.toContain('abcdef123456')
    expect(reply.text.length).toBeLessThan(2500)
  })
})

function planted(): never {
  throw new Error('planted in /somewhere/secret.ts:12')
}

const SAME_STATUS = [400, 401, 403, 404, 413, 422, 429, 500, 504]

test.each(SAME_STATUS)("P03 a provider's %i has one status for all, and a shape for each", async (status) => {
  const row = await open({ oa: { kind: 'status', status } })
  const replies = await Promise.all(CLIENTS.map((client) => row.post(client.path, client.body('m', false))))
  expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([status === 500 ? 502 : status]))
  const [openai, anthropic, ollama] = replies.map(({ json }) => json)
  expect(openai).toMatchObject({
    error: { message: expect.any(String), type: expect.any(String), param: null },
  })
  expect(anthropic).toMatchObject({
    type: 'error',
    error: { type: expect.any(String), message: expect.any(String) },
  })
  expect(ollama).toMatchObject({ error: expect.any(String), type: expect.any(String) })
})

test("P03 overload alone has a status of its own in Anthropic's dialect", async () => {
  const row = await open({ oa: { kind: 'status', status: 503 } })
  const replies = await Promise.all(CLIENTS.map((client) => row.post(client.path, client.body('m', false))))
  expect(replies.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
    [503, '1'],
    [529, '1'],
    [503, '1'],
  ])
})

test('P05 an unknown provider in the query is a 404, in a header a 400, with the known names', async () => {
  const row = await open({ oa: textAnswer(), an: textAnswer() })
  const asked = await row.ask('/v1/models?provider=nobody')
  expect([asked.status, asked.text]).toEqual([404, expect.stringMatching(/nobody.*oa, an/)])
  const wished = await row.ask('/v1/models', { headers: { 'x-provider': 'nobody' } })
  expect([wished.status, wished.text]).toEqual([400, expect.stringMatching(/nobody.*oa, an/)])
})

test('P10 an unknown path is a 404 in the words of its family', async () => {
  const row = await open({ oa: textAnswer() })
  const [openai, anthropic, ollama] = CLIENTS
  for (const [path, client] of [
    ['/v1/nothing', openai],
    ['/nothing', openai],
    ['/v1/messages/nothing', anthropic],
    ['/api/nothing', ollama],
  ] as const) {
    const { status, json, headers } = await row.ask(path)
    expect(status).toBe(404)
    expect(client?.errorOf(json)).toMatchObject({
      message: expect.stringContaining(path),
      requestId: headers.get('x-request-id'),
    })
    expect(headers.get('x-should-retry')).toBe('false')
  }
  expect((await row.post('/health', {})).headers.get('allow')).toBe('GET, HEAD')
})

class BreakingClock extends VirtualClock {
  broken = false

  override wall(): number {
    if (this.broken) planted()
    return super.wall()
  }

  override timer(ms: number, ring: () => void) {
    if (this.broken) planted()
    return super.timer(ms, ring)
  }
}

test('P11 no route shows the inside of the house', async () => {
  const clock = new BreakingClock()
  const row = await open({ oa: textAnswer(), ol: textAnswer() }, { clock })
  clock.broken = true
  const posts = [
    ...CLIENTS.map(({ path }) => path),
    '/api/generate',
    '/v1/messages/count_tokens',
    '/api/show',
  ]
  const asked = { model: 'm', max_tokens: 9, prompt: 'Hi', messages: [{ role: 'user', content: 'Hi' }] }
  const replies = await Promise.all([
    ...posts.map((path) => row.post(path, asked)),
    ...['/health', '/v1/models', '/v1/models?provider=oa', '/v1/models/%E0%A4%A', '/api/tags', '/api/ps'].map(
      (path) => row.ask(path),
    ),
  ])
  clock.broken = false
  expect(replies.filter(({ status }) => status === 500).length).toBeGreaterThanOrEqual(5)
  for (const { text } of replies) expect(text).not.toMatch(/planted|secret\.ts|\.ts:\d|\bat \w+ \(/)
})

test('P14 an error for an Ollama client is a text and a type', async () => {
  const row = await open({ oa: { kind: 'status', status: 429 } })
  for (const path of ['/api/chat', '/api/generate']) {
    const { json } = await row.post(path, {
      model: 'm',
      prompt: 'Hi',
      messages: [{ role: 'user', content: 'Hi' }],
    })
    expect(json).toMatchObject({ error: expect.any(String), type: 'rate-limited' })
  }
})
