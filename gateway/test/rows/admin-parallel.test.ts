/** Rows D27 and Q06: many change the configuration at once, with traffic and streams: no 500, nothing lost, nothing dropped. */

import { describe, expect, test } from 'vitest'
import { objectOf } from '#core'
import { managed, type ManagedGateway } from '../managed.ts'

const { upstream, start } = managed()

const FILE = 'config/providers.json'
const WORDS = 'one two three four five six seven eight'

/** Streams and whole answers, asked for one after the other in several lanes for as long as the work takes. */
async function underTraffic<Result>(
  gate: ManagedGateway,
  models: readonly string[],
  work: () => Promise<Result>,
): Promise<{ result: Result; streams: readonly string[]; during: number; statuses: ReadonlySet<number> }> {
  const over = new AbortController()
  let during = 0
  const streams: string[] = []
  const statuses = new Set<number>()
  const lane = async (model: string, stream: boolean): Promise<void> => {
    do {
      const begunInTime = !over.signal.aborted
      const { status, text } = await gate.chat(model, { stream })
      statuses.add(status)
      if (status === 200 && stream) streams.push(text)
      if (status === 200 && stream && begunInTime) during++
    } while (!over.signal.aborted)
  }
  const lanes = models.flatMap((model) => [lane(model, true), lane(model, true), lane(model, false)])
  const result = await work()
  over.abort()
  await Promise.all(lanes)
  return { result, streams, during, statuses }
}

function expectWhole(streams: readonly string[]): void {
  const missing = streams.filter((text) =>
    [...WORDS.split(' '), '[DONE]'].some((word) => !text.includes(word)),
  )
  expect(missing).toEqual([])
}

describe('D27 Q06 200 management calls at once beside chats and streams', () => {
  test(
    'D27 Q06 registered, changed, put first and removed: the end is one that a serial order has',
    { timeout: 60_000 },
    async () => {
      const acme = await upstream({ kind: 'answer', text: WORDS, gapMs: 15 })
      const gate = await start({
        env: { IMPLICIT_OLLAMA: 'false' },
        files: {
          [FILE]: JSON.stringify({
            providers: [{ name: 'base', api_key: 'k', base_url: acme.url, models: ['m'] }],
          }),
        },
      })
      const call = (i: number) => {
        const name = `p${i % 40}`
        switch (Math.floor(i / 40)) {
          case 0:
            return gate.register(name, acme.url, { priority: i + 10 })
          case 1:
            return gate.ask('PATCH', `/api/providers/${name}`, { default_model: `m-${i}` })
          case 2:
            return gate.ask('POST', `/api/providers/${name}/default`)
          case 3:
            return i % 2 === 0
              ? gate.ask('DELETE', `/api/providers/${name}`)
              : gate.ask('POST', `/api/providers/register?persist=true`, {
                  provider_type: 'custom',
                  name: `kept-${i}`,
                  base_url: acme.url,
                  api_key: 'k',
                  default_model: 'm',
                })
          default:
            return gate.ask('PUT', `/api/providers/base/toggle`, { enabled: true })
        }
      }
      const { result, streams, during, statuses } = await underTraffic(gate, ['base:m', 'p0:m', 'p1:m'], () =>
        Promise.all(Array.from({ length: 200 }, (_, i) => call(i))),
      )
      const counts = Map.groupBy(result, ({ status }) => status)
      expect([...counts.keys(), ...statuses].filter((status) => status >= 500)).toEqual([])
      expect(during).toBeGreaterThan(3)
      expectWhole(streams)
      // What was answered with success holds.
      const { json } = await gate.ask('GET', '/api/providers')
      const providers = objectOf(json['providers']) ?? {}
      const kept = Array.from({ length: 200 }, (_, i) => i).filter(
        (i) => Math.floor(i / 40) === 3 && i % 2 === 1,
      )
      expect(Object.keys(providers)).toEqual(expect.arrayContaining(kept.map((i) => `kept-${i}`)))
      for (let i = 0; i < 40; i++) {
        const [registered, patched, , removed] = [result[i], result[40 + i], result[80 + i], result[120 + i]]
        expect(registered?.status).toBe(200)
        const found = objectOf(providers[`p${i}`])
        const isRemoved = i % 2 === 0 && removed?.status === 200
        const model = patched?.status === 200 ? `m-${40 + i}` : null
        expect([i, found && { priority: found['priority'], model: found['default_model'] }]).toEqual([
          i,
          isRemoved ? undefined : { priority: i + 10, model },
        ])
      }
      // The file has every one that was to be kept, and reads as it should.
      const { json: reloaded } = await gate.ask('POST', '/api/config/reload')
      expect(reloaded['providers']).toEqual([
        'base',
        ...kept.map((i) => `kept-${i}`).toSorted(asWritten(gate.text(FILE))),
      ])
    },
  )

  test(
    'D27 Q06 kept changes between reloads, rollbacks and looks: none is lost',
    { timeout: 60_000 },
    async () => {
      const acme = await upstream({ kind: 'answer', text: WORDS, gapMs: 15 })
      const names = Array.from({ length: 10 }, (_, i) => `p${i}`)
      const gate = await start({
        files: {
          [FILE]: JSON.stringify({
            providers: names.map((name) => ({ name, api_key: 'k', base_url: acme.url, models: ['m'] })),
          }),
        },
      })
      const changes = names.flatMap((name, i): [string, object][] => [
        [name, { priority: i + 20 }],
        [name, { default_model: `model-of-${name}` }],
        [name, { timeouts: { total: 100 + i } }],
        [name, { custom_headers: { 'x-team': `team-${i}` } }],
        [name, { max_retries: i }],
        [name, { weight: i + 1 }],
      ])
      const calls = changes.flatMap(([name, fields], i) => [
        () => gate.ask('PATCH', `/api/providers/${name}?persist=true`, fields),
        () => gate.ask('POST', i % 3 === 0 ? '/api/config/rollback' : '/api/config/reload'),
        () => gate.ask('GET', i % 2 === 0 ? '/api/config/diff' : '/api/providers'),
        ...(i % 3 === 0 ? [() => gate.ask('GET', '/api/config/providers')] : []),
      ])
      expect(calls).toHaveLength(200)
      const { result, streams, during, statuses } = await underTraffic(gate, ['p1:m', 'p2:m'], () =>
        Promise.all(calls.map((call) => call())),
      )
      // A rollback may find nothing to go back to.
      expect(result.filter(({ status }) => status !== 200 && status !== 409)).toEqual([])
      expect(statuses).toEqual(new Set([200]))
      expect(during).toBeGreaterThan(3)
      expectWhole(streams)
      await gate.ask('POST', '/api/config/reload')
      const { providers } = JSON.parse(gate.text(FILE))
      expect(providers).toEqual(
        names.map((name, i) => ({
          name,
          api_key: 'k',
          base_url: acme.url,
          models: { list: ['m'] },
          priority: i + 20,
          default_model: `model-of-${name}`,
          timeouts: { total: 100 + i },
          custom_headers: { 'x-team': `team-${i}` },
          max_retries: i,
          weight: i + 1,
        })),
      )
    },
  )
})

function asWritten(text: string): (a: string, b: string) => number {
  return (a, b) => text.indexOf(`"${a}"`) - text.indexOf(`"${b}"`)
}
