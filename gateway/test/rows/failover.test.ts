/** Rows L08, L15, M09, M12, M17–M20 and law 4: before content another target takes over unseen; after it nothing is hidden. */

import { describe, expect, test } from 'vitest'
import type { Script, ScriptedAnswer } from '#simulator'
import { VirtualClock } from '../virtual-clock.ts'
import { CLIENTS, eventually, type Road, ROADS } from './client-dialects.ts'
import { rows, textAnswer } from './row.ts'

const open = rows()
const TEXT = 'The second one says: hëllo, 世界 🌍.'
const SECOND = textAnswer(TEXT)

interface Fault {
  readonly fault: string
  readonly answer: ScriptedAnswer
  /** The wait of the clock that ends it. */
  readonly clockMs?: number
}

const FIRST_TOKEN_MS = 40_000
const HEADERS_MS = 30_000
const IDLE_MS = 20_000

/** What may go wrong before anything of the answer was seen. */
const BEFORE: readonly Fault[] = [
  { fault: '429', answer: { kind: 'status', status: 429 } },
  { fault: '500', answer: { kind: 'status', status: 500 } },
  { fault: '503', answer: { kind: 'status', status: 503 } },
  { fault: '401 for our key', answer: { kind: 'status', status: 401 } },
  { fault: 'a reset on connect', answer: { kind: 'reset', when: 'on-connect' } },
  { fault: 'a reset before headers', answer: { kind: 'reset', when: 'before-headers' } },
  { fault: 'a reset after headers', answer: { kind: 'reset', when: 'after-headers' } },
  { fault: 'no headers', answer: { kind: 'silence' }, clockMs: HEADERS_MS },
  { fault: 'headers and no content', answer: { kind: 'answer', stallAfter: 0 }, clockMs: FIRST_TOKEN_MS },
  { fault: 'a cut before content', answer: { kind: 'answer', cutAfter: 0 } },
  { fault: 'garbage before content', answer: { kind: 'answer', malformedAfter: 0 } },
  { fault: 'an error inside, before content', answer: { kind: 'answer', errorAfter: 0 } },
  {
    fault: 'an end without an answer',
    answer: { kind: 'raw', status: 200, headers: { 'content-type': 'text/event-stream' }, chunks: [] },
  },
]

const WHOLE: readonly Fault[] = [
  { fault: 'a body cut in the middle', answer: { kind: 'answer', cutAfter: 1 } },
  { fault: 'a body that ends in the middle', answer: { kind: 'answer', malformedAfter: 1 } },
  {
    fault: 'a body that stops in the middle',
    answer: { kind: 'answer', stallAfter: 1 },
    clockMs: HEADERS_MS,
  },
  { fault: 'a stream in its place, cut', answer: { kind: 'answer', as: 'sse', cutAfter: 2 } },
]

const TIMEOUTS = {
  connectMs: 10_000,
  headersMs: HEADERS_MS,
  firstTokenMs: FIRST_TOKEN_MS,
  idleMs: IDLE_MS,
  totalMs: 600_000,
}

async function stage(road: Road, fault: Fault) {
  const clock = new VirtualClock()
  const row = await open(
    { [road.first]: fault.answer, [road.second]: SECOND },
    { clock, config: { timeouts: TIMEOUTS } },
  )
  const patient = async <T>(answer: Promise<T>): Promise<T> => {
    const { clockMs } = fault
    if (clockMs !== undefined) {
      const waiting = () =>
        row.calls(road.first).length > 0 && clock.waits.some((ms) => Math.abs(ms - clockMs) < 1)
      await eventually(waiting, `the clock of ${clockMs} ms is wound up`)
      clock.advance(clockMs)
    }
    return answer
  }
  const { client } = road
  const ask = (stream: boolean, headers: Record<string, string>) =>
    row.post(client.path, client.body('m', stream), { 'x-request-id': 'the-same', ...headers })
  return {
    row,
    /** Asks the failing one, with or without somebody to take over. */
    failing: (stream: boolean) => patient(ask(stream, { 'x-provider': road.first })),
    rescued: (stream: boolean) =>
      patient(ask(stream, { 'x-provider': road.first, 'x-fallback': `${road.second}:m` })),
    direct: (stream: boolean) => ask(stream, { 'x-provider': road.second }),
  }
}

