import { afterEach, expect, test } from 'vitest'
import { answer, ask, Heard, inChunks, Pausing, rawProvider } from '../../../test/raw-provider.ts'
import { httpClient } from '../client.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

/** Numbers from 0 to 1 that are the same in every run. */
function dice(seed: number): () => number {
  let state = seed
  return () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32
}

test('providers and clients of all manners: each call hears its own answer or one error', async () => {
  const chance = dice(7)
  const provider = await rawProvider((socket, request, nth) => {
    const body = (request.split(' ')[1] ?? '').repeat(1 + Math.floor(chance() * 3000))
    const whole = nth % 2 === 0 ? answer(body) : inChunks([body.slice(0, 3), body.slice(3)])
    const roll = chance()
    const cut = Math.floor(chance() * whole.length)
    const text = roll < 0.1 ? whole.slice(0, cut) : roll < 0.2 ? `${whole}${answer('/stolen')}` : whole
    socket.write(text.slice(0, cut))
    setImmediate(() => {
      socket.write(text.slice(cut))
      if (roll < 0.1 || (roll > 0.2 && roll < 0.3)) socket.end()
      else if (roll > 0.3 && roll < 0.35) socket.resetAndDestroy()
    })
  })
  const client = httpClient({ origin: provider.origin, connectMs: 5000, connections: 4 })
  open.push(
    () => provider.close(),
    () => client.close(),
  )
  const all = Array.from({ length: 250 }, (_, n) => {
    const [manner, where] = [chance(), chance()]
    const heard: Heard = manner < 0.3 ? new Pausing() : new Heard()
    ask(client, { path: `/${n}-` }, heard)
    const abort = (): void => heard.call?.abort()
    if (manner > 0.8 && where < 0.3) abort()
    else if (manner > 0.8 && where < 0.6) setTimeout(abort, where * 100)
    else if (manner > 0.8) heard.onPiece = abort
    return { heard, n, aborts: manner > 0.8 }
  })
  await Promise.all(all.filter(({ aborts }) => !aborts).map(({ heard }) => heard.over))
  await expect.poll(() => client.stats.running).toBe(0)
  for (const { heard, n, aborts } of all) {
    const own = `/${n}-`
    expect(heard.body).toBe(own.repeat(Math.ceil(heard.body.length / own.length)).slice(0, heard.body.length))
    expect(heard instanceof Pausing ? heard.early.filter((word) => word !== 'error') : []).toEqual([])
    const ends = heard.told.filter((word) => word === 'end' || word.startsWith('error')).length
    expect(aborts ? ends <= 1 : ends === 1).toBe(true)
  }
  expect(all.filter(({ heard }) => heard.told.at(-1) === 'end').length).toBeGreaterThan(120)
  await expect.poll(async () => (await provider.open()) === client.stats.connected).toBe(true)
})
