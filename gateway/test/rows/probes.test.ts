/** Rows D18, E11–E15, E18, E19, M47: how the house finds out who is at home, and what routing makes of it. */

import { describe, expect, test } from 'vitest'
import type { ScriptedAnswer } from '#simulator'
import { BREAKER } from '../house.ts'
import { loadIn, refusedLines } from '../load-in.ts'
import { eventually } from './client-dialects.ts'
import { HI, PATH } from './patient.ts'
import { probedStages } from './probed.ts'
import { textAnswer } from './row.ts'

const stage = probedStages()

test('E11 each provider is probed once in an interval, all at the same time, each cut at 10 s', async () => {
  const { row, clock, oa, an, probes, heard, round } = await stage()
  expect([probes('oa').length, probes('an').length]).toEqual([1, 1])
  await round()
  expect([probes('oa').length, probes('an').length]).toEqual([2, 2])
  oa.list = an.list = { kind: 'silence' }
  clock.advance(60_000)
  await eventually(
    () => probes('oa').length === 3 && probes('an').length === 3,
    'both are asked side by side',
  )
  clock.advance(9999)
  expect((await row.ask('/health')).json['status']).toBe('healthy')
  clock.advance(1)
  await heard()
  expect((await row.ask('/health')).json['status']).toBe('unhealthy')
  await eventually(() => probes('oa').at(-1)?.closedByClient === true, 'the probe is given up')
})

test('E11 who has just answered is not asked', async () => {
  const { row, clock, probes, round } = await stage()
  clock.advance(1000)
  await row.post(PATH, { model: 'oa:m', messages: HI })
  clock.advance(59_000)
  await eventually(() => probes('an').length === 2, 'the other is asked')
  expect(probes('oa')).toHaveLength(1)
  await round()
  expect(probes('oa')).toHaveLength(2)
})

const DOWN: readonly ScriptedAnswer[] = [
  { kind: 'status', status: 503 },
  { kind: 'reset', when: 'before-headers' },
]

test.each(DOWN)(
  'E12 M47 a provider that fails its probe is not asked again until it recovers: %j',
  async (list) => {
    const { oa, row, round, served } = await stage()
    expect(await served()).toBe('oa')
    // The answers themselves would fail too.
    oa.list = oa.answer = list
    await round()
    await round()
    for (let i = 0; i < 3; i++) expect(await served()).toBe('an')
    expect(row.calls('oa')).toHaveLength(1)
    oa.list = oa.answer = textAnswer()
    await round()
    expect(await served()).toBe('oa')
  },
)

describe('E12 M30 a probe of a provider whose circuit is open', () => {
  const LONG_REST = { config: { maxRetries: 0, breaker: { ...BREAKER, failures: 1, recoveryMs: 3_600_000 } } }

  test('ends its rest when it finds it there after one that had not', async () => {
    const { oa, round, served } = await stage(LONG_REST)
    oa.list = oa.answer = { kind: 'status', status: 503 }
    expect(await served()).toBe('an')
    await round()
    expect(await served()).toBe('an')
    oa.list = oa.answer = textAnswer()
    expect(await served()).toBe('an')
    await round()
    expect(await served()).toBe('oa')
  })

  test('changes nothing where it has been there all along', async () => {
    const { oa, row, round, served } = await stage(LONG_REST)
    oa.answer = { kind: 'status', status: 503 }
    expect(await served()).toBe('an')
    await round()
    await round()
    expect(await served()).toBe('an')
    expect(row.calls('oa')).toHaveLength(1)
  })
})

test('E12 who has nobody else to ask is asked all the same', async () => {
  const { oa, round, served } = await stage()
  oa.list = { kind: 'status', status: 503 }
  await round()
  expect(await served('oa:m')).toBe('oa')
  // A good answer says more than a list.
  expect(await served()).toBe('oa')
})

test('E12 where nobody probes, nobody is passed over for a probe that failed', async () => {
  const { row, of, served, health } = await stage(
    { config: { probeMs: 0, models: { g: { targets: ['ol:m', 'an:m'] } } } },
    ['ol', 'an'],
  )
  of('ol').list = { kind: 'status', status: 503 }
  await row.ask('/api/status')
  expect(await health('ol')).toMatchObject({ status: 'unhealthy' })
  expect(await served('g')).toBe('ol')
})

describe('D18 a list that is refused', () => {
  test.each([
    [401, false, 'unhealthy'],
    [403, true, 'degraded'],
    [404, true, 'healthy'],
  ])('%i: healthy %s, %s, and asked all the same', async (status, healthy, word) => {
    const { oa, round, served, health } = await stage()
    oa.list = { kind: 'status', status }
    await round()
    expect(await health('oa')).toMatchObject({ healthy, status: word })
    expect(await served()).toBe('oa')
    expect(await health('oa')).toMatchObject({ healthy: true, status: 'healthy' })
  })
})

