/** Hedging: a late first content is asked for a second time, within bounds, and the slower call is given up. */

import { expect, test } from 'vitest'
import type { RecordedRequest, Script, ScriptedAnswer } from '#simulator'
import { VirtualClock } from '../virtual-clock.ts'
import { eventually } from './client-dialects.ts'
import { EVERY_UPSTREAM, type Row, rows, type RowWish, type Scripts, textAnswer } from './row.ts'
import { NO_FACTS, PICTURE } from './strategy-row.ts'

const open = rows()
const SILENCE: ScriptedAnswer = { kind: 'silence' }

const ask = (row: Row, stream = true, headers = {}, model = 'oa:m') =>
  row.post('/v1/chat/completions', { model, stream, messages: [{ role: 'user', content: 'Hi' }] }, headers)

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

const GROUP = { g: { targets: ['oa:m', 'an:m'] } }
const BY_HEADER = { 'x-fallback': 'an:m' }
/** The other takes no pictures, as the catalogue knows. */
const BLIND: RowWish = {
  models: {
    ...NO_FACTS,
    abilitiesOf: ({ provider }) => (provider.name === 'an' ? (['completion'] as const) : undefined),
  },
}

const NOT_THE_OTHER: readonly (readonly [
  why: string,
  wish: RowWish,
  asked: object,
  headers: Record<string, string>,
])[] = [
  ['lacks what is asked for', BLIND, PICTURE, BY_HEADER],
  [
    'may not be asked after a failure either',
    { config: { models: GROUP, routing: { fallback: 'none' } } },
    { model: 'g' },
    {},
  ],
  [
    'may be asked only when the same has failed to the end',
    { config: { models: GROUP, routing: { fallback: 'retry_same' } } },
    { model: 'g' },
    {},
  ],
  [
    'takes the caller’s own key, and there is none',
    { providers: { an: { apiKeys: [], passthrough: true } } },
    {},
    BY_HEADER,
  ],
]

test.each(NOT_THE_OTHER)('the same is asked again where another %s', async (_, wish, fields, headers) => {
  const here = await stage((_request, nth) => (nth === 0 ? SILENCE : textAnswer('Sooner.')), wish)
  const body = { model: 'oa:m', stream: true, messages: [{ role: 'user', content: 'Hi' }], ...fields }
  const asked = here.row.post('/v1/chat/completions', body, headers)
  await eventually(() => here.calls() === 1, 'the first is asked')
  await late(here)
  expect((await asked).headers.get('x-provider')).toBe('oa')
  expect([here.calls(), here.row.calls('an')]).toEqual([2, []])
})

