/** Rows L09, L10, L12 and law 3: a stream that breaks after content says so in the client's own words, and never ends clean. */

import { describe, expect, test } from 'vitest'
import type { ScriptedAnswer } from '#simulator'
import { loadIn } from '../load-in.ts'
import { askRaw } from '../raw-answer.ts'
import { CLOCKS } from '../house.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { CLIENTS, eventually, ROADS } from './client-dialects.ts'
import { type Row, rows, textAnswer, type Upstream } from './row.ts'

const open = rows()
const TEXT = 'One two three four five.'
const IDLE_MS = 25_000
const TIMEOUTS = {
  connectMs: 10_000,
  headersMs: 90_000,
  firstTokenMs: 60_000,
  idleMs: IDLE_MS,
  totalMs: 600_000,
}

/** Error types as each dialect's clients know them. */
const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'openai-chat': {
    'cut-stream': 'server_error',
    'bad-answer': 'server_error',
    overloaded: 'server_error',
    timeout: 'server_error',
  },
  anthropic: {
    'cut-stream': 'api_error',
    'bad-answer': 'api_error',
    overloaded: 'overloaded_error',
    timeout: 'timeout_error',
  },
  ollama: {
    'cut-stream': 'cut-stream',
    'bad-answer': 'bad-answer',
    overloaded: 'overloaded',
    timeout: 'timeout',
  },
}

interface Break {
  readonly what: string
  readonly mishap: Partial<ScriptedAnswer & { kind: 'answer' }>
  readonly type: string
  readonly silent?: true
}

const BREAKS: readonly Break[] = [
  { what: 'the connection is cut', mishap: { cutAfter: 2 }, type: 'cut-stream' },
  { what: 'the bytes end without a finish', mishap: { noTerminator: true }, type: 'cut-stream' },
  { what: 'a frame is garbage', mishap: { malformedAfter: 2 }, type: 'bad-answer' },
  { what: 'the provider tells an error', mishap: { errorAfter: 2 }, type: 'overloaded' },
  { what: 'nothing more comes', mishap: { stallAfter: 2 }, type: 'timeout', silent: true },
]

async function stage(first: Upstream, { mishap, silent }: Break) {
  const clock = new VirtualClock()
  const row = await open(
    { [first]: { kind: 'answer', text: TEXT, ...mishap }, or: textAnswer('Somebody else.') },
    { clock, config: { timeouts: TIMEOUTS, midStream: 'error' } },
  )
  /** Lets the silence pass, once the client has what came before it. */
  const passSilence = () => {
    if (silent === true) clock.advance(IDLE_MS)
  }
  return { row, clock, passSilence }
}

