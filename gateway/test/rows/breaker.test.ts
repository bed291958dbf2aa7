/** Rows G37, G53, H30, L09, M22–M31, Q10: a target that fails is given a rest, and comes back by itself. */

import { describe, expect, test } from 'vitest'
import type { ScriptedAnswer } from '#simulator'
import { loadIn } from '../load-in.ts'
import { askRaw } from '../raw-answer.ts'
import { BREAKER, NO_BREAKER } from '../house.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { eventually } from './client-dialects.ts'
import { BROKEN, HI, OK, PATH, Patient, stages } from './patient.ts'

const { stage, opened } = stages()

test('M22 five failures open it; the sixth request never reaches the provider, and others are not concerned', async () => {
  const here = await stage({}, { an: OK })
  here.oa.answer = BROKEN
  expect(await here.many(5)).toEqual([502, 502, 502, 502, 502])
  expect(await here.many(1)).toEqual([503])
  expect(here.count()).toBe(5)
  expect(await here.state()).toMatchObject({ state: 'open', failure_count: 5, retry_after: 60 })
  expect((await here.ask('an:m')).status).toBe(200)
  expect(await here.state('an')).toMatchObject({ state: 'closed', failure_count: 0 })
})

test('M27 four failures are not enough, and a success forgets them', async () => {
  const here = await stage()
  for (let round = 0; round < 3; round++) {
    here.oa.answer = BROKEN
    expect(await here.many(4)).toEqual([502, 502, 502, 502])
    here.oa.answer = OK
    expect(await here.many(1)).toEqual([200])
  }
  expect(await here.state()).toMatchObject({ state: 'closed' })
})

test('M23 half of the requests failing opens it, once there are enough', async () => {
  const here = await stage({ minimumVolume: 10 })
  for (let i = 0; i < 10; i++) {
    expect(await here.state()).toMatchObject({ state: 'closed' })
    here.oa.answer = i % 2 === 0 ? OK : BROKEN
    await here.many(1)
  }
  expect(await here.state()).toMatchObject({ state: 'open' })
  const gentle = await stage({ minimumVolume: 10, errorRate: 0 })
  for (let i = 0; i < 20; i++) {
    gentle.oa.answer = i % 2 === 0 ? OK : BROKEN
    await gentle.many(1)
  }
  expect(await gentle.state()).toMatchObject({ state: 'closed' })
})

test('M24 too many slow answers open it', async () => {
  const here = await stage({ slowMs: 2000, minimumVolume: 5 })
  const slowly = async (ms: number) => {
    const { promise: go, resolve } = Promise.withResolvers<ScriptedAnswer>()
    let reached = false
    here.oa.answer = () => ((reached = true), go)
    const asked = here.ask()
    await eventually(() => reached, 'it is asked')
    here.clock.advance(ms)
    resolve(OK)
    expect((await asked).status).toBe(200)
  }
  await slowly(2001)
  for (let i = 0; i < 4; i++) await slowly(2000)
  expect(await here.state()).toMatchObject({ state: 'closed' })
  here.clock.advance(60_000)
  for (let i = 0; i < 5; i++) {
    expect(await here.state()).toMatchObject({ state: 'closed' })
    await slowly(2001)
  }
  expect(await here.state()).toMatchObject({ state: 'open' })
})

test('M24 what was tried before an answer is not counted as its time', async () => {
  const config = { maxRetries: 1, retryPolicy: 'immediate' } as const
  const here = await stage({ slowMs: 2000, minimumVolume: 1, errorRate: 0 }, {}, { config })
  here.oa.answer = () => {
    const isFirst = here.count() === 1
    here.clock.advance(isFirst ? 3000 : 100)
    return isFirst ? BROKEN : OK
  }
  let over = false
  const asked = here.ask().finally(() => (over = true))
  await eventually(() => {
    if (!over && (here.clock.next ?? Infinity) < 10) here.clock.advance(10)
    return over
  }, 'it is answered')
  expect([(await asked).status, here.count()]).toEqual([200, 2])
  expect(await here.state()).toMatchObject({ state: 'closed' })
})

test('M25 after 60 s exactly one trial is let through; failing, it opens again and for longer', async () => {
  const here = await opened()
  here.clock.advance(59_999)
  expect(await here.many(1)).toEqual([503])
  expect(here.count()).toBe(5)
  here.clock.advance(1)
  expect(await here.state()).toMatchObject({ state: 'half_open' })
  const { promise: go, resolve } = Promise.withResolvers<ScriptedAnswer>()
  here.oa.answer = () => go
  const trial = here.ask()
  await eventually(() => here.count() === 6, 'the trial is out')
  expect(await here.many(3)).toEqual([503, 503, 503])
  expect(here.count()).toBe(6)
  resolve(BROKEN)
  expect((await trial).status).toBe(502)
  expect(await here.state()).toMatchObject({ state: 'open', retry_after: 120 })
  here.clock.advance(119_999)
  expect(await here.many(1)).toEqual([503])
})

