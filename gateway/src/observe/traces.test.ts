/** Where traces stay: the ring at its bound and when its size changes, the file when it cannot keep up and when it is another one. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openaiChat } from '#dialects'
import { Exchange } from '#pipeline'
import { VirtualClock } from '../../test/virtual-clock.ts'
import { Traces } from './traces.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-traces-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const clock = new VirtualClock()
const wire = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }

function exchange(id: string, model = 'm'): Exchange {
  return new Exchange({
    id,
    dialect: openaiChat,
    operation: 'chat',
    body: Buffer.from('{}'),
    wire: { ...wire, model },
    headers: {},
    callerKey: undefined,
    startedAt: 0,
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

test('an id that comes twice means the newer one', () => {
  const traces = new Traces(clock, { size: 5 })
  const [older, newer] = [exchange('same', 'old'), exchange('same', 'new')]
  for (const one of [older, newer]) traces.observer.onSettled?.(one, { result: 'completed', totalMs: 1 })
  expect(traces.find('same')).toMatchObject({ model: 'new' })
})

test('what comes faster than the file takes it is dropped and counted', async () => {
  const traces = new Traces(clock, { size: 0, file: join(folder, 'flood') })
  for (let i = 0; i < 10_050; i++) settle(traces, String(i))
  expect(traces.state).toEqual({ size: 0, kept: 0, dropped: 50 })
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
