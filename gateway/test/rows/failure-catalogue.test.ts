/**
 * The failure catalogue: what a provider's bad day looks like to a caller with the official `openai` client, a first-token clock of
 * 10 s, two retries and one fallback target. The whole answer comes in every case but one, and nobody is hammered.
 */

import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import type { ScriptedAnswer, Script } from '#simulator'
import { VirtualClock } from '../virtual-clock.ts'
import { CLIENTS, eventually } from './client-dialects.ts'
import { type Row, rows, textAnswer } from './row.ts'

const open = rows()
const WORDS = Array.from({ length: 60 }, (_, i) => `word${i}`)
const TEXT = WORDS.join(' ')
const WHOLE = textAnswer(TEXT)
const REST = textAnswer(WORDS.slice(40).join(' '))
const TIMEOUTS = {
  connectMs: 10_000,
  headersMs: 90_000,
  firstTokenMs: 10_000,
  idleMs: 15_000,
  totalMs: 600_000,
}

const status = (code: number, headers = {}, body?: object): ScriptedAnswer => ({
  kind: 'status',
  status: code,
  headers,
  ...(body === undefined ? {} : { body }),
})
const failing = (error: string, code: string) => ({
  error: { message: error, type: 'invalid_request_error', code },
})

interface Case {
  readonly name: string
  readonly primary: Script
  /** Default: the whole answer. */
  readonly fallback?: Script
  /** Calls to the primary: one, and the retries. */
  readonly calls: number
  /** Calls to the fallback. */
  readonly asked: number
  /** Who gave the answer, or its beginning. */
  readonly served: 'oa' | 'an'
  /** What is different where nothing is streamed; false: it cannot happen there. */
  readonly whole?: Partial<Pick<Case, 'calls' | 'asked' | 'served'>> | false
}

const CASES: readonly Case[] = [
  {
    name: '429 with a Retry-After',
    primary: [status(429, { 'retry-after': '1' }), WHOLE],
    calls: 2,
    asked: 0,
    served: 'oa',
  },
  {
    name: '429 with a longer Retry-After',
    primary: [status(429, { 'retry-after': '3' }), WHOLE],
    calls: 1,
    asked: 1,
    served: 'an',
  },
  { name: '429 without one', primary: [status(429), WHOLE], calls: 2, asked: 0, served: 'oa' },
  { name: '429 for ever', primary: status(429), calls: 3, asked: 1, served: 'an' },
  { name: '500 once', primary: [status(500), WHOLE], calls: 2, asked: 0, served: 'oa' },
  { name: '503 for ever', primary: status(503), calls: 3, asked: 1, served: 'an' },
  { name: 'a reset', primary: { kind: 'reset', when: 'before-headers' }, calls: 2, asked: 1, served: 'an' },
  {
    name: 'silence',
    primary: ({ method }) => (method === 'GET' ? WHOLE : { kind: 'silence' }),
    calls: 1,
    asked: 1,
    served: 'an',
  },
  {
    name: 'a slow first token',
    primary: { kind: 'answer', text: TEXT, stallAfter: 0 },
    calls: 1,
    asked: 1,
    served: 'an',
  },
  {
    name: 'a cut after 40 of 60 tokens',
    primary: { kind: 'answer', text: TEXT, cutAfter: 40 },
    fallback: REST,
    calls: 1,
    asked: 1,
    served: 'oa',
    whole: { calls: 2, served: 'an' },
  },
  {
    name: 'a stall',
    primary: { kind: 'answer', text: TEXT, stallAfter: 40 },
    fallback: REST,
    calls: 1,
    asked: 1,
    served: 'oa',
    whole: { served: 'an' },
  },
  {
    name: 'a malformed frame',
    primary: { kind: 'answer', text: TEXT, malformedAfter: 40 },
    fallback: REST,
    calls: 1,
    asked: 1,
    served: 'oa',
    whole: { served: 'an' },
  },
  {
    name: 'a missing end',
    primary: { kind: 'answer', text: `${WORDS.slice(0, 40).join(' ')} `, noTerminator: true },
    fallback: REST,
    calls: 1,
    asked: 1,
    served: 'oa',
    whole: false,
  },
  {
    name: 'too long a context',
    primary: status(
      400,
      {},
      failing('This model has a maximum context length of 10 tokens.', 'context_length_exceeded'),
    ),
    calls: 1,
    asked: 1,
    served: 'an',
  },
  {
    name: 'a fallback that refuses to be given the beginning',
    primary: { kind: 'answer', text: TEXT, cutAfter: 40 },
    fallback: (request) => (request.body.includes('exactly where it stopped') ? REST : status(400)),
    calls: 1,
    asked: 2,
    served: 'oa',
    whole: { calls: 2, asked: 1, served: 'an' },
  },
]

const POLICY = status(
  400,
  {},
  failing('Your request was flagged by our content policy.', 'content_policy_violation'),
)

interface Heard {
  readonly text: string
  readonly finish: string | null | undefined
  readonly provider: string | null
  readonly attempts: number
}

async function stage(primary: Script, fallback: Script = WHOLE) {
  const clock = new VirtualClock()
  const row = await open(
    { oa: primary, an: fallback },
    { clock, random: () => 0.5, config: { defaultProvider: 'oa', maxRetries: 2, timeouts: TIMEOUTS } },
  )
  await eventually(() => clock.pending === 0, 'the probes are over')
  return { row, clock, client: new OpenAI({ apiKey: 'any', baseURL: `${row.url}/v1`, maxRetries: 0 }) }
}

type Stage = Awaited<ReturnType<typeof stage>>

