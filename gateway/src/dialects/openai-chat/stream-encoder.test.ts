import { describe, expect, test } from 'vitest'
import { type ChatEvent, GatewayError, type JsonObject, stringOf } from '#core'
import { client, written } from './fixture.contract.ts'

const START: ChatEvent = { type: 'start', id: 'msg_1', model: 'claude' }
const STOP: ChatEvent = { type: 'finish', reason: 'stop' }
const text = (index: number, ...pieces: string[]): ChatEvent[] => [
  { type: 'text-start', index },
  ...pieces.map((piece): ChatEvent => ({ type: 'text-delta', index, text: piece })),
  { type: 'text-end', index },
]
const call = (index: number, id: string, ...pieces: string[]): ChatEvent[] => [
  { type: 'tool-call-start', index, id, name: 'f' },
  ...pieces.map((piece): ChatEvent => ({ type: 'tool-call-delta', index, arguments: piece })),
  { type: 'tool-call-end', index },
]
// Every chunk of ours has this shape; what is in the delta is what the tests look at.
const deltas = (chunks: JsonObject[]) =>
  chunks.flatMap((chunk) => (chunk['choices'] as JsonObject[]).map((choice) => choice['delta'] as JsonObject))
const toolPieces = (chunks: JsonObject[]) =>
  deltas(chunks).flatMap((delta) => (delta['tool_calls'] ?? []) as JsonObject[])

test('B02 events are separated by a blank line and the last is [DONE]', () => {
  const { text: stream } = written([START, ...text(0, 'a\n\nb', '😀'), STOP], client())
  const frames = stream.split('\n\n').filter((frame) => frame !== '')
  expect(frames.every((frame) => frame.startsWith('data: '))).toBe(true)
  expect(frames.at(-1)).toBe('data: [DONE]')
  expect(stream.endsWith('\n\n')).toBe(true)
})

test('B06 pitfall 260 text, then calls; id, created and model constant, role once, an empty delta at the end', () => {
  const { chunks } = written([START, ...text(0, 'a', 'b'), ...call(1, 'x', '{"a"', ':1}'), STOP], client())
  expect(
    new Set(
      chunks.map((chunk) => JSON.stringify([chunk['id'], chunk['created'], chunk['model'], chunk['object']])),
    ),
  ).toEqual(new Set(['["chatcmpl-ex-1",1700000000,"fast","chat.completion.chunk"]']))
  const all = deltas(chunks)
  expect(all.filter((delta) => delta['role'] !== undefined)).toHaveLength(1)
  expect(all.map((delta) => stringOf(delta['content']) ?? '').join('')).toBe('ab')
  expect(toolPieces(chunks)).toEqual([
    { index: 0, id: 'x', type: 'function', function: { name: 'f', arguments: '' } },
    { index: 0, function: { arguments: '{"a"' } },
    { index: 0, function: { arguments: ':1}' } },
  ])
  expect(all.at(-1)).toEqual({})
  expect(chunks.at(-1)).toMatchObject({ choices: [{ finish_reason: 'tool_calls' }] })
})

test('pitfall 1 pitfall 24 calls are counted from zero whatever their blocks; id and name come once', () => {
  const { chunks } = written(
    [START, ...text(0, 't'), ...call(3, 'x', '{}'), ...call(5, 'y', '{}'), STOP],
    client(),
  )
  const named = toolPieces(chunks).filter((piece) => piece['id'] !== undefined)
  expect(named.map((piece) => [piece['index'], piece['id']])).toEqual([
    [0, 'x'],
    [1, 'y'],
  ])
})

test('pitfall 11 a call without arguments says {}', () => {
  const { chunks } = written([START, ...call(0, 'x'), STOP], client())
  expect(toolPieces(chunks).at(-1)).toEqual({ index: 0, function: { arguments: '{}' } })
})

describe('usage', () => {
  const usage: ChatEvent = { type: 'usage', usage: { inputTokens: 3, outputTokens: 2 } }

  test('B07 pitfall 132 asked for, it comes in a last chunk without choices', () => {
    const { chunks } = written([START, ...text(0, 'a'), usage, STOP], client({ streamUsage: true }))
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    })
    expect(chunks.slice(0, -1).every((chunk) => chunk['usage'] === null)).toBe(true)
  })

  test('B07 pitfall 113 asked for, it comes even when the upstream told nothing', () => {
    expect(written([START, STOP], client({ streamUsage: true })).chunks.at(-1)).toMatchObject({
      usage: { total_tokens: 0 },
    })
  })

  test('pitfall 132 not asked for, it does not come', () => {
    expect(written([START, ...text(0, 'a'), usage, STOP], client()).text).not.toContain('usage')
  })
})

