/** Law 4 after commit: another target goes on with a text that broke off; what cannot be gone on with is told as an error. */

import { describe, expect, test } from 'vitest'
import { arrayOf, isObject, parseJson, stringOf } from '#core'
import type { RecordedRequest, Script, ScriptedAnswer } from '#simulator'
import { CLIENTS } from './client-dialects.ts'
import { type Row, rows, sseEvents, textAnswer, type Upstream } from './row.ts'
import { toldAndBrokenOff } from './told-and-broken-off.ts'

const open = rows()
const WORDS = Array.from({ length: 60 }, (_, i) => `word${i}`)
const TEXT = WORDS.join(' ')
/** What was given before the cut, as the simulator words it: a word and its blank at a time. */
const GIVEN = `${WORDS.slice(0, 40).join(' ')} `
const CUT: ScriptedAnswer = { kind: 'answer', text: TEXT, cutAfter: 40 }
const REST = textAnswer(WORDS.slice(40).join(' '))

const bodyOf = ({ body }: RecordedRequest) => {
  const json = parseJson(body)
  return isObject(json) ? json : {}
}

/** Who was asked, and with which last message. */
function lastMessage(row: Row, upstream: Upstream): unknown {
  const request = row.calls(upstream).at(-1)
  const { messages } = request === undefined ? {} : bodyOf(request)
  return arrayOf(messages)?.at(-1)
}

const BREAKS: readonly (readonly [name: string, answer: ScriptedAnswer])[] = [
  ['a cut', CUT],
  ['a missing terminator', { kind: 'answer', text: TEXT.slice(0, GIVEN.length), noTerminator: true }],
  [
    'an error inside the stream',
    { kind: 'answer', text: TEXT, errorAfter: 40, error: { type: 'overloaded' } },
  ],
  ['a reset', { kind: 'answer', text: TEXT, cutAfter: 40 }],
]

describe.each(CLIENTS)('for $name', (client) => {
  const ROUTES = [
    ['its own kind, then another', client.same, client.other],
    ['another, then its own kind', client.other, client.same],
  ] as const

  describe.each(ROUTES)('from %s', (_, first, second) => {
    test.each(BREAKS)('after %s the text is whole and ends well', async (name, broken) => {
      const row = await open({ [first]: broken, [second]: REST })
      const { text } = await row.post(client.path, client.body(`${first}:m`, true), {
        'x-fallback': `${second}:other`,
      })
      const heard = client.hear(text)
      expect([name, heard.text, heard.finished, heard.error]).toEqual([name, TEXT, true, undefined])
      expect([row.calls(first).length, row.calls(second).length]).toEqual([1, 1])
    })

    test('its official client reads one answer', async () => {
      const row = await open({ [first]: CUT, [second]: REST })
      expect(await client.listen(row, `${first}:m`, { 'x-fallback': `${second}:other` })).toBe(TEXT)
    })

    test('what is repeated is cut off', async () => {
      const again = textAnswer(WORDS.slice(36).join(' '))
      const row = await open({ [first]: CUT, [second]: again })
      expect(await client.listen(row, `${first}:m`, { 'x-fallback': `${second}:other` })).toBe(TEXT)
    })

    test('switched off, the break is told', async () => {
      const row = await open(
        { [first]: CUT, [second]: REST },
        { config: { defaultProvider: first, midStream: 'error' } },
      )
      const { text } = await row.post(client.path, client.body(`${first}:m`, true), {
        'x-fallback': `${second}:other`,
      })
      const heard = client.hear(text)
      expect([heard.finished, heard.error === undefined, row.calls(second).length]).toEqual([false, false, 0])
    })

    test('when nobody can go on, the first break is told, once', async () => {
      const row = await open({ [first]: CUT, [second]: { kind: 'status', status: 400 } })
      const { text } = await row.post(client.path, client.body(`${first}:m`, true), {
        'x-fallback': `${second}:other`,
      })
      const heard = client.hear(text)
      expect([heard.text.startsWith(GIVEN.trimEnd().slice(0, 200)), heard.finished]).toEqual([true, false])
      expect(heard.error?.message).toMatch(/provider/i)
    })
  })
})

const ask = (row: Row, model: string, fallback: string, fields = {}) =>
  row.post(
    '/v1/chat/completions',
    { model, stream: true, messages: [{ role: 'user', content: 'Count.' }], ...fields },
    { 'x-fallback': fallback },
  )

const content = (text: string): string =>
  sseEvents(text)
    .map(({ data }) => parseJson(data))
    .map((chunk) => (isObject(chunk) ? arrayOf(chunk['choices'])?.[0] : undefined))
    .map((choice) =>
      isObject(choice) && isObject(choice['delta']) ? (stringOf(choice['delta']['content']) ?? '') : '',
    )
    .join('')

test('a model that takes the beginning of its answer is given it, another is asked in a turn of its own', async () => {
  const row = await open({ oa: CUT, ol: CUT, or: REST })
  await ask(row, 'oa:m', 'ol:m')
  expect(lastMessage(row, 'ol')).toMatchObject({ role: 'assistant', content: GIVEN.trimEnd() })
  await ask(row, 'oa:m', 'or:m')
  expect(lastMessage(row, 'or')).toMatchObject({ role: 'user', content: /exactly where it stopped/ })
})