test('M25 a trial that its client gives up sets the place free and says nothing', async () => {
  const here = await opened()
  here.clock.advance(60_000)
  here.oa.answer = { kind: 'answer', text: 'One two three.', stallAfter: 1 }
  const body = { model: 'm', messages: HI, stream: true }
  await askRaw(here.row.url + PATH, { body, leaveWhen: (text: string) => text.includes('One') })
  await eventually(() => here.row.calls('oa').at(-1)?.closedByClient === true, 'the call is given up')
  expect(await here.state()).toMatchObject({ state: 'half_open' })
  here.oa.answer = OK
  expect(await here.many(3)).toEqual([200, 200, 200])
  expect(await here.state()).toMatchObject({ state: 'closed' })
})

test('M25 a trial whose stream has flowed for ten seconds keeps nobody away, and is a good one', async () => {
  const here = await opened()
  here.clock.advance(60_000)
  here.oa.answer = { kind: 'answer', text: 'One two three.', stallAfter: 1 }
  const body = { model: 'm', messages: HI, stream: true }
  const begun = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  const long = fetch(here.row.url + PATH, { method: 'POST', body: JSON.stringify(body), signal: cut(over) })
  void long.then(() => begun.resolve())
  await begun.promise
  here.oa.answer = OK
  here.clock.advance(9999)
  expect(await here.many(1)).toEqual([503])
  here.clock.advance(1)
  expect(await here.many(1)).toEqual([200])
  expect(await here.state()).toMatchObject({ state: 'half_open' })
  expect(await here.many(1)).toEqual([200])
  expect(await here.state()).toMatchObject({ state: 'closed' })
  over.resolve()
})

test('M26 three good trials close it; then its share of the traffic grows back', async () => {
  const lots = { next: 0 }
  const here = await opened(
    {},
    { an: OK },
    {
      random: () => lots.next,
      config: { models: { both: { targets: ['oa:m', 'an:m'], strategy: 'priority' } } },
    },
  )
  here.oa.answer = OK
  here.clock.advance(60_000)
  for (let i = 0; i < 3; i++) {
    expect(await here.state()).toMatchObject({ state: 'half_open' })
    await here.many(1, 'oa:m')
  }
  expect(await here.state()).toMatchObject({ state: 'closed' })
  const servedWith = async (lot: number) => {
    lots.next = lot
    return (await here.ask('both')).headers.get('x-provider')
  }
  expect([await servedWith(0.0999), await servedWith(0.1001)]).toEqual(['oa', 'an'])
  here.clock.advance(15_000)
  expect([await servedWith(0.5499), await servedWith(0.5501)]).toEqual(['oa', 'an'])
  here.clock.advance(15_000)
  expect(await servedWith(0.999)).toBe('oa')
})

test('M28 a request counts once, after its retries', async () => {
  const here = await stage({}, {}, { config: { maxRetries: 2, retryPolicy: 'immediate' } })
  here.oa.answer = BROKEN
  for (let i = 1; i <= 4; i++) {
    const asked = here.ask()
    let over = false
    void asked.then(() => (over = true))
    await eventually(() => {
      if (!over && (here.clock.next ?? Infinity) < 10) here.clock.advance(10)
      return over
    }, 'it is answered')
    expect(here.count()).toBe(3 * i)
  }
  expect(await here.state()).toMatchObject({ state: 'closed', failure_count: 4 })
  const { json } = await here.row.ask('/health/providers/oa')
  expect(json).toMatchObject({ request_count: 4, error_count: 4 })
})

test('M28 neither what the caller did wrong nor a rate limit counts, be there ever so many', async () => {
  const here = await stage()
  for (const status of [400, 404, 413, 422, 429]) {
    here.oa.answer = { kind: 'status', status }
    expect(new Set(await here.many(6))).toEqual(new Set([status]))
  }
  expect(await here.state()).toEqual({ state: 'closed', failure_count: 0 })
})

test('M29 the only provider being open, the answer is 503 with the time to come back', async () => {
  const here = await opened()
  here.clock.advance(15_500)
  const { status, headers, json } = await here.ask()
  expect([status, headers.get('retry-after'), headers.get('x-should-retry')]).toEqual([503, '45', null])
  expect(json).toMatchObject({ error: { details: { provider: 'oa' } } })
  expect(here.count()).toBe(5)
})

test('M29 where several may be asked and all are open, the first to come back is tried, one request at a time', async () => {
  const an = new Patient()
  const config = { models: { both: { targets: ['oa:m', 'an:m'], strategy: 'priority' as const } } }
  const here = await opened({}, { an: an.script }, { config })
  here.clock.advance(10_000)
  an.answer = BROKEN
  await here.many(5, 'an:m')
  expect([here.count(), here.count('an')]).toEqual([5, 5])
  const { promise: go, resolve } = Promise.withResolvers<ScriptedAnswer>()
  here.oa.answer = () => go
  an.answer = () => go
  const asked = Array.from({ length: 4 }, () => here.ask('both'))
  await eventually(() => here.count() === 6 && here.count('an') === 6, 'each is tried')
  const refused: number[] = []
  for (const reply of asked) void reply.then(({ status }) => refused.push(status))
  await eventually(() => refused.length === 2, 'the others are refused')
  expect(refused).toEqual([503, 503])
  resolve(OK)
  expect((await Promise.all(asked)).map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    200, 200, 503, 503,
  ])
  expect([here.count(), here.count('an')]).toEqual([6, 6])
  // A lone target is spared until its time.
  expect(await here.state()).toMatchObject({ state: 'half_open' })
})