/** Asks for a stream and tells of it as it comes, so that a silence can be ended when two words are there. */
async function streamed(
  row: Row,
  path: string,
  body: object,
  headers: Record<string, string>,
  enough: (text: string) => void,
) {
  const response = await fetch(row.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  let text = ''
  let told = false
  for await (const piece of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += piece
    if (!told && text.includes('two ')) {
      told = true
      enough(text)
    }
  }
  return { text, status: response.status, headers: response.headers }
}

describe.each(ROADS)('$name', ({ client, first }) => {
  test.each(BREAKS)(
    'L09 L10 pitfall 270 $what after content: a typed error in the dialect, no clean end',
    async (broken) => {
      const { row, passSilence } = await stage(first, broken)
      // A target that stands ready must not be mixed in: half of the answer has been seen.
      const asked = { 'x-fallback': 'or:m' }
      const body = client.body(`${first}:m`, true)
      const { text, status, headers } = await streamed(row, client.path, body, asked, passSilence)
      const heard = client.hear(text)
      expect(status).toBe(200)
      expect(heard.finished).toBe(false)
      expect(heard.text).toBe(broken.mishap.noTerminator === true ? TEXT : 'One two ')
      expect(heard.error).toEqual({
        type: WORDS[client.name]?.[broken.type],
        message: expect.stringMatching(/\S/),
        requestId: headers.get('x-request-id'),
        details: expect.objectContaining({ provider: first }),
      })
      expect(row.calls('or')).toEqual([])
      expect(row.calls(first)).toHaveLength(1)
      const health = await row.ask('/health')
      expect(health.json).toMatchObject({
        providers: { [first]: { failure_count: 1 } },
        metrics: { total_errors: 1, active_requests: 0 },
      })
    },
  )

  test.each(BREAKS)('L09 $what after content: the official client throws', async (broken) => {
    const { row, passSilence } = await stage(first, broken)
    let heard = ''
    const listening = client.listen(row, `${first}:m`, {}, (piece) => {
      heard += piece
      if (heard === 'One two ') passSilence()
    })
    await expect(listening).rejects.toThrow(/\S/)
    expect(heard).toBe(broken.mishap.noTerminator === true ? TEXT : 'One two ')
  })

  test('L09 the client is told by the stream and not by a broken connection', async () => {
    const row = await open({ [first]: { kind: 'answer', text: TEXT, cutAfter: 2 } })
    const answer = await askRaw(row.url + client.path, { body: client.body('m', true) })
    expect(answer.how).toBe('ended')
  })

  test('L12 a silence within the limit is none, and without a limit none is too long', async () => {
    const clock = new VirtualClock()
    const { promise: later, resolve: speak } = Promise.withResolvers<void>()
    const timeouts = { ...TIMEOUTS, idleMs: 0, totalMs: 0 }
    const row = await open(
      { [first]: { kind: 'answer', text: TEXT, gapMs: 30 } },
      { clock, config: { timeouts } },
    )
    const asked = streamed(row, client.path, client.body('m', true), {}, () => {
      clock.advance(24 * 3_600_000)
      speak()
    })
    await later
    expect(client.hear((await asked).text)).toMatchObject({ text: TEXT, finished: true, error: undefined })
  })
})

test.each(CLIENTS)('L12 the total clock ends a stream of $name that never ends by itself', async (client) => {
  const clock = new VirtualClock()
  const timeouts = { ...TIMEOUTS, idleMs: 0, totalMs: 100_000 }
  const row = await open(
    { [client.same]: { kind: 'answer', text: TEXT, stallAfter: 2 } },
    { clock, config: { timeouts } },
  )
  const body = client.body('m', true)
  const { text } = await streamed(row, client.path, body, {}, () => clock.advance(100_000))
  const type = { 'openai-chat': 'server_error', anthropic: 'timeout_error', ollama: 'deadline' }[client.name]
  expect(client.hear(text)).toMatchObject({ text: 'One two ', finished: false, error: { type } })
  await eventually(() => row.calls(client.same)[0]?.closedByClient === true, 'the call is given up')
})

test('L12 the clocks as they are out of the box', () => {
  expect(loadIn({}).timeouts).toEqual(CLOCKS)
})

test('L12 each clock is set for one provider alone', async () => {
  const clock = new VirtualClock()
  const stalled = { kind: 'answer', text: TEXT, stallAfter: 2 } as const
  const row = await open(
    { oa: stalled, an: stalled },
    { clock, config: { timeouts: TIMEOUTS }, providers: { oa: { timeouts: { idleMs: 5000 } } } },
  )
  const asked = (model: string, enough: () => void) =>
    streamed(
      row,
      '/v1/chat/completions',
      { model, stream: true, messages: [{ role: 'user', content: 'Hi' }] },
      {},
      enough,
    )
  const patient = Promise.withResolvers<void>()
  const slow = asked('an:m', patient.resolve)
  await patient.promise
  const { text } = await asked('oa:m', () => clock.advance(5000))
  expect(text).toContain('"code":"timeout"')
  expect((await row.ask('/health')).json).toMatchObject({ metrics: { active_requests: 1 } })
  clock.advance(IDLE_MS)
  expect((await slow).text).toContain('"code":"timeout"')
})
