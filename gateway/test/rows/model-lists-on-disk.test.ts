/** Row B14: lists outlive a restart on disk, where a folder for them is named. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import type { GatewayConfig } from '#config'
import type { Clock } from '#core'
import { houses } from '../house.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { idsIn, listing, QUIET } from './listing.ts'

const house = houses()
const folders: string[] = []
let opened = 0
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true })
})

/** Gateways one after the other before one provider. */
async function restarts(config: Partial<GatewayConfig>, clock?: Clock) {
  const { scripts, upstream } = listing('first', 'second')
  const baseUrl = (await house.simulator()).script(`kept-${++opened}`, scripts.oa ?? [])
  return {
    upstream,
    start: async () => {
      const gateway = await house.open({
        config: { ...QUIET, ...config },
        providers: [{ name: 'oa', type: 'openai', baseUrl }],
        ...(clock === undefined ? {} : { clock }),
      })
      return {
        close: () => gateway.close(),
        list: async () => {
          const response = await fetch(`${gateway.url}/v1/models`)
          return {
            status: response.status,
            stale: response.headers.get('x-sluice-stale'),
            ids: idsIn(await response.json()),
          }
        },
      }
    },
  }
}

test('B14 after a restart a list on disk is shown without a call, until its day is over', async () => {
  const dir = folder()
  const clock = new VirtualClock()
  const { upstream, start } = await restarts({ modelCache: { enabled: true, dir } }, clock)
  const first = await start()
  await first.list()
  await vi.waitFor(() => expect(read(dir)).toContain('first'))
  await first.close()

  const again = await start()
  expect(await again.list()).toEqual({ status: 200, stale: null, ids: ['first'] })
  expect(upstream.asked).toBe(1)
  await again.close()

  clock.advance(24 * 3_600_000)
  const later = await start()
  expect((await later.list()).ids).toEqual(['second'])
  expect(upstream.asked).toBe(2)
  await vi.waitFor(() => expect(read(dir)).toContain('second'))
  await later.close()

  // What is there is still shown while the provider is down.
  upstream.down = true
  clock.advance(25 * 3_600_000)
  const down = await start()
  expect(await down.list()).toEqual({ status: 200, stale: `oa;age=${25 * 3600}`, ids: ['second'] })
})

test('B14 the configured time holds on disk', async () => {
  const dir = folder()
  const clock = new VirtualClock()
  const { upstream, start } = await restarts({ modelCache: { enabled: true, ttlMs: 3_600_000, dir } }, clock)
  const first = await start()
  await first.list()
  await vi.waitFor(() => expect(read(dir)).toContain('first'))
  await first.close()
  clock.advance(3_600_000)
  expect((await (await start()).list()).ids).toEqual(['second'])
  expect(upstream.asked).toBe(2)
})

test('B14 switched off, every list is a call, and nothing is written', async () => {
  const dir = folder()
  const { upstream, start } = await restarts({ modelCache: { enabled: false, dir } })
  const { list } = await start()
  expect((await list()).ids).toEqual(['first'])
  expect((await list()).ids).toEqual(['second'])
  expect(upstream.asked).toBe(2)
  upstream.down = true
  expect((await list()).status).toBe(503)
  expect(readdirSync(dir)).toEqual([])
})

test("B14 the file holds no key, is its owner's alone, and a spoilt one is as none", async () => {
  const dir = folder()
  const { upstream, start } = await restarts({ modelCache: { enabled: true, dir } })
  const first = await start()
  await first.list()
  await vi.waitFor(() => expect(read(dir)).toContain('first'))
  const path = join(dir, readdirSync(dir)[0] ?? '')
  expect(readFileSync(path, 'utf8')).not.toContain('test-key')
  expect(statSync(path).mode & 0o077).toBe(0)
  await first.close()
  writeFileSync(path, '{"at": 1, "text"')
  expect((await (await start()).list()).ids).toEqual(['second'])
  expect(upstream.asked).toBe(2)
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-lists-'))
  folders.push(path)
  return path
}

function read(dir: string): string {
  return readdirSync(dir)
    .map((name) => readFileSync(join(dir, name), 'utf8'))
    .join('')
}