/** Moments and durations are the only things that may differ. */
const timeless = (body: string) =>
  body.replaceAll(/"(created|created_at|\w+_duration)":("[^"]*"|\d+)/g, '"$1":0')

describe.each(ROADS)('$name', (road) => {
  test.each(BEFORE)("L08 a stream after $fault is the fallback's, and nothing shows it", async (fault) => {
    const { row, rescued, direct } = await stage(road, fault)
    const [answer, model] = [await rescued(true), await direct(true)]
    expect(answer.status).toBe(200)
    expect(timeless(answer.text)).toBe(timeless(model.text))
    expect(road.client.hear(answer.text)).toMatchObject({
      text: TEXT,
      finished: true,
      error: undefined,
    })
    expect([answer.headers.get('x-provider'), answer.headers.get('x-attempts')]).toEqual([road.second, '2'])
    expect([row.calls(road.first).length, row.calls(road.second).length]).toEqual([1, 2])
  })

  test.each(WHOLE)("M09 a whole answer after $fault is the fallback's", async (fault) => {
    const { rescued, direct } = await stage(road, fault)
    const [answer, model] = [await rescued(false), await direct(false)]
    expect([answer.status, road.client.textOf(answer.json)]).toEqual([200, TEXT])
    expect(timeless(answer.text)).toBe(timeless(model.text))
  })

  test.each(WHOLE)("P03 $fault without a fallback is an error in the client's words", async (fault) => {
    const { failing } = await stage(road, fault)
    const { status, json, headers } = await failing(false)
    expect(status).toBe(fault.clockMs === undefined ? 502 : 504)
    expect(road.client.errorOf(json)).toMatchObject({
      type: expect.stringMatching(/\S/),
      message: expect.stringMatching(/\S/),
      requestId: headers.get('x-request-id'),
    })
  })
})

test.each(CLIENTS)(
  'L08 the official client of $name reads one clean answer after two failures',
  async (client) => {
    const row = await open({
      oa: { kind: 'answer', text: 'Lost words.', cutAfter: 0 },
      or: { kind: 'status', status: 503 },
      an: SECOND,
    })
    const heard = await client.listen(row, 'oa:m', { 'x-fallback': 'or:m, an:m' })
    expect(heard).toBe(TEXT)
  },
)

test('L15 a stream refused with 503 is asked for again before anything is told', async () => {
  const clock = new VirtualClock()
  const row = await open(
    { oa: [{ kind: 'status', status: 503 }, SECOND] },
    { clock, config: { maxRetries: 1 } },
  )
  const asked = row.post('/v1/chat/completions', {
    model: 'm',
    messages: [{ role: 'user', content: 'Hi' }],
    stream: true,
  })
  await eventually(() => clock.waits.some((ms) => ms >= 1100 && ms <= 1300), 'the retry waits')
  clock.advance(1300)
  const { status, text, headers } = await asked
  expect([status, headers.get('x-attempts')]).toEqual([200, '2'])
  expect(CLIENTS[0]?.hear(text)).toMatchObject({ text: TEXT, finished: true })
})

const BUSY = { kind: 'status', status: 503 } as const
const HI = { model: 'oa:m', messages: [{ role: 'user', content: 'Hi' }] }

test('M09 two that fail are each asked once, then the third answers', async () => {
  const row = await open(
    { oa: BUSY, ol: BUSY, an: SECOND },
    { config: { models: { smart: { targets: ['oa:a', 'ol:b', 'an:c'], strategy: 'priority' } } } },
  )
  const { status, headers } = await row.post('/v1/chat/completions', { ...HI, model: 'smart' })
  expect([status, headers.get('x-provider'), headers.get('x-model'), headers.get('x-attempts')]).toEqual([
    200,
    'an',
    'c',
    '3',
  ])
  expect([row.sent('oa')['model'], row.sent('ol')['model'], row.sent('an')['model']]).toEqual(['a', 'b', 'c'])
  expect([row.calls('oa').length, row.calls('ol').length, row.calls('an').length]).toEqual([1, 1, 1])
})

test('M12 nobody is asked whom nobody named: the first failure is returned', async () => {
  const row = await open({ oa: BUSY, an: SECOND })
  const { status } = await row.post('/v1/chat/completions', HI)
  expect(status).toBe(503)
  expect(row.calls('an')).toEqual([])
})

test('M17 another account at the same address is asked for the same model', async () => {
  const baseUrl = 'http://127.0.0.1:9/v1'
  const row = await open(
    { oa: SECOND, or: SECOND, ol: SECOND },
    {
      providers: {
        oa: { baseUrl },
        or: { baseUrl, defaultModel: 'its-own' },
        ol: { defaultModel: 'third', priority: 2 },
      },
      config: { routing: { fallback: 'next_available' }, probeMs: 0 },
    },
  )
  const { headers } = await row.post('/v1/chat/completions', { ...HI, model: 'm' }, { 'x-request-id': 'm17' })
  expect([headers.get('x-provider'), headers.get('x-model')]).toEqual(['ol', 'third'])
  const { json } = await row.ask('/api/traces/m17')
  expect(json['attempts']).toMatchObject([{ model: 'm' }, { provider: 'or', model: 'm' }, { model: 'third' }])
})

test('M18 when all fail, the last failure is told and every attempt is listed', async () => {
  const row = await open({ oa: BUSY, an: { kind: 'status', status: 500 } })
  const { status, json, headers } = await row.post('/v1/chat/completions', HI, { 'x-fallback': 'an:x' })
  expect([status, headers.get('x-attempts')]).toEqual([502, '2'])
  expect(json).toMatchObject({
    error: {
      code: 'provider_error',
      details: {
        provider: 'an',
        attempts: [
          { provider: 'oa', model: 'm', status: 503, error: 'overloaded' },
          { provider: 'an', model: 'x', status: 500, error: 'provider-error' },
        ],
      },
    },
  })
})

test('M18 a target that never could be asked does not hide why the last one failed', async () => {
  const row = await open({ oa: BUSY, an: SECOND }, { providers: { an: { apiKeys: [], passthrough: true } } })
  const { status, json } = await row.post('/v1/chat/completions', HI, { 'x-fallback': 'an:x' })
  expect(status).toBe(503)
  expect(json).toMatchObject({ error: { details: { provider: 'oa' } } })
  expect(row.calls('an')).toEqual([])
})

const CALLERS = [400, 413, 422]

test.each(CALLERS)(
  "M19 a %i is the caller's: told at once, no other asked, nobody's failure",
  async (status) => {
    const row = await open({ oa: { kind: 'status', status }, an: SECOND })
    const refused = await row.post('/v1/chat/completions', HI, { 'x-fallback': 'an:m' })
    expect(refused.status).toBe(status)
    expect(row.calls('an')).toEqual([])
    const { json } = await row.ask('/health')
    expect(json).toMatchObject({ providers: { oa: { failure_count: 0 } } })
  },
)

test('M20 a 401 for our key goes on to the next provider and counts', async () => {
  // Its list is open to everybody, so that no probe tells of the key.
  const refusing: Script = ({ method }) => (method === 'GET' ? SECOND : { kind: 'status', status: 401 })
  const row = await open({ oa: refusing, an: SECOND })
  const { status, headers } = await row.post('/v1/chat/completions', HI, { 'x-fallback': 'an:m' })
  expect([status, headers.get('x-provider')]).toEqual([200, 'an'])
  expect((await row.ask('/health')).json).toMatchObject({
    providers: { oa: { failure_count: 1, healthy: false, status: 'unhealthy' } },
  })
})

test("M20 a 401 for the caller's own key is the caller's", async () => {
  const row = await open(
    { oa: { kind: 'status', status: 401 }, an: SECOND },
    { providers: { oa: { apiKeys: [], passthrough: true } } },
  )
  const headers = { authorization: 'Bearer mine', 'x-fallback': 'an:m' }
  expect((await row.post('/v1/chat/completions', HI, headers)).status).toBe(401)
  expect(row.calls('an')).toEqual([])
  expect((await row.ask('/health')).json).toMatchObject({ providers: { oa: { failure_count: 0 } } })
})