test('M30 a provider that has healed is served again with no hand laid on', async () => {
  const here = await opened()
  here.oa.answer = OK
  expect(await here.many(1)).toEqual([503])
  here.clock.advance(60_000)
  expect(await here.many(3)).toEqual([200, 200, 200])
  expect(await here.state()).toEqual({ state: 'closed', failure_count: 0 })
  expect(await here.many(2)).toEqual([200, 200])
})

describe('M31 with a circuit for each model', () => {
  test.each([404, 500])('M31 %i on one model opens only that one', async (status) => {
    const here = await stage({ perModel: true })
    here.oa.answer = ({ body }) => (body.includes('"bad"') ? { kind: 'status', status } : OK)
    await here.many(5, 'bad')
    expect(await here.many(1, 'bad')).toEqual([503])
    expect(await here.many(1, 'good')).toEqual([200])
    expect(here.count()).toBe(6)
    expect(await here.state()).toMatchObject({ state: 'closed', models: { bad: 'open' } })
  })

  test('M31 a 500 on one model opens the whole provider when the option is off', async () => {
    const here = await stage()
    here.oa.answer = ({ body }) => (body.includes('"bad"') ? BROKEN : OK)
    await here.many(5, 'bad')
    expect(await here.many(1, 'good')).toEqual([503])
  })
})

test('L09 a stream that breaks after its first content counts as one failure', async () => {
  const here = await stage()
  here.oa.answer = { kind: 'answer', text: 'One two three.', cutAfter: 1 }
  for (let i = 1; i <= 5; i++) {
    const { text } = await here.row.post(PATH, { model: 'm', messages: HI, stream: true })
    expect(text).toContain('error')
    expect(await here.state()).toMatchObject({ failure_count: i, state: i < 5 ? 'closed' : 'open' })
  }
})

test('Q10 a jump of the wall clock opens nothing, closes nothing and shortens no rest', async () => {
  class Jumping extends VirtualClock {
    jump = 0
    override wall(): number {
      return super.wall() + this.jump
    }
  }
  const clock = new Jumping()
  const here = await opened({}, {}, { clock })
  clock.jump = 86_400_000
  expect(await here.many(1)).toEqual([503])
  clock.jump = -86_400_000
  clock.advance(60_000)
  here.oa.answer = OK
  expect(await here.many(1)).toEqual([200])
})

describe('H30 an open provider that the header names', () => {
  const fallback = { config: { routing: { fallback: 'next_available' } } } as const

  test('H30 is replaced by those of the fallback, and the answer tells who served', async () => {
    const here = await opened({}, { an: OK }, fallback)
    const { status, headers } = await here.ask('m', { 'x-provider': 'oa' })
    expect([status, headers.get('x-provider')]).toEqual([200, 'an'])
    expect(here.count()).toBe(5)
  })

  test('H30 is replaced by those that the request itself declares', async () => {
    const here = await opened({}, { an: OK })
    const { headers } = await here.ask('m', { 'x-provider': 'oa', 'x-fallback': 'an:m' })
    expect(headers.get('x-provider')).toBe('an')
  })

  test('H30 is a 503 where nobody else will do', async () => {
    const here = await opened({}, { an: OK }, fallback)
    const { status } = await here.ask('m', { 'x-provider': 'oa', 'x-provider-strict': 'true' })
    expect([status, here.count(), here.count('an')]).toEqual([503, 5, 0])
  })
})

test('G37 threshold and recovery of the file hold; left out they are 5 and 60 s', async () => {
  const file = '[circuit_breaker]\nfailure_threshold = 3\nrecovery_timeout = 120\n'
  const here = await opened({ ...loadIn({ files: { 'sluice.toml': file } }).breaker })
  expect(here.count()).toBe(3)
  expect(await here.many(1)).toEqual([503])
  here.clock.advance(119_999)
  expect(await here.many(1)).toEqual([503])
  here.clock.advance(1)
  here.oa.answer = OK
  expect(await here.many(1)).toEqual([200])
  expect(loadIn({}).breaker).toEqual(BREAKER)
})

test('G53 switched off, nobody is ever given a rest', async () => {
  expect(loadIn({ env: { ENABLE_CIRCUIT_BREAKER: 'false' } }).breaker).toEqual(NO_BREAKER)
  const here = await stage({ enabled: false })
  here.oa.answer = BROKEN
  await here.many(12)
  expect(here.count()).toBe(12)
})

/** Gives the request up when this is over. */
function cut({ promise }: PromiseWithResolvers<void>): AbortSignal {
  const leaving = new AbortController()
  void promise.then(() => leaving.abort())
  return leaving.signal
}
