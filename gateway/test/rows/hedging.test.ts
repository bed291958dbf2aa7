/** Hedging: a late first content is asked for a second time, within bounds, and the slower call is given up. */

import { expect, test } from 'vitest'
import type { RecordedRequest, ScriptedAnswer } from '#simulator'
import { VirtualClock } from '../virtual-clock.ts'
import { eventually } from './client-dialects.ts'
import { type Row, rows, type RowWish, textAnswer } from './row.ts'

const open = rows()
const SILENCE: ScriptedAnswer = { kind: 'silence' }

const ask = (row: Row, stream = true, headers = {}) =>
  row.post(
    '/v1/chat/completions',
    { model: 'oa:m', stream, messages: [{ role: 'user', content: 'Hi' }] },
    headers,
  )

const leaving = (row: Row, signal: AbortSignal, stream = true) =>
  row
    .ask('/v1/chat/completions', {
      method: 'POST',
      signal,
      body: JSON.stringify({ model: 'oa:m', stream, messages: [{ role: 'user', content: 'Hi' }] }),
    })
    .catch(() => undefined)

/** A provider that answers at once until it is told to be slow. */
async function stage(slow: (request: RecordedRequest, nth: number) => ScriptedAnswer, wish: RowWish = {}) {
  const clock = new VirtualClock()
  let warm = true
  let nth = 0
  const row = await open(
    { oa: (request) => (warm ? textAnswer() : slow(request, nth++)), an: textAnswer('From the other.') },
    { clock, random: () => 0.5, ...wish, config: { defaultProvider: 'oa', hedging: true, ...wish.config } },
  )
  await eventually(() => !clock.waits.includes(10_000), 'the probes are over')
  for (let i = 0; i < 40; i++) await ask(row)
  warm = false
  const before = row.calls('oa').length
  return { row, clock, calls: () => row.calls('oa').length - before }
}

/** The hedge's clock: all earlier contents took no time of this clock. */
async function late({ clock }: { clock: VirtualClock }): Promise<void> {
  await eventually(() => clock.waits.some((ms) => ms < 1000), 'the hedge waits')
  clock.advance(1)
}

test('the second call of a late stream wins, and the first is given up', async () => {
  const here = await stage((_request, nth) => (nth === 0 ? SILENCE : textAnswer('Sooner.')))
  const asked = ask(here.row)
  await eventually(() => here.calls() === 1, 'the first is asked')
  await late(here)
  const { text, headers } = await asked
  expect(text).toContain('Sooner.')
  expect([here.calls(), headers.get('x-attempts')]).toEqual([2, '2'])
  await expect.poll(() => here.row.calls('oa').at(-2)?.closedByClient).toBe(true)
  expect(here.clock.pending).toBe(0)
})

test('another declared target is asked rather than the same', async () => {
  const here = await stage(() => SILENCE)
  const asked = ask(here.row, true, { 'x-fallback': 'an:other' })
  await eventually(() => here.calls() === 1, 'the first is asked')
  await late(here)
  const { text, headers } = await asked
  expect([text.includes('other.'), headers.get('x-provider')]).toEqual([true, 'an'])
})

test('the first may still win, and only one answer reaches the client', async () => {
  const { promise: first, resolve: answerFirst } = Promise.withResolvers<ScriptedAnswer>()
  const clock = new VirtualClock()
  let warm = true
  let nth = 0
  const row = await open(
    { oa: () => (warm ? textAnswer() : nth++ === 0 ? first : SILENCE) },
    { clock, config: { defaultProvider: 'oa', hedging: true } },
  )
  await eventually(() => !clock.waits.includes(10_000), 'the probes are over')
  for (let i = 0; i < 40; i++) await ask(row)
  warm = false
  const asked = ask(row)
  await eventually(() => row.calls('oa').length === 41, 'the first is asked')
  await late({ clock })
  await eventually(() => row.calls('oa').length === 42, 'the second is asked')
  answerFirst(textAnswer('Late but first.'))
  const { text } = await asked
  expect(text.match(/\[DONE\]/g)).toHaveLength(1)
  expect(text).toContain('Late')
  await expect.poll(() => row.calls('oa').at(-1)?.closedByClient).toBe(true)
})

test.each([
  ['when it is not switched on', false, true],
  ['for a whole answer', true, false],
] as const)('no second call %s', async (_, hedging, stream) => {
  const here = await stage(() => SILENCE, { config: { defaultProvider: 'oa', hedging } })
  const gone = new AbortController()
  const asked = leaving(here.row, gone.signal, stream)
  await eventually(() => here.calls() === 1, 'the first is asked')
  expect(here.clock.waits.every((ms) => ms >= 1000)).toBe(true)
  gone.abort()
  await asked
})

test('one request in twenty at most is asked twice', async () => {
  const here = await stage(() => SILENCE)
  const gone = new AbortController()
  const asked = Array.from({ length: 30 }, () => leaving(here.row, gone.signal))
  await eventually(() => here.calls() === 30, 'all are asked')
  here.clock.advance(1)
  await eventually(() => here.calls() > 30, 'some are asked again')
  await new Promise((resolve) => setTimeout(resolve, 50))
  // Seventy requests, a floor of one in ten seconds.
  expect(here.calls() - 30).toBeLessThanOrEqual(5)
  gone.abort()
  await Promise.all(asked)
})

test('a client who leaves ends both calls', async () => {
  const here = await stage(() => SILENCE)
  const gone = new AbortController()
  const asked = leaving(here.row, gone.signal)
  await eventually(() => here.calls() === 1, 'the first is asked')
  await late(here)
  await eventually(() => here.calls() === 2, 'the second is asked')
  gone.abort()
  await asked
  await expect
    .poll(() =>
      here.row
        .calls('oa')
        .slice(-2)
        .every(({ closedByClient }) => closedByClient),
    )
    .toBe(true)
  await expect.poll(() => here.clock.pending).toBe(0)
})
