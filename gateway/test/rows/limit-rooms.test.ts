/** Rows M37–M42 again: what a rate counts, who passes whom in the line, and what becomes of a request where several are full. */

import { describe, expect, test } from 'vitest'
import { BREAKER } from '../house.ts'
import { eventually } from './client-dialects.ts'
import { at, limitStages, PATH, rate, type Stage, TIMELESS, waiting } from './limit-stage.ts'

const stage = limitStages()
const CIRCUIT_OPEN = { error: { code: 'circuit_open' } }

const fails = async (here: Stage, model: string) => {
  const asked = here.ask(model)
  await at(1, here.oa)
  here.oa.refuse()
  return (await asked).status
}

/** The retry's wait passes. */
const triedAgain = async (here: Stage) => {
  await eventually(() => here.clock.waits.some((ms) => ms < 2), 'it is tried again')
  here.clock.advance(2)
}

/** The last try succeeds, and the next request goes out when the time has passed: their statuses, and the calls until then. */
const nextWaits = async (here: Stage, asked: ReturnType<Stage['ask']>, ms: number) => {
  await at(1, here.oa)
  here.oa.release()
  const { status } = await asked
  const next = here.ask('oa:2')
  await waiting(here, 1)
  const calls = here.seen('oa').length
  here.clock.advance(ms)
  await at(1, here.oa)
  here.oa.release()
  return { calls, statuses: [status, (await next).status] }
}

describe('a rate counts what goes out', () => {
  test('M40 a call that is made again counts again', async () => {
    const oa = { limits: { requestsPerMinute: 3 }, timeouts: TIMELESS, retryPolicy: 'immediate' } as const
    const here = await stage({ adaptive: false }, { oa }, { maxRetries: 2 })
    const asked = here.ask('oa:1')
    for (let i = 0; i < 2; i++) {
      await at(1, here.oa)
      here.oa.refuse()
      await triedAgain(here)
    }
    expect(await nextWaits(here, asked, 20_000)).toEqual({ calls: 3, statuses: [200, 200] })
  })

  test('M40 what a circuit keeps back takes nothing of it', async () => {
    const here = await stage({ adaptive: false }, rate({ requestsPerMinute: 5, tokensPerMinute: 1e6 }), {
      breaker: { ...BREAKER, failures: 3 },
    })
    for (let i = 0; i < 3; i++) expect(await fails(here, 'oa:m')).toBe(503)
    for (let i = 0; i < 9; i++) expect((await here.ask('oa:m')).json).toMatchObject(CIRCUIT_OPEN)
    expect(here.seen('oa')).toHaveLength(3)
  })

  test('M40 a call that failed has used no tokens', async () => {
    const here = await stage({ adaptive: false, queue: { timeoutMs: 100 } }, rate({ tokensPerMinute: 1500 }))
    for (let i = 0; i < 3; i++) expect(await fails(here, 'oa:m')).toBe(503)
  })

  test('M40 who waits for tokens goes as soon as an answer has used fewer than expected', async () => {
    const here = await stage({}, rate({ tokensPerMinute: 1500 }))
    const asked = [here.ask('oa:1'), here.ask('oa:2')]
    await waiting(here, 1)
    here.oa.release()
    await at(1, here.oa)
    here.oa.release()
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200])
  })

  test('M37 who waits for many tokens is not passed by who wants few', async () => {
    const here = await stage({}, rate({ tokensPerMinute: 1500 }))
    const few = { model: 'oa:few', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] }
    const asked = [here.ask('oa:1')]
    await at(1, here.oa)
    asked.push(here.ask('oa:2'))
    await waiting(here, 1)
    asked.push(here.row.post(PATH, few))
    await waiting(here, 2)
    expect(here.oa.holding).toBe(1)
    here.oa.releaseAll()
    await at(2, here.oa)
    here.oa.releaseAll()
    await Promise.all(asked)
    expect(here.seen('oa')).toEqual(['1', '2', 'few'])
  })

  test('M39 who stood behind one that left goes as soon as it may', async () => {
    const here = await stage({}, rate({ tokensPerMinute: 1500 }))
    const few = { model: 'oa:few', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] }
    const asked = [here.ask('oa:1')]
    await at(1, here.oa)
    const gone = new AbortController()
    const left = here.row.ask(PATH, {
      method: 'POST',
      body: JSON.stringify({ model: 'oa:gone', messages: few.messages }),
      signal: gone.signal,
    })
    await waiting(here, 1)
    asked.push(here.row.post(PATH, few))
    await waiting(here, 2)
    gone.abort()
    await expect(left).rejects.toThrow('aborted')
    await at(2, here.oa)
    here.oa.releaseAll()
    await Promise.all(asked)
    expect(here.seen('oa')).toEqual(['1', 'few'])
  })

  test('M41 a 429 is learnt from though another try made it good', async () => {
    const here = await stage({}, { oa: { timeouts: TIMELESS, retryPolicy: 'immediate' } }, { maxRetries: 1 })
    const asked = here.ask('oa:1')
    await at(1, here.oa)
    here.oa.limit()
    await triedAgain(here)
    expect(await nextWaits(here, asked, 5000)).toEqual({ calls: 2, statuses: [200, 200] })
  })
})