const refusing: Script = (request) =>
  JSON.stringify(bodyOf(request)['messages']).includes('exactly where it stopped')
    ? REST
    : { kind: 'status', status: 400 }

test('a model that refuses to be given the beginning is asked in a turn', async () => {
  const row = await open({ oa: CUT, ol: refusing })
  expect(content((await ask(row, 'oa:m', 'ol:m')).text)).toBe(TEXT)
  expect(row.calls('ol')).toHaveLength(2)
})

test('an account whose models speak several languages is not asked again when one of its streams breaks off', async () => {
  const row = await open(
    { an: CUT, ol: REST },
    {
      providers: { an: { type: 'vertex', apiKeys: ['ya29.token'], vertex: { project: 'p', location: 'l' } } },
    },
  )
  const { text } = await ask(row, 'an:claude-sonnet-4-5', 'ol:m')
  expect(content(text)).toBe(TEXT)
  const asked = row.everything('an').filter(({ path }) => path.endsWith(':streamRawPredict'))
  expect([asked.length, row.calls('ol').length]).toEqual([1, 1])
})

test('the second may break off too, and a third goes on', async () => {
  const middle: ScriptedAnswer = { kind: 'answer', text: WORDS.slice(40).join(' '), cutAfter: 10 }
  const row = await open({ oa: CUT, an: middle, or: textAnswer(WORDS.slice(50).join(' ')) })
  const { text } = await ask(row, 'oa:m', 'an:m, or:m')
  expect(content(text)).toBe(TEXT)
})

const CALL: ScriptedAnswer = {
  kind: 'answer',
  text: 'Let me look.',
  toolCalls: [{ name: 'look', arguments: { where: 'everywhere at once' }, fragments: 6 }],
}

test.each([6, 8])(
  'a tool call is never spliced: cut after %i pieces, the error is told',
  async (cutAfter) => {
    const row = await open({ oa: { ...CALL, cutAfter }, an: REST })
    const { text } = await ask(row, 'oa:m', 'an:m')
    expect(sseEvents(text).at(-2)?.data).toContain('"error"')
    expect(row.calls('an')).toEqual([])
  },
)

test('a call may follow in the answer that goes on', async () => {
  const row = await open({ oa: CUT, an: { ...CALL, text: WORDS.slice(40).join(' ') } })
  const { text } = await ask(row, 'oa:m', 'an:m')
  expect(content(text)).toBe(TEXT)
  expect(text).toContain('"finish_reason":"tool_calls"')
})

test('cut while it thinks, the answer begins anew', async () => {
  const row = await open({
    an: { kind: 'answer', reasoning: TEXT, text: 'Never.', cutAfter: 20 },
    oa: textAnswer('Here.'),
  })
  const { text } = await row.post(
    '/v1/messages',
    { model: 'an:m', max_tokens: 100, stream: true, messages: [{ role: 'user', content: 'Think.' }] },
    { 'x-fallback': 'oa:m' },
  )
  const events = sseEvents(text).map(({ event }) => event)
  expect(events.at(-1)).toBe('message_stop')
  expect(events.filter((event) => event === 'content_block_start')).toHaveLength(2)
  expect(events.filter((event) => event === 'content_block_stop')).toHaveLength(2)
  expect(text).toContain('Here.')
})

test('the rest of a JSON text is asked of nobody who would begin anew', async () => {
  const row = await open({ oa: CUT, or: REST })
  const { text } = await ask(row, 'oa:m', 'or:m', { response_format: { type: 'json_object' } })
  expect(sseEvents(text).at(-2)?.data).toContain('"error"')
  expect(row.calls('or')).toEqual([])
})

test('who may go on is asked for no more than is left of the limit', async () => {
  const row = await open({ oa: CUT, or: REST })
  await ask(row, 'oa:m', 'or:m', { max_tokens: 500 })
  expect(row.sent('or')['max_tokens']).toBe(500 - Math.ceil(GIVEN.length / 4))
})

test('without another target the break is told as before', async () => {
  const row = await open({ oa: CUT, an: REST })
  const { text } = await row.post('/v1/chat/completions', {
    model: 'oa:m',
    stream: true,
    messages: [{ role: 'user', content: 'Count.' }],
  })
  expect(sseEvents(text).at(-2)?.data).toContain('"error"')
  expect(row.calls('an')).toEqual([])
})

test('a client who leaves while another target is asked ends it all', async () => {
  const row = await open({ oa: CUT, an: { kind: 'silence' } })
  const gone = new AbortController()
  const response = await fetch(`${row.url}/v1/chat/completions`, {
    method: 'POST',
    signal: gone.signal,
    headers: { 'x-fallback': 'an:m' },
    body: JSON.stringify({ model: 'oa:m', stream: true, messages: [{ role: 'user', content: 'Count.' }] }),
  })
  const reader = response.body?.getReader()
  await reader?.read()
  await expect.poll(() => row.calls('an').length).toBe(1)
  gone.abort()
  await expect.poll(() => row.calls('an')[0]?.closedByClient).toBe(true)
  await expect
    .poll(async () => (await row.ask('/health')).json)
    .toMatchObject({ metrics: { active_requests: 0 } })
})

