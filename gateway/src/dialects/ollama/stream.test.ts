import { describe, expect, test } from 'vitest'
import { fold, GatewayError, isObject, objectOf, stringOf, unfold } from '#core'
import type { ChatEvent, ChatResponse, JsonObject, Note, Operation } from '#core'
import { blockFaults } from '../block-law.contract.ts'
import type { AnswerContext, StreamEncoder } from '../dialect.ts'
import { decodeFrames, framesOf } from '../frames.contract.ts'
import { ollama } from './index.ts'

const notes: Note[] = []

function encoder(operation: Operation = 'chat', clock = () => 250): StreamEncoder {
  notes.length = 0
  const context: AnswerContext = {
    exchangeId: 'x1',
    model: 'asked',
    startedAt: Date.UTC(2026, 10, 20),
    request: { model: 'asked', messages: [], stream: true, ...(operation === 'chat' ? {} : { operation }) },
    elapsedMs: clock,
    note: (note) => notes.push(note),
  }
  return ollama.chat.streamEncoder(context)
}

function write(events: readonly ChatEvent[], operation?: Operation): string {
  const machine = encoder(operation)
  return events.map((event) => machine.push(event)).join('')
}

/** Every line parsed; a blank or broken line fails. */
function lines(text: string): JsonObject[] {
  expect(text.endsWith('\n')).toBe(true)
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const value: unknown = JSON.parse(line)
      if (!isObject(value)) throw new Error(`no object: ${line}`)
      return value
    })
}

function read(...wire: (JsonObject | string)[]): ChatEvent[] {
  const frames = wire.map((line) => ({ data: typeof line === 'string' ? line : JSON.stringify(line) }))
  return decodeFrames(ollama.chat.streamDecoder({ provider: 'ol', exchangeId: 'x1' }), frames)
}

const textLine = (content: string): JsonObject => ({
  model: 'up',
  created_at: '2026-01-01T00:00:00Z',
  message: { role: 'assistant', content },
  done: false,
})
const last: JsonObject = {
  ...textLine(''),
  done: true,
  done_reason: 'stop',
  prompt_eval_count: 3,
  eval_count: 2,
}
const callLine = (name: string, args: JsonObject): JsonObject => ({
  ...textLine(''),
  message: { role: 'assistant', content: '', tool_calls: [{ function: { name, arguments: args } }] },
})

const ANSWER: ChatResponse = {
  start: {},
  parts: [
    { type: 'reasoning', text: 'let me see' },
    { type: 'text', text: 'Grüße, 世界' },
    { type: 'tool-call', id: 'c1', name: 'f', arguments: '{"a":1}' },
    { type: 'tool-call', id: 'c2', name: 'g', arguments: '' },
  ],
  finish: { reason: 'tool-calls' },
  usage: { inputTokens: 11, outputTokens: 7 },
}

