/** Rows C01–C06, C25–C27: what a client of Ollama's API gets back. */

import { expect, test } from 'vitest'
import { askRaw } from '../raw-answer.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { EVERY_UPSTREAM, jsonLines, rows, type Scripts, textAnswer } from './row.ts'

const open = rows()
const MESSAGES = [{ role: 'user', content: 'Say hello.' }]
const ALL = {
  oa: textAnswer('From oa, in words.'),
  an: textAnswer('From an, in words.'),
  ol: textAnswer('From ol, in words.'),
  or: textAnswer('From or, in words.'),
  gg: textAnswer('From gg, in words.'),
  rs: textAnswer('From rs, in words.'),
  az: textAnswer('From az, in words.'),
  br: textAnswer('From br, in words.'),
  mi: textAnswer('From mi, in words.'),
}
const COUNTS = {
  total_duration: expect.any(Number),
  load_duration: expect.any(Number),
  prompt_eval_count: expect.any(Number),
  prompt_eval_duration: expect.any(Number),
  eval_count: expect.any(Number),
  eval_duration: expect.any(Number),
}

test.each(EVERY_UPSTREAM)("C01 a whole chat answer from %s has every field of Ollama's", async (upstream) => {
  const row = await open(ALL)
  const { status, json } = await row.post('/api/chat', {
    model: `${upstream}:m`,
    stream: false,
    messages: MESSAGES,
  })
  expect(status).toBe(200)
  expect(json).toMatchObject({
    model: expect.any(String),
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/),
    message: { role: 'assistant', content: `From ${upstream}, in words.` },
    done: true,
    done_reason: 'stop',
  })
  expect(json).toMatchObject(COUNTS)
})

test.each(EVERY_UPSTREAM)(
  'C02 a stream from %s is lines of JSON, the last one with the counts',
  async (upstream) => {
    const row = await open(ALL)
    const { text, headers } = await row.post('/api/chat', {
      model: `${upstream}:m`,
      stream: true,
      messages: MESSAGES,
    })
    expect(headers.get('content-type')).toMatch(/^application\/x-ndjson/)
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const last = lines.pop()
    expect(lines.length).toBeGreaterThanOrEqual(4)
    for (const line of lines) expect(line.done).toBe(false)
    expect(last).toMatchObject({ done: true, done_reason: 'stop', prompt_eval_count: 10, eval_count: 4 })
    const said = [...lines, last].map((line) => line.message.content).join('')
    expect(said).toBe(`From ${upstream}, in words.`)
  },
)

test.each([
  ['/api/chat', { messages: MESSAGES }],
  ['/api/generate', { prompt: 'Say hello.' }],
])('C03 %s streams unless told otherwise', async (path, asked) => {
  const row = await open(ALL)
  const { headers, text } = await row.post(path, { model: 'oa:m', ...asked })
  expect(headers.get('content-type')).toMatch(/^application\/x-ndjson/)
  expect(jsonLines(text).map((line) => line['done'])).toEqual([false, false, false, false, true])
  const whole = await row.post(path, { model: 'oa:m', stream: false, ...asked })
  expect(whole.headers.get('content-type')).toMatch(/^application\/json/)
})

const CURLS: readonly (readonly [string, object, Record<string, string>])[] = [
  ['/api/chat', { model: 'gpt-3.5-turbo', messages: [{ role: 'user', content: 'Hello!' }] }, {}],
  ['/api/generate', { model: 'claude-3-sonnet', prompt: 'Write a haiku about coding' }, {}],
  [
    '/api/chat',
    { model: 'gpt-4', messages: [{ role: 'user', content: 'Hello!' }] },
    { 'x-provider': 'openai' },
  ],
]

test.each(CURLS)('C04 the example %s %j with headers %j is answered', async (path, body, headers) => {
  // A type is a name only where one provider has it.
  const { rs: _, ...others } = ALL
  const row = await open(others)
  const { status, text } = await row.post(path, body, headers)
  expect(status).toBe(200)
  const said = jsonLines(text).map((line) => JSON.stringify(line['message'] ?? line['response']))
  expect(said.join('')).toContain('words.')
})

test.each(EVERY_UPSTREAM)(
  'C05 C06 %s completes a prompt without options, whole and streamed',
  async (upstream) => {
    const row = await open(ALL)
    const asked = { model: `${upstream}:m`, prompt: 'Say hello.' }
    const whole = await row.ollama.generate({ ...asked, stream: false })
    expect(whole).toMatchObject({ response: `From ${upstream}, in words.`, done: true, done_reason: 'stop' })
    let said = ''
    for await (const part of await row.ollama.generate({ ...asked, stream: true })) said += part.response
    expect(said).toBe(`From ${upstream}, in words.`)
    for (const call of row.calls(upstream)) expect(call.body).toContain('Say hello.')
  },
)

test("C25 total_duration is in nanoseconds and covers the provider's delay", async () => {
  const clock = new VirtualClock()
  const slow: Scripts['oa'] = () => {
    clock.advance(1500)
    return textAnswer()
  }
  const row = await open({ oa: slow }, { clock })
  const { json } = await row.post('/api/chat', { model: 'm', stream: false, messages: MESSAGES })
  expect(json['total_duration']).toBe(1500 * 1e6)
  const streamed = jsonLines((await row.post('/api/chat', { model: 'm', messages: MESSAGES })).text)
  expect(streamed.at(-1)?.['total_duration']).toBe(1500 * 1e6)
  // All of it passed before the first word.
  expect(streamed.at(-1)?.['prompt_eval_duration']).toBe(1500 * 1e6)
  expect(streamed.at(-1)?.['eval_duration']).toBeLessThan(10)
})

test('C25 a duration is never nothing', async () => {
  const row = await open({ oa: textAnswer() })
  const { json } = await row.post('/api/chat', { model: 'm', stream: false, messages: MESSAGES })
  expect(json['total_duration']).toBeGreaterThan(0)
  expect(Number.isInteger(json['total_duration'])).toBe(true)
})

test.each(EVERY_UPSTREAM)(
  'C26 a model that %s does not have is a 404 with an error text',
  async (upstream) => {
    const row = await open({ [upstream]: { kind: 'status', status: 404 } })
    for (const [path, asked] of [
      ['/api/chat', { messages: MESSAGES }],
      ['/api/generate', { prompt: 'Hi.' }],
    ] as const) {
      const { status, json } = await row.post(path, { model: 'nope', ...asked })
      expect(status).toBe(404)
      expect(json['error']).toEqual(expect.stringMatching(/\S/))
    }
  },
)

test.each(EVERY_UPSTREAM)('C27 a stream that %s breaks off ends in an error line', async (upstream) => {
  const row = await open({ [upstream]: { kind: 'answer', text: 'One two three four.', cutAfter: 2 } })
  const answer = await askRaw(`${row.url}/api/chat`, { body: { model: 'm', messages: MESSAGES } })
  const lines = jsonLines(answer.body.toString())
  expect(lines[0]).toMatchObject({ done: false, message: { content: 'One ' } })
  expect(lines.at(-1)).toEqual(expect.objectContaining({ error: expect.stringMatching(/\S/) }))
  expect(lines.some((line) => line['done'] === true)).toBe(false)
  expect(answer.how).toBe('ended')
})