const NOT_NOW: readonly (readonly [name: string, answer: ScriptedAnswer])[] = [
  ['asks for patience', { kind: 'status', status: 429, headers: { 'retry-after': '30' } }],
  ['is overloaded for ever', { kind: 'status', status: 503, headers: { 'retry-after': '30' } }],
]

test.each(NOT_NOW)(
  'in the middle of an answer nobody is waited for who %s while a third can go on',
  async (_, told) => {
    const row = await open(
      { oa: CUT, an: told, or: REST },
      { config: { defaultProvider: 'oa', maxRetries: 2 } },
    )
    expect(content((await ask(row, 'oa:m', 'an:m, or:m')).text)).toBe(TEXT)
    expect([row.calls('an').length, row.calls('or').length]).toEqual([1, 1])
  },
)

test('nor for a place where all are taken', async () => {
  const row = await open(
    { oa: CUT, an: { kind: 'silence' }, or: REST },
    { providers: { an: { limits: { concurrency: 1 } } } },
  )
  const gone = new AbortController()
  const holding = row
    .ask('/v1/chat/completions', {
      method: 'POST',
      signal: gone.signal,
      body: JSON.stringify({ model: 'an:m', messages: [{ role: 'user', content: 'Hold.' }] }),
    })
    .catch(() => undefined)
  await expect.poll(() => row.calls('an').length).toBe(1)
  expect(content((await ask(row, 'oa:m', 'an:m, or:m')).text)).toBe(TEXT)
  expect(row.calls('an')).toHaveLength(1)
  gone.abort()
  await holding
})

const USED = { inputTokens: 60, outputTokens: 5000 }
const GOES_ON: ScriptedAnswer = {
  kind: 'answer',
  text: WORDS.slice(40).join(' '),
  usage: USED,
  usageUnasked: true,
}
/** Nobody waits for a rate here. */
const IMPATIENT = {
  concurrency: 0,
  adaptive: false,
  queue: { size: 10, timeoutMs: 100, prioritization: true, ageingMs: 30_000 },
}

describe.each([
  ['has told nothing of what it used', 'oa', 'or', CUT],
  ['has told what it used', 'an', 'oa', toldAndBrokenOff(60, GIVEN)],
] as const)('the one that broke off %s', (_, first, second, cut) => {
  const plain = { model: `${first}:m`, max_tokens: 50, messages: [{ role: 'user', content: 'Count.' }] }

  test.each([
    ['key', { keyQuota: { tokens: 1000, periodMs: 60_000 } }],
    ['rate', { limits: { tokensPerMinute: 1000 } }],
  ] as const)('and its %s is not charged with what the other used', async (what, limited) => {
    const row = await open(
      { [first]: [cut, REST], [second]: GOES_ON },
      { config: { defaultProvider: first, limits: IMPATIENT }, providers: { [first]: limited } },
    )
    const { text } = await ask(row, `${first}:m`, `${second}:m`, { max_tokens: 50 })
    expect([what, content(text)]).toEqual([what, TEXT])
    expect((await row.post('/v1/chat/completions', plain)).status).toBe(200)
  })

  test.each([
    ['key', { keyQuota: { tokens: 5060, periodMs: 60_000 } }, [429]],
    ['key', { keyQuota: { tokens: 5061, periodMs: 60_000 } }, [200]],
    ['rate', { limits: { tokensPerMinute: 5000 } }, [429]],
  ] as const)('and the %s of the other with that alone (%j)', async (_what, limited, statuses) => {
    const row = await open(
      { [first]: cut, [second]: GOES_ON },
      { config: { defaultProvider: first, limits: IMPATIENT }, providers: { [second]: limited } },
    )
    await ask(row, `${first}:m`, `${second}:m`, { max_tokens: 50 })
    const reply = await row.post('/v1/chat/completions', { ...plain, model: `${second}:m` })
    expect([reply.status]).toEqual(statuses)
  })
})

test.each([
  [61, 429],
  [62, 200],
])(
  'the one that broke off is charged with what it has told: a quota of %d, then %d',
  async (tokens, status) => {
    const row = await open(
      { an: [toldAndBrokenOff(60, GIVEN), REST], oa: GOES_ON },
      { config: { limits: IMPATIENT }, providers: { an: { keyQuota: { tokens, periodMs: 60_000 } } } },
    )
    const { text } = await ask(row, 'an:m', 'oa:m', { max_tokens: 50 })
    expect(content(text)).toBe(TEXT)
    const body = { model: 'an:m', max_tokens: 50, messages: [{ role: 'user', content: 'Count.' }] }
    expect((await row.post('/v1/chat/completions', body)).status).toBe(status)
  },
)