describe('where several are full', () => {
  const FULL = { limits: { concurrency: 1 }, timeouts: TIMELESS }

  test.each(['oa', 'an'] as const)('M42 whoever has room first is asked: %s', async (name) => {
    const here = await stage({}, { oa: FULL, an: FULL })
    const first = [here.ask('oa:1'), here.ask('an:1')]
    await at(1, here.oa)
    await at(1, here.an)
    const third = here.ask('oa:third', { 'x-fallback': 'an:third' })
    await waiting(here, 1)
    here[name].release()
    await eventually(() => here.seen(name).length === 2, 'it is asked')
    here.oa.releaseAll()
    here.an.releaseAll()
    expect((await third).headers.get('x-provider')).toBe(name)
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200])
    expect(here.clock.pending).toBe(0)
  })

  test('M42 and when that one fails, the other is waited for', async () => {
    const here = await stage({}, { oa: FULL, an: FULL })
    const first = [here.ask('oa:1'), here.ask('an:1')]
    await at(1, here.oa)
    await at(1, here.an)
    const third = here.ask('oa:third', { 'x-fallback': 'an:third' })
    await waiting(here, 1)
    here.an.release()
    await eventually(() => here.seen('an').length === 2, 'it is asked')
    here.an.refuse()
    await waiting(here, 1)
    here.oa.release()
    await eventually(() => here.seen('oa').length === 2, 'the other is asked')
    here.oa.release()
    expect((await third).headers.get('x-provider')).toBe('oa')
    await Promise.all(first)
  })

  test('M39 who leaves while waiting for several keeps no place with any', async () => {
    const here = await stage({}, { oa: FULL, an: FULL })
    const first = [here.ask('oa:1'), here.ask('an:1')]
    await at(1, here.oa)
    await at(1, here.an)
    const gone = new AbortController()
    const left = here.row.ask(PATH, {
      method: 'POST',
      headers: { 'x-fallback': 'an:gone' },
      body: JSON.stringify({ model: 'oa:gone', messages: [{ role: 'user', content: 'Hi' }] }),
      signal: gone.signal,
    })
    await waiting(here, 1)
    gone.abort()
    await expect(left).rejects.toThrow('aborted')
    await waiting(here, 0)
    here.oa.release()
    here.an.release()
    await Promise.all(first)
    const again = [here.ask('oa:2'), here.ask('an:2')]
    await at(1, here.oa)
    await at(1, here.an)
    here.oa.release()
    here.an.release()
    expect((await Promise.all(again)).map(({ status }) => status)).toEqual([200, 200])
  })
})