describe('writing', () => {
  test('C02 lines all parse, only the last is done and counts', () => {
    const events: ChatEvent[] = [
      { type: 'start' },
      { type: 'text-start', index: 0 },
      { type: 'text-delta', index: 0, text: 'Hel' },
      { type: 'text-delta', index: 0, text: 'lo\n' },
      { type: 'text-end', index: 0 },
      { type: 'usage', usage: { inputTokens: 4, outputTokens: 2 } },
      { type: 'finish', reason: 'stop' },
    ]
    const chat = lines(write(events))
    expect(chat.map((line) => line['done'])).toEqual([false, false, true])
    expect(chat.map((line) => stringOf(objectOf(line['message'])?.['content'])).join('')).toBe('Hello\n')
    expect(chat[0]).toEqual({
      model: 'asked',
      created_at: '2026-11-20T00:00:00.250Z',
      message: { role: 'assistant', content: 'Hel' },
      done: false,
    })
    expect(chat.at(-1)).toMatchObject({
      done_reason: 'stop',
      prompt_eval_count: 4,
      eval_count: 2,
      total_duration: 250_000_000,
    })
    expect(chat.slice(0, -1).every((line) => !('eval_count' in line))).toBe(true)
  })

  test('pitfall 255 a generate stream speaks in `response` and ends with context and durations', () => {
    const generate = lines(write(unfold({ ...ANSWER, parts: ANSWER.parts.slice(0, 2) }), 'generate'))
    expect(generate.map((line) => [line['thinking'], line['response'], line['done']])).toEqual([
      ['let me see', '', false],
      [undefined, 'Grüße, 世界', false],
      [undefined, '', true],
    ])
    expect(generate.at(-1)).toMatchObject({ context: [], eval_count: 7 })
    expect(generate.some((line) => 'message' in line)).toBe(false)
  })

  test('C25 the time to the first content is the prompt, the rest the answer', () => {
    let now = 100
    const machine = encoder('chat', () => now)
    machine.push({ type: 'start' })
    machine.push({ type: 'text-delta', index: 0, text: 'x' })
    now = 400
    expect(lines(machine.push({ type: 'finish', reason: 'stop' }))[0]).toMatchObject({
      total_duration: 400_000_000,
      prompt_eval_duration: 100_000_000,
      eval_duration: 300_000_000,
    })
  })

  test('pitfall 16 calls go out whole before the last line', () => {
    const told = lines(write(unfold({ ...ANSWER, parts: ANSWER.parts.slice(2, 3) })))
    expect(told).toHaveLength(2)
    expect(told[0]).toMatchObject({
      done: false,
      message: { content: '', tool_calls: [{ id: 'c1', function: { name: 'f', arguments: { a: 1 } } }] },
    })
    expect(told[1]).toMatchObject({
      done: true,
      done_reason: 'stop',
      message: { role: 'assistant', content: '' },
    })
    expect(told[1]?.['message']).not.toHaveProperty('tool_calls')
  })

  test('pitfall 3 calls that overlap keep their own arguments', () => {
    const events: ChatEvent[] = [
      { type: 'start' },
      { type: 'tool-call-start', index: 0, id: 'a', name: 'f' },
      { type: 'tool-call-start', index: 1, id: 'b', name: 'g' },
      { type: 'tool-call-delta', index: 0, arguments: '{"a"' },
      { type: 'tool-call-delta', index: 1, arguments: '{"b":2}' },
      { type: 'tool-call-delta', index: 0, arguments: ':1}' },
      { type: 'tool-call-end', index: 1 },
      { type: 'tool-call-end', index: 0 },
      { type: 'finish', reason: 'tool-calls' },
    ]
    expect(fold(read(...write(events).trim().split('\n'))).parts).toEqual([
      { type: 'tool-call', id: 'b', name: 'g', arguments: '{"b":2}' },
      { type: 'tool-call', id: 'a', name: 'f', arguments: '{"a":1}' },
    ])
  })

  test('pitfall 14 broken arguments stay raw in their object', () => {
    const parts = [{ type: 'tool-call', id: 'c', name: 'f', arguments: '{"cmd":"rm' }] as const
    const [first, end] = lines(write(unfold({ ...ANSWER, parts, finish: { reason: 'length' } })))
    expect(first).toMatchObject({
      message: { tool_calls: [{ function: { arguments: { raw_arguments: '{"cmd":"rm' } } }] },
    })
    expect(end).toMatchObject({ done_reason: 'length' })
    expect(notes.map((note) => note.field)).toEqual(['tool_calls[].arguments'])
  })

  test('pitfall 264 long integers and printed arguments go out as they came', () => {
    const id = '{"id":12345678901234567890}'
    const parts = [
      { type: 'tool-call', id: 'c', name: 'f', arguments: id },
      { type: 'tool-call', id: 'd', name: 'g', arguments: '{\n  "a": 1\n}' },
    ] as const
    const text = write(unfold({ ...ANSWER, parts }))
    expect(text).toContain(id)
    expect(lines(text)).toHaveLength(3)
    expect(fold(read(...text.trim().split('\n'))).parts[0]).toMatchObject({ arguments: id })
  })

  test('C27 a failure is an error line and the last', () => {
    const machine = encoder()
    machine.push({ type: 'start' })
    machine.push({ type: 'text-delta', index: 0, text: 'x' })
    const text = machine.push({
      type: 'error',
      error: new GatewayError('cut-stream', 'The provider hung up.'),
    })
    expect(lines(text)).toEqual([
      { error: 'The provider hung up.', type: 'cut-stream', request_id: expect.stringMatching(/./) },
    ])
    expect(machine.push({ type: 'text-delta', index: 0, text: 'more' })).toBe('')
    expect(machine.push({ type: 'finish', reason: 'stop' })).toBe('')
    expect(machine.keepAlive()).toBe('')
  })

  test('pitfall 160 the error line is text under `error`, with no sign of success', () => {
    const text = write([{ type: 'start' }, { type: 'error', error: new GatewayError('overloaded', 'Busy.') }])
    expect(typeof lines(text)[0]?.['error']).toBe('string')
    expect(text).not.toContain('done')
  })

  test('pitfall 170 a sign of life is an empty line of the answer, never a blank one', () => {
    expect(lines(encoder().keepAlive())).toEqual([
      textLineAsked({ message: { role: 'assistant', content: '' } }),
    ])
    expect(lines(encoder('generate').keepAlive())).toEqual([textLineAsked({ response: '' })])
  })

  test('pitfall 263 a character is never cut in two', () => {
    const halves = 'a😀b'.split('')
    const events: ChatEvent[] = [
      { type: 'start' },
      { type: 'text-start', index: 0 },
      ...halves.map((text): ChatEvent => ({ type: 'text-delta', index: 0, text })),
      { type: 'text-end', index: 0 },
      { type: 'finish', reason: 'stop' },
    ]
    const text = write(events)
    expect(text).not.toMatch(/\\ud[89a-f]/i)
    expect(fold(read(...text.trim().split('\n'))).parts).toEqual([{ type: 'text', text: 'a😀b' }])
  })

  test('citations, foreign blocks and thinking state are noted', () => {
    write([
      { type: 'start' },
      { type: 'reasoning-start', index: 0 },
      { type: 'reasoning-end', index: 0, opaque: { issuer: 'an', value: 's' } },
      { type: 'text-start', index: 1 },
      { type: 'citation', index: 1, citation: {} },
      { type: 'text-end', index: 1 },
      { type: 'part', index: 2, part: { type: 'native', dialect: 'anthropic', value: {} } },
      { type: 'finish', reason: 'stop' },
    ])
    expect(notes.map((note) => note.field)).toEqual(['reasoning state', 'citations', 'native'])
  })
})