describe('E13 the interval', () => {
  test('E13 is read from the variable and the file; it is 60 s by default, and too short is refused', () => {
    expect(loadIn({}).probeMs).toBe(60_000)
    expect(loadIn({ env: { HEALTH_CHECK_INTERVAL: '15' } }).probeMs).toBe(15_000)
    expect(loadIn({ files: { 'sluice.toml': 'health_check_interval = 300' } }).probeMs).toBe(300_000)
    expect(loadIn({ env: { HEALTH_CHECK_INTERVAL: '0' } }).probeMs).toBe(0)
    expect(refusedLines({ env: { HEALTH_CHECK_INTERVAL: '9' } }).join()).toMatch(
      /HEALTH_CHECK_INTERVAL.*at least 10/,
    )
  })

  test('E13 of nothing makes no probe at all', async () => {
    const { clock, probes } = await stage({ config: { probeMs: 0 } })
    expect(clock.pending).toBe(0)
    clock.advance(600_000)
    expect([probes('oa'), probes('an')]).toEqual([[], []])
  })

  test('E13 of another length is kept, by lot a little early', async () => {
    const { clock, probes } = await stage({ config: { probeMs: 20_000 }, random: () => 0.5 })
    expect(clock.waits).toEqual([19_000, 19_000])
    clock.advance(19_000)
    await eventually(() => probes('oa').length === 2, 'it is asked')
  })
})

test('E14 probes are lists of models and cost nothing', async () => {
  const every = ['oa', 'an', 'ol', 'or', 'gg'] as const
  const { row, probes } = await stage({}, every)
  for (const upstream of every) {
    expect(row.calls(upstream)).toEqual([])
    expect(probes(upstream).map(({ path }) => path)).toEqual([
      expect.stringMatching(/\/(?:models|tags)(?:\?|$)/),
    ])
  }
})

test('E15 Ollama has five seconds to show its models', async () => {
  const { clock, of, probes, health } = await stage({}, ['ol'])
  expect(probes('ol')[0]?.path).toMatch(/\/api\/tags$/)
  const asked = async (ms: number) => {
    const { promise, resolve } = Promise.withResolvers<ScriptedAnswer>()
    of('ol').list = promise
    const before = probes('ol').length
    // To the very moment of the next probe.
    clock.advance(clock.next ?? 0)
    await eventually(() => probes('ol').length > before, 'it is asked')
    clock.advance(ms)
    resolve(textAnswer())
    await eventually(() => !clock.waits.includes(5000), 'the probe is over')
    return (await health('ol'))['healthy']
  }
  expect([await asked(4999), await asked(5000), await asked(0)]).toEqual([true, false, true])
})

test('E18 one failed request removes nobody: the next one goes there again', async () => {
  const { row, oa, served, health } = await stage()
  oa.answer = { kind: 'reset', when: 'before-headers' }
  expect(await served()).toBe('an')
  oa.answer = textAnswer()
  expect([await served(), row.calls('oa').length]).toEqual(['oa', 2])
  expect(await health('oa')).toMatchObject({ status: 'healthy', healthy: true })
})

test('E18 three failed requests in a row make one doubt it, and still remove nobody', async () => {
  const { oa, served, health } = await stage()
  oa.answer = { kind: 'status', status: 500 }
  for (const status of ['healthy', 'healthy', 'degraded']) {
    expect(await served('oa:m')).toBe(null)
    expect(await health('oa')).toMatchObject({ status, healthy: true })
  }
  oa.answer = textAnswer()
  expect(await served()).toBe('oa')
  expect(await health('oa')).toMatchObject({ status: 'healthy' })
})

test('E19 up, down and up again are three turns, each with its time', async () => {
  const { clock, oa, round, health } = await stage()
  const begun = clock.wall() / 1000
  oa.list = { kind: 'status', status: 500 }
  await round()
  oa.list = textAnswer()
  await round()
  await round()
  expect((await health('oa'))['history']).toEqual([
    { status: 'healthy', at: begun },
    { status: 'unhealthy', at: begun + 60 },
    { status: 'healthy', at: begun + 120 },
  ])
})

test('closing the house leaves no probe and no timer behind', async () => {
  const { row, clock, oa, probes } = await stage()
  oa.list = { kind: 'silence' }
  clock.advance(60_000)
  await eventually(() => probes('oa').length === 2, 'a probe is under way')
  await row.close()
  await expect.poll(() => clock.pending).toBe(0)
})