describe('errors', () => {
  const error = new GatewayError('overloaded', 'busy', {
    upstream: { status: 529, type: 'overloaded_error' },
  })

  test('L10 pitfall 160 an error frame, then [DONE], then nothing', () => {
    const { text: stream, chunks } = written(
      [START, ...text(0, 'a'), { type: 'error', error }, STOP],
      client(),
    )
    expect(chunks.at(-1)).toMatchObject({
      error: { message: 'busy', type: 'server_error', code: 'overloaded', request_id: 'ex-1' },
    })
    expect(stream.endsWith('}\n\ndata: [DONE]\n\n')).toBe(true)
    expect(stream).not.toContain('"finish_reason":"')
  })

  test('pitfall 114 a paused turn ends as an error', () => {
    const { chunks } = written([START, ...text(0, 'a'), { type: 'finish', reason: 'pause' }], client())
    expect(chunks.at(-1)).toHaveProperty('error')
  })
})

test('pitfall 169 pitfall 170 a silent gap is filled with a comment', async () => {
  const { openaiChat } = await import('./index.ts')
  expect(openaiChat.chat.streamEncoder(client()).keepAlive()).toBe(': keep-alive\n\n')
})

test('pitfall 263 text is written as it is, whatever is in it', () => {
  const pieces = ['"quoted" \\u0041', '\ud83d', '\ude00', '\u2028 \0']
  const { chunks } = written([START, ...text(0, ...pieces), STOP], client())
  expect(
    deltas(chunks)
      .map((delta) => stringOf(delta['content']) ?? '')
      .join(''),
  ).toBe(pieces.join(''))
})

test('pitfall 75 pitfall 78 the state of a thinking block comes once, after its text, which is not repeated', () => {
  const opaque = { issuer: 'claude', value: 'sig' }
  const events: ChatEvent[] = [
    START,
    { type: 'reasoning-start', index: 0 },
    { type: 'reasoning-delta', index: 0, text: 'hm' },
    { type: 'reasoning-end', index: 0, opaque },
    ...text(1, 'a'),
    STOP,
  ]
  const { chunks, text: stream } = written(events, client())
  const details = deltas(chunks).flatMap((delta) => (delta['reasoning_details'] ?? []) as JsonObject[])
  expect(details).toMatchObject([
    { type: 'reasoning.text', id: 'span_0_2', signature: expect.stringMatching(/^sluice1\./) },
  ])
  expect(stream.match(/hm/g)).toHaveLength(1)
})

test('pitfall 116 a refusal is streamed as one, and named when the model gave no word', () => {
  const said: ChatEvent[] = [
    START,
    { type: 'text-start', index: 0, refusal: true },
    { type: 'text-delta', index: 0, text: 'no' },
  ]
  const refused: ChatEvent = { type: 'finish', reason: 'refusal' }
  expect(deltas(written([...said, refused], client()).chunks)).toContainEqual({ refusal: 'no' })
  const silent = written([START, refused], client()).chunks
  expect(deltas(silent).some((delta) => typeof delta['refusal'] === 'string')).toBe(true)
  expect(silent.at(-1)).toMatchObject({ choices: [{ finish_reason: 'content_filter' }] })
})

test('pitfall 212 a functions client is streamed a function_call', () => {
  const context = client({ extras: { 'openai-chat': { '~legacy': true } } })
  const { chunks } = written([START, ...call(0, 'x', '{}'), STOP], context)
  expect(deltas(chunks).filter((delta) => delta['function_call'] !== undefined)).toEqual([
    { function_call: { name: 'f', arguments: '' } },
    { function_call: { arguments: '{}' } },
  ])
  expect(chunks.at(-1)).toMatchObject({ choices: [{ finish_reason: 'function_call' }] })
})

test('pitfall 217 citations are streamed with offsets in the whole text', () => {
  const events: ChatEvent[] = [
    START,
    ...text(0, 'The sky '),
    { type: 'text-start', index: 1 },
    { type: 'text-delta', index: 1, text: 'is blue' },
    { type: 'citation', index: 1, citation: { url: 'https://a.example', start: 0, end: 2 } },
    STOP,
  ]
  expect(JSON.stringify(deltas(written(events, client()).chunks))).toContain('"start_index":8,"end_index":10')
})