test('whom the request names is asked, though nobody else may be', async () => {
  const here = await stage(() => SILENCE, { config: { models: GROUP, routing: { fallback: 'none' } } })
  const asked = ask(here.row, true, { 'x-fallback': 'an:other' }, 'g')
  await eventually(() => here.calls() === 1, 'the first is asked')
  await late(here)
  expect((await asked).headers.get('x-model')).toBe('other')
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

/** All of them answer at once until they are told to do otherwise. */
async function troupe(scripts: Scripts, config: RowWish['config'] = {}) {
  const clock = new VirtualClock()
  let warm = true
  const warmed = (script: Script | undefined): Script => {
    const play = typeof script === 'function' ? script : () => (Array.isArray(script) ? script[0] : script)
    let nth = 0
    return (request) => (warm || request.method === 'GET' ? textAnswer() : (play(request, nth++) ?? SILENCE))
  }
  const row = await open(
    Object.fromEntries(Object.entries(scripts).map(([name, script]) => [name, warmed(script)])),
    { clock, random: () => 0.5, config: { defaultProvider: 'oa', hedging: true, ...config } },
  )
  await eventually(() => !clock.waits.includes(10_000), 'the probes are over')
  const names = EVERY_UPSTREAM.filter((name) => scripts[name] !== undefined)
  for (const name of names) {
    for (let i = 0; i < 40; i++) await ask(row, true, {}, `${name}:m`)
  }
  const before = new Map(names.map((name) => [name, row.calls(name).length]))
  warm = false
  return { row, clock, calls: () => names.map((name) => row.calls(name).length - (before.get(name) ?? 0)) }
}

test('what has failed already is not asked a second time because another is late', async () => {
  const here = await troupe({ oa: { kind: 'status', status: 503 }, an: SILENCE, or: textAnswer('Third.') })
  const asked = ask(here.row, true, { 'x-fallback': 'an:m, or:m' })
  await eventually(() => here.calls()[1] === 1, 'the second is asked')
  await late(here)
  expect((await asked).headers.get('x-provider')).toBe('or')
  expect(here.calls()).toEqual([1, 1, 1])
})

test('who failed as a second call is not asked again after the first has failed too', async () => {
  const { promise, resolve } = Promise.withResolvers<ScriptedAnswer>()
  const here = await troupe({
    oa: () => promise,
    an: { kind: 'status', status: 503 },
    or: textAnswer('Third.'),
  })
  const asked = ask(here.row, true, { 'x-fallback': 'an:m, or:m' })
  await eventually(() => here.calls()[0] === 1, 'the first is asked')
  await late(here)
  await eventually(() => here.calls()[1] === 1, 'the second is asked')
  resolve({ kind: 'status', status: 503 })
  expect((await asked).headers.get('x-provider')).toBe('or')
  expect(here.calls()).toEqual([1, 1, 1])
})

const WORDS = Array.from({ length: 60 }, (_, i) => `word${i}`)
const CUT: ScriptedAnswer = { kind: 'answer', text: WORDS.join(' '), cutAfter: 40 }
const REST = textAnswer(WORDS.slice(40).join(' '))

test('the winner breaks off, and whoever failed in the race is not asked to go on', async () => {
  const { promise, resolve } = Promise.withResolvers<ScriptedAnswer>()
  const { promise: second, resolve: answerSecond } = Promise.withResolvers<ScriptedAnswer>()
  const here = await troupe({ oa: () => promise, an: () => second, or: REST })
  const asked = ask(here.row, true, { 'x-fallback': 'an:m, or:m' })
  await eventually(() => here.calls()[0] === 1, 'the first is asked')
  await late(here)
  await eventually(() => here.calls()[1] === 1, 'the second is asked')
  resolve({ kind: 'status', status: 503 })
  await eventually(() => here.row.calls('oa').at(-1)?.bytesSent !== 0, 'the first has failed')
  await new Promise((done) => setTimeout(done, 30))
  answerSecond(CUT)
  const { text } = await asked
  expect(text).toContain('word59')
  expect(here.calls()).toEqual([1, 1, 1])
})

test('going on with a broken answer is no race: whoever broke it off is not asked again', async () => {
  const { promise, resolve } = Promise.withResolvers<ScriptedAnswer>()
  const here = await troupe({ oa: CUT, an: () => promise })
  const asked = ask(here.row, true, { 'x-fallback': 'an:m' })
  await eventually(() => here.calls()[1] === 1, 'the other is asked to go on')
  expect(here.clock.waits.filter((ms) => ms < 1000)).toEqual([])
  resolve(REST)
  expect((await asked).text).toContain('word59')
  expect(here.calls()).toEqual([1, 1])
})

test('what was waited for before the second call is no time of the gateway', async () => {
  const clock = new VirtualClock()
  let nth = 0
  /** Usually within a tenth of a second. */
  const first: Script = ({ method }) => {
    if (method === 'POST' && ++nth > 40) return SILENCE
    if (method === 'POST') clock.advance(nth <= 20 ? 100 : 50)
    return textAnswer()
  }
  const row = await open(
    { oa: first, an: textAnswer() },
    { clock, config: { defaultProvider: 'oa', hedging: true } },
  )
  await eventually(() => !clock.waits.includes(10_000), 'the probes are over')
  for (let i = 0; i < 40; i++) await ask(row)
  const asked = ask(row, true, { 'x-fallback': 'an:m' })
  await eventually(() => clock.waits.includes(100), 'the hedge waits')
  clock.advance(100)
  const { headers } = await asked
  expect([headers.get('x-provider'), headers.get('x-sluice-overhead-ms')]).toEqual(['an', '0'])
})

test('K22 what is told of an answer is of the call that gave it, though another was made later', async () => {
  const { promise, resolve } = Promise.withResolvers<ScriptedAnswer>()
  const here = await troupe({ oa: (_, nth) => (nth < 3 ? textAnswer() : nth === 3 ? promise : SILENCE) })
  for (let i = 0; i < 3; i++) await ask(here.row)
  const asked = ask(here.row)
  await eventually(() => here.calls()[0] === 4, 'the first is asked')
  await late(here)
  await eventually(() => here.calls()[0] === 5, 'the second is asked')
  resolve({ kind: 'answer', text: 'After all.', headers: { 'x-request-id': 'of-the-first' } })
  const { text, headers } = await asked
  expect(text).toContain('After')
  expect([headers.get('x-attempts'), headers.get('x-upstream-request-id')]).toEqual(['2', 'of-the-first'])
})

test('who answers after all is well, though its second call was given up', async () => {
  const { promise, resolve } = Promise.withResolvers<ScriptedAnswer>()
  const here = await troupe({
    oa: (_, nth) => (nth < 3 ? { kind: 'status', status: 503 } : nth === 3 ? promise : SILENCE),
  })
  for (let i = 0; i < 3; i++) await ask(here.row)
  expect((await here.row.ask('/health')).json).toMatchObject({ providers: { oa: { failure_count: 3 } } })
  const asked = ask(here.row)
  await eventually(() => here.calls()[0] === 4, 'the first is asked')
  await late(here)
  await eventually(() => here.calls()[0] === 5, 'the second is asked')
  resolve(textAnswer('After all.'))
  expect((await asked).text).toContain('After')
  expect((await here.row.ask('/health')).json).toMatchObject({ providers: { oa: { failure_count: 0 } } })
})

test('no second call stands in line where the gateway itself is full', async () => {
  const limits = {
    concurrency: 1,
    adaptive: true,
    queue: { size: 10, timeoutMs: 300_000, prioritization: true, ageingMs: 30_000 },
  }
  const here = await troupe({ oa: SILENCE, an: textAnswer('From the other.') }, { limits })
  const gone = new AbortController()
  const asked = [leaving(here.row, gone.signal), leaving(here.row, gone.signal)]
  await eventually(() => here.clock.waits.filter((ms) => ms === 300_000).length === 1, 'the second waits')
  here.clock.advance(5)
  await new Promise((done) => setTimeout(done, 30))
  expect(here.clock.waits.filter((ms) => ms === 300_000)).toHaveLength(1)
  expect(here.calls()).toEqual([1, 0])
  gone.abort()
  await Promise.all(asked)
})
