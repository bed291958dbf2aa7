/** Rows L01–L07, L14, L16: what a stream carries, and that it carries it however the bytes are cut. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isObject, type JsonObject, parseJson, stringOf } from '#core'
import { startSimulator } from '#simulator'
import { houses } from '../house.ts'
import { loadIn } from '../load-in.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { CLIENTS, eventually, ROADS } from './client-dialects.ts'
import { jsonLines, rows, sseEvents, textAnswer } from './row.ts'

const open = rows()
const house = houses()
const FOREIGN = ['oa', 'ol'] as const
const EVENT_STREAM = { 'content-type': 'text/event-stream' }
const CLAUDE_STREAM = [
  'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"c","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}\n\n',
  'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n',
  'event: ping\ndata: {"type": "ping"}\n\n',
  'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi  data: 1"}}\n\n',
  'event: brand_new\ndata: {"type":"brand_new","deep":[1,null,"é"]}\n\n',
  'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n',
  'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":4}}\n\n',
  'event: message_stop\ndata: {"type":"message_stop"}\n\n',
]
const MESSAGES = [{ role: 'user', content: 'Say something.' }]
const claude = { model: 'm', max_tokens: 100, stream: true, messages: MESSAGES }

const dataOf = (text: string): JsonObject[] =>
  sseEvents(text).map(({ data }) => {
    const json = parseJson(data)
    return isObject(json) ? json : {}
  })

test("L01 Anthropic's own events reach its clients as they are, no data doubled and no [DONE]", async () => {
  const row = await open({ an: { kind: 'raw', status: 200, headers: EVENT_STREAM, chunks: CLAUDE_STREAM } })
  const { text } = await row.post('/v1/messages', claude)
  expect(text).toBe(CLAUDE_STREAM.join(''))
  expect(sseEvents(text)).toEqual(CLAUDE_STREAM.flatMap(sseEvents))
})

test("L01 Anthropic's own bytes pass with their ends of lines and comments", async () => {
  const chunks = [': hello\r\n\r\n', ...CLAUDE_STREAM.map((event) => event.replaceAll('\n', '\r\n'))]
  const row = await open({ an: { kind: 'raw', status: 200, headers: EVENT_STREAM, chunks } })
  expect((await row.post('/v1/messages', claude)).text).toBe(chunks.join(''))
})

test.each(FOREIGN)("L02 the last usage of a stream from %s is the provider's", async (upstream) => {
  const usage = { inputTokens: 21, outputTokens: 34 }
  const row = await open({ [upstream]: { kind: 'answer', text: 'Some words here.', usage } })
  const last = dataOf((await row.post('/v1/messages', claude)).text).find(
    ({ type }) => type === 'message_delta',
  )
  expect(last).toMatchObject({ usage: { input_tokens: 21, output_tokens: 34 } })
})

const LOOK = { name: 'look', arguments: { city: 'Oslo', notes: 'a "quoted" word, é 🌍' }, fragments: 7 }
const CALLING = { kind: 'answer', toolCalls: [LOOK, { name: 'ask', arguments: {} }] } as const

test.each(FOREIGN)(
  'L03 the blocks of a stream from %s are numbered from 0 and opened and closed in pairs',
  async (upstream) => {
    const row = await open({
      [upstream]: { ...CALLING, text: 'Words first.', reasoning: 'Thoughts before.' },
    })
    const asked = { ...claude, thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 2048 }
    const blocks = dataOf((await row.post('/v1/messages', asked)).text).filter(
      ({ index }) => index !== undefined,
    )
    const at = (type: string) => blocks.filter((block) => block['type'] === type).map(({ index }) => index)
    expect(at('content_block_start')).toEqual([0, 1, 2, 3])
    expect(at('content_block_stop')).toEqual([0, 1, 2, 3])
    let openBlock: unknown
    for (const { type, index } of blocks) {
      if (type === 'content_block_start') openBlock = index
      expect(index).toBe(openBlock)
    }
  },
)

test('L04 the arguments of a call travel in the pieces they come in', async () => {
  const row = await open({ oa: CALLING })
  const pieces = dataOf((await row.post('/v1/messages', claude)).text)
    .filter(({ index }) => index === 0)
    .flatMap(({ delta }) =>
      isObject(delta) && typeof delta['partial_json'] === 'string' ? [delta['partial_json']] : [],
    )
  expect(pieces.filter((piece) => piece !== '')).toHaveLength(LOOK.fragments)
  expect(JSON.parse(pieces.join(''))).toEqual(LOOK.arguments)
})

test.each(FOREIGN)(
  'L05 an answer of calls alone from %s leaves no stray text with the client',
  async (upstream) => {
    const row = await open({ [upstream]: CALLING })
    const stream = row.anthropic.messages.stream({
      model: 'm',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Go.' }],
    })
    const { content, stop_reason } = await stream.finalMessage()
    expect(content).toMatchObject([
      { type: 'tool_use', name: 'look', input: LOOK.arguments },
      { type: 'tool_use', name: 'ask', input: {} },
    ])
    expect([content.length, stop_reason]).toEqual([2, 'tool_use'])
  },
)

test('L05 nor does the empty text that OpenAI begins with', async () => {
  const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }
  const deltas = [{ role: 'assistant', content: '' }, { content: null, tool_calls: [call] }, { content: '' }]
  const chunks = deltas.map(
    (delta) =>
      `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`,
  )
  const end = { id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }
  chunks.push(`data: ${JSON.stringify(end)}\n\n`, 'data: [DONE]\n\n')
  const row = await open({ oa: { kind: 'raw', status: 200, headers: EVENT_STREAM, chunks } })
  const opened = dataOf((await row.post('/v1/messages', claude)).text).filter(
    ({ type }) => type === 'content_block_start',
  )
  expect(opened).toMatchObject([{ index: 0, content_block: { type: 'tool_use', name: 'look' } }])
})

test('L06 the thinking of one dialect reaches the clients of the others', async () => {
  const thought = { kind: 'answer', reasoning: 'I wonder.', text: 'Yes.' } as const
  const row = await open({ or: thought, an: thought, ol: thought })
  const thinking = { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 2048 }
  for (const model of ['or:m', 'ol:m']) {
    const events = dataOf((await row.post('/v1/messages', { ...claude, ...thinking, model })).text)
    const deltas = events.flatMap(({ delta }) =>
      isObject(delta) && delta['type'] === 'thinking_delta' ? [stringOf(delta['thinking']) ?? ''] : [],
    )
    expect(deltas.join('')).toBe('I wonder.')
  }
  for (const model of ['an:claude-sonnet-4-5', 'ol:m']) {
    const asked = { model, stream: true, reasoning_effort: 'low', messages: MESSAGES }
    const events = sseEvents((await row.post('/v1/chat/completions', asked)).text)
    const thoughts = events.flatMap(({ data }) => /"reasoning_content":"([^"]*)"/.exec(data)?.[1] ?? [])
    expect(thoughts.join('')).toBe('I wonder.')
  }
  const lines = jsonLines(
    (await row.post('/api/chat', { model: 'or:m', think: true, messages: MESSAGES })).text,
  )
  const thoughts = lines.flatMap(({ message }) =>
    isObject(message) ? [stringOf(message['thinking']) ?? ''] : [],
  )
  expect(thoughts.join('')).toBe('I wonder.')
})

test.each(ROADS)('L07 twenty silent seconds bring a sign of life: $name', async ({ client, first }) => {
  const clock = new VirtualClock()
  const row = await open({ [first]: { kind: 'answer', text: 'One two three.', stallAfter: 2 } }, { clock })
  const { promise: alive, resolve } = Promise.withResolvers<string>()
  let text = ''
  let before = -1
  const response = await fetch(row.url + client.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(client.body('m', true)),
  })
  const reading = (async () => {
    for await (const piece of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      text += piece
      if (before >= 0) resolve(text.slice(before))
      else if (text.includes('two ')) {
        before = text.length
        clock.advance(20_000)
      }
    }
  })()
  const sign = await alive
  const expected = {
    'openai-chat': /^: [^\n]*\n\n$/,
    anthropic: /^event: ping\ndata: \{"type": ?"ping"\}\n\n$/,
    // No ping in this dialect, and an empty line breaks a client: a line of nothing said.
    ollama: /^\{.*"content":"".*"done":false.*\}\n$/,
  }[client.name]
  expect(sign).toMatch(expected ?? /^$/)
  clock.advance(60_000)
  await reading
})

test('L07 the silence after which one comes is a quarter of a minute out of the box', () => {
  expect(loadIn({}).server.keepAliveMs).toBe(15_000)
})

const PIECES = [1, 2, 3, 7, 64]
const MULTILINGUAL = 'Grüße, 世界 🌍 👩‍👩‍👧 end.'

test.each(ROADS)('L14 bytes cut anywhere give the same answer: $name', async ({ client, first }) => {
  const answer = { ...textAnswer(MULTILINGUAL), reasoning: 'Hm, ö.' } as const
  const row = await open({ [first]: [answer, ...PIECES.map((drip) => ({ ...answer, drip }))] })
  const ask = async () => {
    const { text } = await row.post(client.path, client.body('m', true), { 'x-request-id': 'the-same' })
    expect(client.hear(text)).toMatchObject({ text: MULTILINGUAL, finished: true })
    return text.replaceAll(/"(created|created_at|\w+_duration)":("[^"]*"|\d+)/g, '"$1":0')
  }
  const whole = await ask()
  for (const drip of PIECES) expect({ drip, text: await ask() }).toEqual({ drip, text: whole })
})

test('L16 the time to the first content and to the end are both told', async () => {
  const clock = new VirtualClock()
  await using simulator = await startSimulator({ clock })
  const folder = mkdtempSync(join(tmpdir(), 'sluice-streams-'))
  try {
    const baseUrl = simulator.script('slow', {
      kind: 'answer',
      text: 'One two.',
      firstTokenDelayMs: 2000,
      gapMs: 3000,
    })
    const logTo = join(folder, 'log')
    const gateway = await house.open({
      clock,
      logTo,
      config: { logLevel: 'info' },
      providers: [{ name: 'slow', baseUrl }],
    })
    let over = false
    const asked = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'm', stream: true, messages: MESSAGES }),
    })
      .then((response) => response.text())
      .finally(() => (over = true))
    await eventually(() => {
      if (clock.waits.includes(2000) || clock.waits.includes(3000)) clock.advance(500)
      return over
    }, 'the stream is over')
    await asked
    await gateway.close()
    const line =
      readFileSync(logTo, 'utf8')
        .split('\n')
        .find((text) => text.includes('completed')) ?? ''
    const { ms, first_content_ms: first } = JSON.parse(line)
    expect(first).toBeGreaterThanOrEqual(2000)
    expect(ms).toBeGreaterThanOrEqual(first + 3000)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each(CLIENTS)('L01 nothing of one dialect shows in a stream of $name', async (client) => {
  const row = await open({ [client.same]: textAnswer('Same.'), [client.other]: textAnswer('Other.') })
  for (const upstream of [client.same, client.other]) {
    const { text, headers } = await row.post(client.path, client.body(`${upstream}:m`, true))
    expect(text).not.toMatch(/data: ?data:|^data:\s*$/m)
    expect(text.includes('[DONE]')).toBe(client.name === 'openai-chat')
    expect(/^event: /m.test(text)).toBe(client.name === 'anthropic')
    expect(headers.get('content-type')).toMatch(client.name === 'ollama' ? /x-ndjson/ : /event-stream/)
  }
})
