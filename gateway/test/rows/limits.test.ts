/** Rows G25 and M32–M42: how much passes at a time, who waits, in which order, and how long. */

import { describe, expect, test } from 'vitest'
import { loadIn } from '../load-in.ts'
import { eventually } from './client-dialects.ts'
import { at, drain, limitStages, lined, ONE, PATH, rate, waiting } from './limit-stage.ts'

const stage = limitStages()

test('G25 M37 a full provider is never asked more at once, and keeps nobody from another', async () => {
  const here = await stage({}, { oa: { limits: { concurrency: 2 } } })
  const { oa, an, ask } = here
  const asked = [ask('oa:1'), ask('oa:2')]
  await at(2, oa)
  asked.push(ask('oa:3'), ask('oa:4'))
  await waiting(here, 2)
  asked.push(ask('an:1'))
  await at(1, an)
  expect(oa.holding).toBe(2)
  an.release()
  oa.release()
  await eventually(() => here.seen('oa').length === 3, 'the next is asked')
  expect(oa.holding).toBe(2)
  oa.releaseAll()
  await at(1, oa)
  oa.releaseAll()
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
})

test('M36 beyond the limit of all providers the next one waits', async () => {
  const here = await stage({ concurrency: 3 })
  const { oa, an, ask } = here
  const asked = [ask('oa:1'), ask('an:1'), ask('oa:2')]
  await at(2, oa)
  await at(1, an)
  asked.push(ask('an:2'))
  await waiting(here, 1)
  oa.release()
  await at(2, an)
  oa.releaseAll()
  an.releaseAll()
  expect((await Promise.all(asked)).every(({ status }) => status === 200)).toBe(true)
})

test('a limit of one model leaves the others of its provider alone', async () => {
  const here = await stage({}, { oa: { limits: { modelConcurrency: { big: 1 } } } })
  const { oa, ask } = here
  const asked = [ask('oa:big')]
  await at(1, oa)
  asked.push(ask('oa:big'))
  await waiting(here, 1)
  asked.push(ask('oa:small'))
  await at(2, oa)
  expect(here.seen('oa')).toEqual(['big', 'small'])
  oa.releaseAll()
  await at(1, oa)
  oa.releaseAll()
  await Promise.all(asked)
})

const MIXED: readonly [string, string][] = [
  ['low', 'LOW'],
  ['normal1', 'Normal'],
  ['critical1', 'CRITICAL'],
  ['high', 'high'],
  ['critical2', 'critical'],
  ['normal2', 'normal'],
]

test('M32 the most urgent first, first come first served inside', async () => {
  const here = await stage({}, ONE)
  await drain(here, await lined(here, MIXED))
  expect(here.seen('oa')).toEqual(['first', 'critical1', 'critical2', 'high', 'normal1', 'normal2', 'low'])
})

test('M33 without the header a request is a normal one', async () => {
  const here = await stage({}, ONE)
  const asked = await lined(here, [['low', 'low']])
  asked.push(here.ask('oa:plain'))
  await waiting(here, 2)
  await drain(here, asked)
  expect(here.seen('oa')).toEqual(['first', 'plain', 'low'])
})

test('M33 with prioritization off everybody waits in the order of arrival, and the header is not read', async () => {
  const here = await stage({ queue: { prioritization: false } }, ONE)
  await drain(here, await lined(here, [...MIXED, ['odd', 'whenever']]))
  expect(here.seen('oa')).toEqual(['first', ...MIXED.map(([model]) => model), 'odd'])
})

test('M33 a word that is no priority is refused', async () => {
  const { ask, row } = await stage()
  const { status, json } = await ask('oa:m', { 'x-priority': 'whenever' })
  expect([status, json]).toMatchObject([400, { error: { param: 'X-Priority' } }])
  expect(row.calls('oa')).toEqual([])
})

test('M34 M35 M38 out of the box a thousand may wait, five minutes each, and half a minute lifts by a class', () => {
  expect(loadIn({}).limits.queue).toEqual({
    size: 1000,
    timeoutMs: 300_000,
    prioritization: true,
    ageingMs: 30_000,
  })
})

