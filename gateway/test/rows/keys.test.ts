/** Rows I01–I14: which key goes upstream, what happens when it is refused, and whose key it is. */

import { describe, expect, test } from 'vitest'
import type { ScriptedAnswer } from '#simulator'
import { VirtualClock } from '../virtual-clock.ts'
import { type Reply, type Row, rows, type RowWish, textAnswer, type Upstream } from './row.ts'

const open = rows()
const PATH = '/v1/chat/completions'
const KEYS = ['first-key-1', 'second-key-2', 'third-key-3']
const ASK = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }

const ask = (row: Row, fields = {}, headers = {}): Promise<Reply> =>
  row.post(PATH, { ...ASK, ...fields }, headers)

/** The keys that went upstream, in their order. */
function used(row: Row, upstream: Upstream = 'oa'): (string | undefined)[] {
  return row.calls(upstream).map(({ headers }) => headers['authorization']?.slice('Bearer '.length))
}

/** The provider refuses some keys and takes the others. */
function refusing(answers: Readonly<Record<string, ScriptedAnswer>>) {
  return ({ headers }: { headers: Readonly<Record<string, string>> }): ScriptedAnswer =>
    answers[headers['authorization']?.slice('Bearer '.length) ?? ''] ?? textAnswer()
}

const status = (code: number, body?: object, headers = {}): ScriptedAnswer => ({
  kind: 'status',
  status: code,
  headers,
  ...(body === undefined ? {} : { body }),
})

const keyed = (apiKeys: readonly string[], more = {}): RowWish => ({
  providers: { oa: { apiKeys, ...more } },
})

test('I01 three keys take turns', async () => {
  const row = await open({ oa: textAnswer() }, keyed(KEYS))
  for (let i = 0; i < 4; i++) await ask(row)
  expect(used(row)).toEqual([...KEYS, KEYS[0]])
})

test('I02 under load the turns are even', async () => {
  const row = await open({ oa: textAnswer() }, keyed(KEYS))
  await Promise.all(Array.from({ length: 300 }, () => ask(row)))
  expect(KEYS.map((key) => used(row).filter((one) => one === key).length)).toEqual([100, 100, 100])
})

test('I03 the turns of one provider do not move those of another', async () => {
  const row = await open(
    { oa: textAnswer(), or: textAnswer() },
    { providers: { oa: { apiKeys: KEYS }, or: { apiKeys: ['or-key-one', 'or-key-two'] } } },
  )
  for (const model of ['oa:m', 'or:m', 'or:m', 'oa:m']) await ask(row, { model })
  expect([used(row), used(row, 'or')]).toEqual([KEYS.slice(0, 2), ['or-key-one', 'or-key-two']])
})

const REFUSALS: readonly (readonly [name: string, answer: ScriptedAnswer])[] = [
  ['401', status(401)],
  ['403', status(403)],
  ['429', status(429)],
  ['402', status(402)],
  ['insufficient_quota in a 400', status(400, { error: { message: 'x', code: 'insufficient_quota' } })],
  ['insufficient_quota in a 500', status(500, { error: { message: 'x', type: 'insufficient_quota' } })],
]

describe.each(REFUSALS)('I04 I05 a key refused by %s', (_, answer) => {
  test.each([false, true])(
    'I04 I05 gives way to the next in the same request; streamed: %s',
    async (stream) => {
      const row = await open({ oa: refusing({ 'first-key-1': answer }) }, keyed(KEYS))
      const reply = await ask(row, { stream })
      expect([reply.status, reply.headers.get('x-attempts')]).toEqual([200, '2'])
      expect(used(row)).toEqual(KEYS.slice(0, 2))
    },
  )
})

test.each([400, 404, 413, 500])('I06 after %i the key stays', async (code) => {
  const row = await open(
    { oa: status(code) },
    { ...keyed(KEYS), config: { defaultProvider: 'oa', maxRetries: 0 } },
  )
  expect((await ask(row)).status).toBe(code === 500 ? 502 : code)
  expect(used(row)).toEqual(['first-key-1'])
})

test('I07 no key is tried twice in one request', async () => {
  const row = await open({ oa: status(401) }, keyed(KEYS))
  await ask(row)
  expect(used(row)).toEqual(KEYS)
})