function textLineAsked(said: JsonObject): JsonObject {
  return { model: 'asked', created_at: '2026-11-20T00:00:00.250Z', ...said, done: false }
}

describe('reading', () => {
  test('pitfall 15 the last line is read fully', () => {
    const events = read({ ...callLine('f', { a: 1 }), done: true, done_reason: 'stop' })
    expect(blockFaults(events)).toEqual([])
    expect(fold(events)).toMatchObject({
      parts: [{ type: 'tool-call', name: 'f', arguments: '{"a":1}' }],
      finish: { reason: 'tool-calls', raw: 'stop' },
    })
  })

  test('pitfall 108 a call on an earlier line makes the end tool calls', () => {
    expect(fold(read(callLine('f', {}), last)).finish.reason).toBe('tool-calls')
    expect(fold(read(textLine('x'), last)).finish.reason).toBe('stop')
  })

  test('pitfall 9 a whole call on one line is start, arguments, end', () => {
    expect(read(callLine('f', { a: 1 }), last).map((event) => event.type)).toEqual([
      'start',
      'tool-call-start',
      'tool-call-delta',
      'tool-call-end',
      'usage',
      'finish',
    ])
  })

  test('pitfall 6 calls without ids get ids of their own', () => {
    const parts = fold(read(callLine('f', {}), callLine('f', {}), last)).parts
    expect(parts).toMatchObject([{ id: 'call_x1_0' }, { id: 'call_x1_1' }])
  })

  test('pitfall 251 objects arrive in any pieces', () => {
    const bytes = new TextEncoder().encode(write(unfold(ANSWER)))
    for (const cuts of [[], [5, 6, 7, 40], Array.from({ length: bytes.length }, (_, at) => at)]) {
      const decoder = ollama.chat.streamDecoder({ provider: 'ol', exchangeId: 'x1' })
      const events = decodeFrames(decoder, framesOf(bytes, 'ndjson', cuts))
      expect(fold(events).parts).toEqual([
        ...ANSWER.parts.slice(0, 3),
        { type: 'tool-call', id: 'c2', name: 'g', arguments: '{}' },
      ])
    }
  })

  test('pitfall 252 an error line ends the answer as a failure', () => {
    const events = read(textLine('a'), textLine('b'), { error: 'llama runner process has terminated' }, last)
    expect(blockFaults(events)).toEqual([])
    const end = events.at(-1)
    expect(end).toMatchObject({
      type: 'error',
      error: { type: 'provider-error', message: 'llama runner process has terminated' },
    })
    expect(events.filter((event) => event.type === 'text-delta')).toHaveLength(2)
  })

  test('pitfall 161 bytes that end early are a cut stream', () => {
    const end = read(textLine('a'), textLine('b')).at(-1)
    expect(end).toMatchObject({ type: 'error', error: { type: 'cut-stream' } })
    expect(read().at(-1)).toMatchObject({ type: 'error', error: { type: 'cut-stream' } })
  })

  test('pitfall 162 a reason without `done` is an end, a reason is not needed with it', () => {
    const { done: _, ...ended } = last
    expect(fold(read(textLine('a'), ended))).toMatchObject({
      finish: { reason: 'stop' },
      usage: { inputTokens: 3 },
    })
    const { done_reason: __, ...old } = last
    expect(fold(read(textLine('a'), old)).finish).toEqual({ reason: 'stop' })
  })

  test('pitfall 161 nothing comes after the end', () => {
    const decoder = ollama.chat.streamDecoder({ provider: 'ol', exchangeId: 'x1' })
    decoder.push({ data: JSON.stringify(last) })
    expect(decoder.push({ data: JSON.stringify(textLine('late')) })).toEqual([])
    expect(decoder.push({ data: 'garbage' })).toEqual([])
    expect(decoder.end()).toEqual([])
  })

  test('pitfall 266 lines and fields of the future do not stop the stream', () => {
    const events = read(textLine('a'), { status: 'warming up' }, '', { ...textLine('b'), new_field: 1 }, last)
    expect(fold(events).parts).toEqual([{ type: 'text', text: 'ab' }])
  })

  test('pitfall 90 thinking is read from both operations', () => {
    const chat = { ...textLine(''), message: { role: 'assistant', content: '', thinking: 'hm' } }
    expect(fold(read(chat, last)).parts).toEqual([{ type: 'reasoning', text: 'hm' }])
    const generate = { model: 'up', response: '', thinking: 'hm', done: false }
    expect(fold(read(generate, { response: 'x', done: true })).parts).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'x' },
    ])
  })

  test('pitfall 164 what is no Ollama answer is a bad answer', () => {
    for (const data of ['data: {"choices":[]}', '[]', '{"choices":[]}', '<html>']) {
      expect(() => read(data)).toThrow(expect.objectContaining({ type: 'bad-answer' }))
    }
  })

  test('pitfall 198 log probabilities of all lines are gathered, and damaged ones passed over', () => {
    const events = read(
      { ...textLine('a'), logprobs: [{ token: 'a', logprob: -1, odd: 7 }, { token: 'x' }, null] },
      { ...last, logprobs: [{ token: 'b', logprob: -2, bytes: [98] }] },
    )
    const { parts, finish } = fold(events)
    expect(parts).toEqual([
      {
        type: 'text',
        text: 'a',
        probabilities: [
          { token: 'a', logProbability: -1, alternatives: [], extras: { ollama: { odd: 7 } } },
          { token: 'b', logProbability: -2, bytes: [98], alternatives: [] },
        ],
      },
    ])
    expect(finish).not.toHaveProperty('extras.ollama.logprobs')
  })

  test('pitfall 25 a stream and the whole answer fold to the same', () => {
    const whole = {
      ...last,
      message: {
        role: 'assistant',
        content: 'ab',
        thinking: 'hm',
        tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }],
      },
    }
    const thinking = { ...textLine(''), message: { role: 'assistant', content: '', thinking: 'hm' } }
    const streamed = fold(read(thinking, textLine('a'), textLine('b'), callLine('f', { a: 1 }), last))
    expect(fold(ollama.chat.decodeResponse(whole, { provider: 'ol', exchangeId: 'x1' }))).toEqual(streamed)
  })
})
