/** Which models a provider has, as routing may ask it: at once, without a call. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import type { GatewayConfig } from '#config'
import { furnish, type Interior, remember } from '#house'
import { openLog } from '#observe'
import { houseConfig, houses, type HouseWish } from '../house.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { jsonAnswer, textAnswer } from './row.ts'

const house = houses()
const interiors: Interior[] = []
afterEach(async () => {
  await Promise.all(interiors.splice(0).map(({ accounts }) => accounts.close()))
})

/** An interior without a door: its provider `oa` lists `live`. */
async function interior(
  provider: Partial<HouseWish['providers'][number]> = {},
  config: Partial<GatewayConfig> = {},
): Promise<{ house: Interior['house']; oa: NonNullable<ReturnType<Interior['house']['providers']['get']>> }> {
  const simulator = await house.simulator()
  const baseUrl = simulator.script('known', ({ path }) =>
    path.endsWith('/models') ? jsonAnswer({ data: [{ id: 'live' }] }) : textAnswer(),
  )
  const whole = houseConfig({ providers: [{ name: 'oa', baseUrl, ...provider }], config })
  const { logger } = openLog('silent')
  const memory = remember(whole, { clock: new VirtualClock(), random: () => 0.5, logger })
  const made = await furnish({ config: whole, memory, version: '0', standIn: undefined, models: undefined })
  interiors.push(made)
  const oa = made.house.providers.get('oa')
  if (oa === undefined) throw new Error('there is no provider')
  return { house: made.house, oa }
}

test('nothing is known until a list came, then what it says, even when it is old', async () => {
  const { house: rooms, oa } = await interior()
  expect(rooms.lists.known(oa)).toBeUndefined()
  await rooms.lists.list(oa)
  expect(rooms.lists.known(oa)).toEqual(new Set(['live']))
  rooms.lists.forget('oa')
  expect(rooms.lists.known(oa)).toBeUndefined()
})

test('G58 a configured list is what is known', async () => {
  const { house: rooms, oa } = await interior({ modelList: ['a', 'b'] })
  expect(rooms.lists.known(oa)).toEqual(new Set(['a', 'b']))
})

test("what one caller's key may see is not known of the provider", async () => {
  const { house: rooms, oa } = await interior({ passthrough: true, apiKeys: [] })
  await rooms.lists.list(oa, { callerKey: 'their-key' })
  expect(rooms.lists.known(oa)).toBeUndefined()
})

test('lists on disk are known soon after the start', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-known-'))
  try {
    const modelCache = { enabled: true, dir }
    const before = await interior({}, { modelCache })
    await before.house.lists.list(before.oa)
    await vi.waitFor(() => expect(readdirSync(dir)).toHaveLength(1))
    const after = await interior({}, { modelCache })
    await vi.waitFor(() => expect(after.house.lists.known(after.oa)).toEqual(new Set(['live'])))
  } finally {
    rmSync(dir, { recursive: true })
  }
})