const EXHAUSTED: readonly (readonly [code: number, type: string])[] = [
  [429, 'rate_limit_error'],
  [401, 'authentication_error'],
]

test.each(EXHAUSTED)('I08 when every key gets %i that is the answer, with its reason', async (code, type) => {
  const row = await open(
    { oa: status(code, { error: { message: 'the very reason', type } }) },
    { ...keyed(KEYS), config: { defaultProvider: 'oa', maxRetries: 0 } },
  )
  const { status: got, json, text } = await ask(row)
  expect([got, json]).toMatchObject([code, { error: { type } }])
  expect(text).toContain('All 3 keys of provider \\"oa\\" were refused.')
  expect(text).toContain('the very reason')
  for (const key of KEYS) expect(text).not.toContain(key)
})

test('I09 once content has come, a refusal is told inside the stream', async () => {
  const row = await open(
    { oa: { kind: 'answer', text: 'one two three', errorAfter: 2, error: { type: 'rate-limited' } } },
    keyed(KEYS),
  )
  const { status: got, text } = await ask(row, { stream: true })
  expect(got).toBe(200)
  expect(text).toMatch(/"error":\{/)
  expect(used(row)).toHaveLength(1)
})

test('I10 a refused key is passed over, later tried again, and serves again', async () => {
  const clock = new VirtualClock()
  let healed = false
  const answer = refusing({ 'first-key-1': status(401) })
  const row = await open(
    { oa: (request) => (healed ? textAnswer() : answer(request)) },
    { ...keyed(KEYS.slice(0, 2)), clock },
  )
  for (let i = 0; i < 3; i++) await ask(row)
  expect(used(row)).toEqual(['first-key-1', 'second-key-2', 'second-key-2', 'second-key-2'])
  healed = true
  clock.advance(60_000)
  await ask(row)
  await ask(row)
  expect(used(row).slice(4)).toContain('first-key-1')
})

test('I11 weights share the work, and a used-up quota ends it', async () => {
  const row = await open(
    { oa: textAnswer() },
    keyed(KEYS.slice(0, 2), { keyWeights: [3, 1], keyQuota: { requests: 6, periodMs: 60_000 } }),
  )
  for (let i = 0; i < 8; i++) await ask(row)
  expect(used(row).filter((key) => key === 'first-key-1')).toHaveLength(6)
  for (let i = 0; i < 4; i++) await ask(row)
  const { status: got, json } = await ask(row)
  expect([got, json]).toMatchObject([429, { error: { message: /quota/ } }])
  expect(row.calls('oa')).toHaveLength(12)
})

const CALLERS: readonly (readonly [Upstream, string, string])[] = [
  ['oa', 'authorization', 'Bearer callers-own-key'],
  ['an', 'x-api-key', 'callers-own-key'],
  ['gg', 'x-goog-api-key', 'callers-own-key'],
]

describe('I12 the caller’s own key', () => {
  test.each(CALLERS)('I12 goes to %s in the header %s', async (upstream, header, value) => {
    const row = await open(
      { [upstream]: textAnswer() },
      { providers: { [upstream]: { apiKeys: [], passthrough: true } } },
    )
    expect((await ask(row, {}, { authorization: 'Bearer callers-own-key' })).status).toBe(200)
    expect(row.calls(upstream)[0]?.headers[header]).toBe(value)
  })

  test('I13 must be there', async () => {
    const row = await open({ oa: textAnswer() }, keyed([], { passthrough: true }))
    expect((await ask(row)).status).toBe(401)
    expect(row.calls('oa')).toEqual([])
  })

  test('I14 M20 is not rotated: its refusal is the caller’s to mend', async () => {
    const row = await open(
      { oa: status(401), an: textAnswer() },
      { ...keyed([], { passthrough: true }), config: { defaultProvider: 'oa', maxRetries: 3 } },
    )
    const { status: got } = await ask(row, {}, { authorization: 'Bearer callers-own-key' })
    expect([got, row.calls('oa').length, row.calls('an').length]).toEqual([401, 1, 0])
  })

  test('I17 a provider without a key of its own starts, and health says so', async () => {
    const row = await open({ oa: textAnswer() }, keyed([], { passthrough: true }))
    const { json } = await row.ask('/health')
    expect(JSON.stringify(json)).toContain('PASSTHRU')
  })
})
