/** Where traces stay: the ring at its bound, under load and when its size changes, the file when it cannot keep up and when it is another one. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openaiChat } from '#dialects'
import { type AttemptRecord, Exchange } from '#pipeline'
import { VirtualClock } from '../../test/virtual-clock.ts'
import type { Trace } from './trace.ts'
import { TraceObserver } from './trace-observer.ts'
import { Traces } from './traces.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-traces-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const clock = new VirtualClock()
const wire = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }

function exchange(id: string, model = 'm', startedAt = 0): Exchange {
  return new Exchange({
    id,
    dialect: openaiChat,
    operation: 'chat',
    body: Buffer.from('{}'),
    wire: { ...wire, model },
    headers: {},
    callerKey: undefined,
    startedAt,
    startedWall: 0,
  })
}

const settle = ({ observer }: Traces, ...ids: readonly string[]) => {
  for (const id of ids) observer.onSettled?.(exchange(id), { result: 'completed', totalMs: 1 })
}
const kept = (traces: Traces) => traces.recent({ limit: 100 }).map(({ id }) => id)
const lines = (file: string) =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')

test('the ring keeps the newest, and goes on so when its size changes', () => {
  const traces = new Traces(clock, { size: 3 })
  settle(traces, 'a', 'b', 'c', 'd')
  expect(kept(traces)).toEqual(['d', 'c', 'b'])
  traces.configure({ size: 2 })
  expect(kept(traces)).toEqual(['d', 'c'])
  settle(traces, 'e')
  expect(kept(traces)).toEqual(['e', 'd'])
  traces.configure({ size: 4 })
  settle(traces, 'f', 'g', 'h')
  expect(kept(traces)).toEqual(['h', 'g', 'f', 'e'])
  traces.configure({ size: 0 })
  settle(traces, 'i')
  expect(kept(traces)).toEqual([])
  traces.configure({ size: 1 })
  settle(traces, 'j', 'j2')
  expect(kept(traces)).toEqual(['j2'])
})

const answered = (id: string, startedAt: number, more: Partial<AttemptRecord> = {}) => {
  const one = exchange(id, 'm', startedAt)
  one.attempts.push({ provider: 'p', model: 'm', ms: 1, lane: 'same', notes: [], ...more })
  return one
}
const good = ({ observer }: Traces, one: Exchange) =>
  observer.onSettled?.(one, { result: 'completed', totalMs: 0 })

describe('ordinary exchanges under load', () => {
  test('half of memory at once, then a tenth of it each second', () => {
    const traces = new Traces(clock, { size: 2000 })
    for (let i = 0; i < 1500; i++) good(traces, answered(`a${i}`, 50))
    expect(traces.state).toEqual({ size: 2000, kept: 1000, sampled_out: 500 })
    for (let i = 0; i < 300; i++) good(traces, answered(`b${i}`, 1050))
    expect(traces.state).toEqual({ size: 2000, kept: 1200, sampled_out: 600 })
    expect(traces.find('b199')).toBeDefined()
    expect(traces.find('b200')).toBeUndefined()
    // A long pause makes no more of it than there was at first.
    for (let i = 0; i < 1100; i++) good(traces, answered(`c${i}`, 9_000_000))
    expect(traces.state.sampled_out).toBe(700)
  })

  test('a small memory takes a hundred at once and each second', () => {
    const traces = new Traces(clock, { size: 10 })
    for (let i = 0; i < 120; i++) good(traces, answered(`a${i}`, 0))
    expect(kept(traces)[0]).toBe('a99')
    for (let i = 0; i < 120; i++) good(traces, answered(`b${i}`, 1000))
    expect(kept(traces)[0]).toBe('b99')
  })

  test('what tells something is always kept', () => {
    const traces = new Traces(clock, { size: 1000 })
    for (let i = 0; i < 600; i++) good(traces, answered(`a${i}`, 0))
    const full = traces.state.kept
    const { observer } = traces
    observer.onSettled?.(answered('failed', 0), { result: 'failed', totalMs: 0 })
    observer.onSettled?.(answered('cancelled', 0), { result: 'cancelled', totalMs: 0 })
    good(traces, exchange('not asked'))
    good(traces, answered('lossy', 0, { notes: [{ kind: 'dropped', field: 'seed', reason: 'r' }] }))
    const twice = answered('twice', 0, { error: 'overloaded' })
    twice.attempts.push({ provider: 'q', model: 'm', ms: 1, lane: 'same', notes: [] })
    good(traces, twice)
    const queued = answered('queued', 0)
    observer.onQueued?.(queued, 5)
    good(traces, queued)
    expect(kept(traces).slice(0, traces.state.kept - full)).toEqual([
      'queued',
      'twice',
      'lossy',
      'not asked',
      'cancelled',
      'failed',
    ])
  })

  test('a file gets every one', async () => {
    const traces = new Traces(clock, { size: 10, file: join(folder, 'all') })
    for (let i = 0; i < 300; i++) good(traces, answered(`a${i}`, 0))
    expect(traces.state).toEqual({ size: 10, kept: 10, sampled_out: 0, dropped: 0 })
    await traces.close()
    expect(lines('all')).toHaveLength(300)
  })

  test('another size is another measure', () => {
    const traces = new Traces(clock, { size: 10 })
    for (let i = 0; i < 120; i++) good(traces, answered(`a${i}`, 0))
    traces.configure({ size: 10 })
    good(traces, answered('b', 0))
    expect(traces.find('b')).toBeUndefined()
    traces.configure({ size: 1000 })
    good(traces, answered('c', 0))
    expect(traces.find('c')).toBeDefined()
  })
})

test('nothing that the road made is kept', () => {
  const held: Trace[] = []
  const observer = new TraceObserver(clock, { keep: (trace) => held.push(trace), wantsOrdinary: () => true })
  const one = answered('a', 0, { notes: [{ kind: 'dropped', field: 'seed', reason: 'r' }] })
  one.route = { targets: [], reason: 'default', considered: [{ provider: 'p', model: 'm' }] }
  const usage = { inputTokens: 1, outputTokens: 2 }
  observer.onSettled(one, { result: 'completed', usage, totalMs: 1 })
  const objectsIn = (value: unknown): object[] =>
    value instanceof Object ? [value, ...Object.values(value).flatMap(objectsIn)] : []
  const roads = new Set(objectsIn([one.attempts, one.route, usage]))
  // What is said of a loss is said once and for all, and shared.
  for (const note of one.attempts[0]?.notes ?? []) roads.delete(note)
  expect(objectsIn(held).filter((object) => roads.has(object))).toEqual([])
  expect(held).toMatchObject([{ attempts: one.attempts, route: { considered: one.route.considered }, usage }])
})

test('an id that comes twice means the newer one', () => {
  const traces = new Traces(clock, { size: 5 })
  const [older, newer] = [exchange('same', 'old'), exchange('same', 'new')]
  for (const one of [older, newer]) traces.observer.onSettled?.(one, { result: 'completed', totalMs: 1 })
  expect(traces.find('same')).toMatchObject({ model: 'new' })
})

test('what comes faster than the file takes it is dropped and counted', async () => {
  const traces = new Traces(clock, { size: 0, file: join(folder, 'flood') })
  for (let i = 0; i < 10_050; i++) settle(traces, String(i))
  expect(traces.state).toEqual({ size: 0, kept: 0, sampled_out: 0, dropped: 50 })
  await traces.close()
  expect(lines('flood')).toHaveLength(10_000)
  expect(lines('flood').at(-1)).toContain('"id":"9999"')
})

test('another file from now on; one that cannot be written is told, and the one before stays', async () => {
  const faults: unknown[] = []
  const traces = new Traces(clock, { size: 0, file: join(folder, 'one') }, (fault) => faults.push(fault))
  settle(traces, 'a')
  traces.configure({ size: 0, file: join(folder, 'two') })
  settle(traces, 'b')
  traces.configure({ size: 0, file: join(folder, 'no', 'place') })
  settle(traces, 'c')
  await traces.close()
  expect(faults).toMatchObject([{ code: 'ENOENT' }])
  expect(lines('two').map((line) => /"id":"(\w)"/.exec(line)?.[1])).toEqual(['b', 'c'])
  await expect.poll(() => lines('one').length).toBe(1)
})

test('a name that is too long is cut, wherever it stands', () => {
  const traces = new Traces(clock, { size: 1 })
  const long = exchange('long', 'x'.repeat(100_000))
  long.attempts.push({ provider: 'p', model: long.head.model, ms: 1, lane: 'same', notes: [] })
  const considered = [{ provider: 'p', model: long.head.model }]
  long.route = { targets: [], reason: 'default', detail: long.head.model, considered }
  traces.observer.onSettled?.(long, { result: 'completed', totalMs: 1 })
  expect(JSON.stringify(traces.find('long')).length).toBeLessThan(2500)
})