test('M34 a full line answers 503 at once, with a Retry-After', async () => {
  const here = await stage({ queue: { size: 2 } }, ONE)
  const asked = await lined(here, [
    ['1', 'normal'],
    ['2', 'critical'],
  ])
  const { status, headers, json } = await here.ask('oa:3', { 'x-priority': 'critical' })
  expect([status, headers.get('retry-after')]).toEqual([503, '2'])
  expect(json).toMatchObject({ error: { code: 'server_busy' } })
  await drain(here, asked)
  expect(here.seen('oa')).toEqual(['first', '2', '1'])
})

test('M34 the least urgent is refused while the line is half full', async () => {
  const here = await stage({ queue: { size: 2 } }, ONE)
  const asked = await lined(here, [['1', 'normal']])
  expect((await here.ask('oa:2', { 'x-priority': 'low' })).status).toBe(503)
  await drain(here, asked)
})

test('M35 who waited too long gets 504 and is never sent; the next is served', async () => {
  const here = await stage({}, ONE)
  const asked = await lined(here, [['late', 'critical']])
  here.clock.advance(200_000)
  asked.push(here.ask('oa:next', { 'x-priority': 'low' }))
  await eventually(() => here.clock.waits.filter((ms) => ms === 300_000).length === 2, 'both wait')
  here.clock.advance(100_000)
  expect(await asked[1]).toMatchObject({ status: 504, json: { error: { code: 'deadline_exceeded' } } })
  here.oa.release()
  await at(1, here.oa)
  here.oa.release()
  expect([(await asked[0])?.status, (await asked[2])?.status]).toEqual([200, 200])
  expect(here.seen('oa')).toEqual(['first', 'next'])
})

test('M38 steady urgent traffic does not starve a request that is not', async () => {
  const here = await stage({}, ONE)
  const asked = await lined(here, [['low', 'low']])
  here.clock.advance(95_000)
  asked.push(here.ask('oa:urgent', { 'x-priority': 'critical' }))
  await waiting(here, 2)
  here.oa.release()
  await at(1, here.oa)
  expect(here.seen('oa')).toEqual(['first', 'low'])
  here.oa.release()
  await at(1, here.oa)
  here.oa.release()
  await Promise.allSettled(asked)
})

test('M39 who leaves while waiting is not sent and keeps no place', async () => {
  const here = await stage({ queue: { size: 1 } }, ONE)
  const { row, oa, ask } = here
  const first = ask('oa:first')
  await at(1, oa)
  const gone = new AbortController()
  const left = row.ask(PATH, {
    method: 'POST',
    body: JSON.stringify({ model: 'oa:gone', messages: [{ role: 'user', content: 'Hi' }] }),
    signal: gone.signal,
  })
  await waiting(here, 1)
  gone.abort()
  await expect(left).rejects.toThrow('aborted')
  await waiting(here, 0)
  const second = ask('oa:second')
  await waiting(here, 1)
  oa.release()
  await at(1, oa)
  oa.release()
  expect([(await first).status, (await second).status]).toEqual([200, 200])
  expect(here.seen('oa')).toEqual(['first', 'second'])
})

describe('a rate', () => {
  test('M40 sixty a minute pass, the next waits for its second', async () => {
    const here = await stage({}, rate({ requestsPerMinute: 60 }))
    const asked = Array.from({ length: 60 }, (_, i) => here.ask(`oa:${i}`))
    await at(60, here.oa)
    asked.push(here.ask('oa:61'))
    await waiting(here, 1)
    here.oa.releaseAll()
    expect(here.seen('oa')).toHaveLength(60)
    here.clock.advance(1000)
    await at(1, here.oa)
    here.oa.release()
    expect((await Promise.all(asked)).every(({ status }) => status === 200)).toBe(true)
  })

  test('M40 a wait that no patience allows is a 429 with Retry-After', async () => {
    const here = await stage({ queue: { timeoutMs: 5000 } }, rate({ requestsPerMinute: 2 }))
    const asked = [here.ask('oa:1'), here.ask('oa:2')]
    await at(2, here.oa)
    here.oa.releaseAll()
    await Promise.all(asked)
    const { status, headers } = await here.ask('oa:3')
    expect([status, headers.get('retry-after')]).toEqual([429, '45'])
    expect(here.seen('oa')).toHaveLength(2)
  })

  test('M40 tokens are estimated before and settled after', async () => {
    const here = await stage({ queue: { timeoutMs: 100 } }, rate({ tokensPerMinute: 1500 }))
    const first = here.ask('oa:1')
    await at(1, here.oa)
    here.oa.release()
    await first
    // The answer was a few words and not the thousand that had to be expected.
    const second = here.ask('oa:2')
    await at(1, here.oa)
    expect((await here.ask('oa:3')).status).toBe(429)
    here.oa.release()
    expect((await second).status).toBe(200)
  })
})