async function ask({ client }: Stage): Promise<Heard> {
  const asked = client.chat.completions.create(
    { model: 'm', stream: true, max_tokens: 500, messages: [{ role: 'user', content: 'Count.' }] },
    { headers: { 'x-fallback': 'an:other' } },
  )
  const { data, response } = await asked.withResponse()
  let text = ''
  let finish: string | null | undefined
  for await (const chunk of data) {
    text += chunk.choices[0]?.delta.content ?? ''
    finish ??= chunk.choices[0]?.finish_reason
  }
  const { headers } = response
  return { text, finish, provider: headers.get('x-provider'), attempts: Number(headers.get('x-attempts')) }
}

/** Lets time pass whenever nothing else happens any more. */
async function patiently<T>({ row, clock }: Stage, promise: Promise<T>): Promise<T> {
  let over = false
  const done = promise.finally(() => (over = true))
  let seen = ''
  let since = performance.now()
  await eventually(() => {
    const now = activity(row)
    if (now !== seen) {
      seen = now
      since = performance.now()
    } else if (!over && performance.now() - since > 200 && clock.next !== undefined) {
      clock.advance(clock.next)
      since = performance.now()
    }
    return over
  }, 'it is over')
  return done
}

const activity = (row: Row): string =>
  (['oa', 'an'] as const).map((who) => row.calls(who).map(({ bytesSent }) => bytesSent)).join('/')

test.each(CASES)(
  '$name: the whole answer, after $calls calls',
  async ({ primary, fallback, calls, asked, served }) => {
    const here = await stage(primary, fallback)
    const heard = await patiently(here, ask(here))
    expect([heard.text, heard.finish]).toEqual([TEXT, 'stop'])
    expect(heard.provider).toBe(served)
    expect([here.row.calls('oa').length, here.row.calls('an').length]).toEqual([calls, asked])
    expect(heard.attempts).toBeLessThanOrEqual(calls + asked)
    // Nothing is left behind.
    await eventually(() => here.clock.pending === 0, 'no timer is left')
  },
)

const OTHERS = CLIENTS.filter(({ name }) => name !== 'openai-chat')
const ELSEWHERE = { 'x-fallback': 'an:other' }

describe.each(OTHERS)('to the official client of $name', (client) => {
  test.each(CASES)('$name: the whole answer as a stream', async ({ primary, fallback, calls, asked }) => {
    const here = await stage(primary, fallback)
    expect(await patiently(here, client.listen(here.row, 'm', ELSEWHERE))).toBe(TEXT)
    expect([here.row.calls('oa').length, here.row.calls('an').length]).toEqual([calls, asked])
    await eventually(() => here.clock.pending === 0, 'no timer is left')
  })

  test('a policy: refused at once, and nobody else is asked', async () => {
    const here = await stage(POLICY)
    const refused = client.listen(here.row, 'm', ELSEWHERE).catch((error: unknown) => error)
    expect(String(await patiently(here, refused))).toContain('flagged by our content policy')
    expect([here.row.calls('oa').length, here.row.calls('an').length]).toEqual([1, 0])
  })
})

/** What is not streamed has not been seen by anybody: another answers from the beginning. */
const WHOLES = CASES.filter(({ whole }) => whole !== false).map((one) => ({ ...one, ...one.whole }))

describe.each(CLIENTS)('to $name, asked for a whole answer', (client) => {
  test.each(WHOLES)(
    '$name: the whole answer, after $calls calls',
    async ({ primary, calls, asked, served }) => {
      const here = await stage(primary)
      const told = await patiently(here, here.row.post(client.path, client.body('m', false), ELSEWHERE))
      expect([told.status, client.textOf(told.json)]).toEqual([200, TEXT])
      expect(told.headers.get('x-provider')).toBe(served)
      expect([here.row.calls('oa').length, here.row.calls('an').length]).toEqual([calls, asked])
      await eventually(() => here.clock.pending === 0, 'no timer is left')
    },
  )
})

test('a policy: the provider’s reason at once, and no second target', async () => {
  const here = await stage(POLICY)
  const asked = await patiently(
    here,
    ask(here).catch((error: unknown) => error),
  )
  expect(asked).toMatchObject({ status: 400, code: 'content_policy_violation' })
  expect([here.row.calls('oa').length, here.row.calls('an').length]).toEqual([1, 0])
})

test('down for a minute: everybody is served meanwhile, few calls find out, and it serves again within 30 s', async () => {
  let down = true
  const here = await stage(() => (down ? status(503) : WHOLE))
  const { row, clock } = here
  const heard: Heard[] = []
  const second = async (): Promise<void> => {
    const before = clock.now()
    heard.push(await patiently(here, ask(here)))
    const passed = clock.now() - before
    if (passed < 1000) clock.advance(1000 - passed)
  }
  while (clock.now() < 60_000) await second()
  const calls = row.calls('oa').length
  // Five requests with their retries open the circuit; then one trial at a time.
  expect(calls).toBeLessThanOrEqual(5 * 3 + 3)
  down = false
  const healed = clock.now()
  while (heard.at(-1)?.provider !== 'oa' && clock.now() < healed + 60_000) await second()
  expect(clock.now() - healed).toBeLessThanOrEqual(30_000)
  expect(heard.every(({ text, finish }) => text === TEXT && finish === 'stop')).toBe(true)
}, 60_000)

test('the failovers are accounted for', async () => {
  const here = await stage(status(500))
  const heard = await patiently(here, ask(here))
  expect([heard.attempts, heard.provider]).toEqual([4, 'an'])
  const { json } = await here.row.ask('/health')
  expect(json).toMatchObject({ providers: { oa: { failure_count: 1 } } })
})