test('M42 a limited provider with an alternative is not waited for', async () => {
  const here = await stage({}, ONE)
  const first = here.ask('oa:first')
  await at(1, here.oa)
  const second = here.ask('oa:second', { 'x-fallback': 'an:other' })
  await at(1, here.an)
  here.an.release()
  expect((await second).headers.get('x-provider')).toBe('an')
  const third = here.ask('oa:third', { 'x-fallback': 'oa:fourth' })
  await waiting(here, 1)
  here.oa.release()
  await at(1, here.oa)
  here.oa.release()
  expect([(await first).status, (await third).status]).toEqual([200, 200])
})

test('M37 M42 while others wait for a full provider, a free one with an alternative is asked itself', async () => {
  const here = await stage({}, ONE)
  const asked = await lined(here, [['waiting', 'normal']])
  const free = here.ask('an:mine', { 'x-fallback': 'oa:other' })
  await at(1, here.an)
  here.an.release()
  expect((await free).headers.get('x-provider')).toBe('an')
  await drain(here, asked)
})

test('M37 who waits for a provider is not passed by a later request with an alternative', async () => {
  const here = await stage({}, ONE)
  const asked = await lined(here, [['waiting', 'normal']])
  here.oa.release()
  await at(1, here.oa)
  asked.push(here.ask('oa:later', { 'x-fallback': 'an:other' }))
  await at(1, here.an)
  here.an.release()
  here.oa.release()
  await Promise.all(asked)
  expect(here.seen('oa')).toEqual(['first', 'waiting'])
})

test('M42 a full provider is waited for where the fallback of the house has nobody else to ask', async () => {
  const own = { apiKeys: [], passthrough: true }
  const here = await stage({}, { ...ONE, an: own }, { routing: { fallback: 'next_available' } })
  const asked = [here.ask('first')]
  await at(1, here.oa)
  asked.push(here.ask('second'))
  await waiting(here, 1)
  await drain(here, asked)
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200])
})

test('M42 and where the others there are have failed', async () => {
  const here = await stage({}, ONE, { routing: { fallback: 'next_available' } })
  const asked = [here.ask('first')]
  await at(1, here.oa)
  asked.push(here.ask('second'))
  await at(1, here.an)
  here.an.refuse()
  await waiting(here, 1)
  await drain(here, asked)
  expect((await Promise.all(asked)).map(({ headers }) => headers.get('x-provider'))).toEqual(['oa', 'oa'])
})

test('the time in the line is the time in the line, and not what an earlier target took', async () => {
  const here = await stage({}, ONE)
  const { clock, oa, an, ask, row } = here
  const first = ask('oa:first')
  await at(1, oa)
  const second = ask('an:slow', { 'x-fallback': 'oa:second' })
  await at(1, an)
  clock.advance(7000)
  an.refuse()
  await waiting(here, 1)
  clock.advance(2000)
  oa.release()
  await at(1, oa)
  oa.release()
  await Promise.all([first, second])
  const id = (await second).headers.get('x-request-id') ?? ''
  expect((await row.ask(`/api/traces/${id}`)).json).toMatchObject({ queued_ms: 2000 })
})

test('M43 slots come back from every way out', async () => {
  // Nobody may wait: a slot that is not given back refuses the next one.
  const here = await stage({ concurrency: 1, queue: { size: 0 } })
  const { row, oa, ask, clock } = here
  for (let i = 0; i < 5; i++) {
    const gone = new AbortController()
    const body = JSON.stringify({
      model: `oa:${i}`,
      stream: true,
      messages: [{ role: 'user', content: 'Hi' }],
    })
    const asked = row.ask(PATH, { method: 'POST', body, signal: gone.signal })
    await at(1, oa)
    if (i % 2 === 0) gone.abort()
    oa.release()
    await asked.catch(() => undefined)
    await eventually(() => clock.pending === 0, 'it is over')
  }
  const last = ask('oa:last')
  await at(1, oa)
  oa.release()
  expect((await last).status).toBe(200)
})
