/** Streams to clients, item by item. */

import { describe, expect, test } from 'vitest'
import { GatewayError } from '#core'
import type { ChatEvent, Note } from '#core'
import { answerContext, streamed, user } from './fixture.contract.ts'
import { anthropic } from './index.ts'

const START: ChatEvent = { type: 'start' }
const FINISH: ChatEvent = { type: 'finish', reason: 'stop' }
const text = (index: number, value: string): ChatEvent[] => [
  { type: 'text-start', index },
  { type: 'text-delta', index, text: value },
  { type: 'text-end', index },
]
const call = (index: number, ...pieces: string[]): ChatEvent[] => [
  { type: 'tool-call-start', index, id: `c${index}`, name: 'f' },
  ...pieces.map((piece) => ({ type: 'tool-call-delta', index, arguments: piece }) as const),
  { type: 'tool-call-end', index },
]
const types = (events: readonly ChatEvent[]): string[] => streamed(events).map((item) => item.event)

describe('streams to clients', () => {
  test('A03 the order of items, each named twice', () => {
    const items = streamed([START, ...text(0, 'hi'), FINISH])
    expect(items.map((item) => item.event)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    for (const { event, data } of items) expect(data['type']).toBe(event)
  })

  test('pitfall 259 the head is complete', () => {
    expect(streamed([START, FINISH])[0]?.data).toEqual({
      type: 'message_start',
      message: {
        id: 'msg_x1',
        type: 'message',
        role: 'assistant',
        model: 'asked',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 0, output_tokens: 0 },
      },
    })
  })

  test('L02 pitfall 129 the end restates what was counted, the head what was known', () => {
    const usage = { inputTokens: 12, outputTokens: 3, cacheReadTokens: 4 }
    const items = streamed([START, ...text(0, 'a'), { type: 'usage', usage }, FINISH])
    expect(items.at(-2)?.data['usage']).toEqual({
      input_tokens: 8,
      cache_read_input_tokens: 4,
      output_tokens: 3,
    })
    const early = streamed([
      START,
      { type: 'usage', usage: { ...usage, outputTokens: 1 } },
      ...text(0, 'a'),
      FINISH,
    ])
    expect(early[0]?.data).toMatchObject({ message: { usage: { input_tokens: 8, output_tokens: 1 } } })
    const asked = answerContext({ messages: [user('a'.repeat(400))] })
    expect(streamed([START, FINISH], asked)[0]?.data).toMatchObject({
      message: { usage: { input_tokens: 100 } },
    })
  })

  test('pitfall 113 without a count the end still comes, and does not unsay the estimate', () => {
    expect(streamed([START, ...text(0, 'a'), FINISH]).at(-2)?.data['usage']).toEqual({ output_tokens: 0 })
  })

  test('L03 indices are numbers without gaps, start, delta and stop agree', () => {
    const items = streamed([
      START,
      { type: 'text-start', index: 0 },
      { type: 'text-end', index: 0 },
      ...text(1, 'a'),
      ...call(2, '{}'),
      ...text(3, 'b'),
      FINISH,
    ])
    const indices = items.flatMap(({ event, data }) =>
      event.startsWith('content_block') ? [data['index']] : [],
    )
    expect(indices).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2])
  })

  test('L04 pitfall 9 fragments of arguments go out as they come', () => {
    const items = streamed([START, ...call(0, '{"a"', ':1}'), FINISH])
    expect(items[1]?.data).toEqual({
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'tool_use', id: 'c0', name: 'f', input: {} },
    })
    expect(items.slice(2, 4).map(({ data }) => data['delta'])).toEqual([
      { type: 'input_json_delta', partial_json: '{"a"' },
      { type: 'input_json_delta', partial_json: ':1}' },
    ])
    expect(items.at(-2)?.data).toMatchObject({ delta: { stop_reason: 'tool_use' } })
  })

  test('L05 pitfall 19 no empty text before a tool', () => {
    const items = streamed([
      START,
      { type: 'text-start', index: 0 },
      { type: 'text-end', index: 0 },
      ...call(1),
      FINISH,
    ])
    expect(items.filter(({ event }) => event === 'content_block_start')).toMatchObject([
      { data: { index: 0, content_block: { type: 'tool_use' } } },
    ])
    expect(items.filter(({ event }) => event === 'content_block_stop')).toHaveLength(1)
  })

  test('A20 an answer of nothing is one empty text', () => {
    expect(types([START, FINISH])).toEqual([
      'message_start',
      'content_block_start',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
  })

  test('pitfall 3 pitfall 18 interleaved calls come one after another, kinds never mix', () => {
    const items = streamed([
      START,
      { type: 'reasoning-start', index: 0 },
      { type: 'reasoning-delta', index: 0, text: 'r' },
      { type: 'reasoning-end', index: 0 },
      ...text(1, 'c'),
      { type: 'tool-call-start', index: 2, id: 'a', name: 'f' },
      { type: 'tool-call-start', index: 3, id: 'b', name: 'g' },
      { type: 'tool-call-delta', index: 2, arguments: '{"a":1}' },
      { type: 'tool-call-delta', index: 3, arguments: '{"b":2}' },
      { type: 'tool-call-end', index: 2 },
      { type: 'tool-call-end', index: 3 },
      ...text(4, 'd'),
      FINISH,
    ])
    const starts = items.filter(({ event }) => event === 'content_block_start')
    expect(starts.map(({ data }) => (data['content_block'] as { type: string }).type)).toEqual([
      'thinking',
      'text',
      'tool_use',
      'tool_use',
      'text',
    ])
    const fragments = items.flatMap(({ data }) =>
      JSON.stringify(data).includes('partial_json') ? [[data['index'], data['delta']]] : [],
    )
    expect(fragments).toMatchObject([
      [2, { partial_json: '{"a":1}' }],
      [3, { partial_json: '{"b":2}' }],
    ])
  })

  test('pitfall 160 pitfall 158 a failure is an error item and the last one', () => {
    const encoder = anthropic.chat.streamEncoder(answerContext())
    const out = [
      START,
      ...text(0, 'a').slice(0, 2),
      { type: 'error', error: new GatewayError('overloaded', 'busy') } as const,
    ]
      .map((event) => encoder.push(event))
      .join('')
    expect(out).toContain(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"busy"}',
    )
    expect(out).not.toContain('message_stop')
    expect(encoder.push(FINISH) + encoder.keepAlive()).toBe('')
  })

  test('pitfall 170 a sign of life is a ping, after the head', () => {
    const encoder = anthropic.chat.streamEncoder(answerContext())
    encoder.push(START)
    expect(encoder.keepAlive()).toMatch(
      /^event: message_start\n[^\n]+\n\nevent: ping\ndata: \{"type":"ping"\}\n\n$/,
    )
    expect(encoder.keepAlive()).toBe('event: ping\ndata: {"type":"ping"}\n\n')
  })

  test('pitfall 263 every character arrives, however it was cut', () => {
    const said = 'h"é\n😀\u2028'
    const pieces = said.split('').map((piece) => ({ type: 'text-delta', index: 0, text: piece }) as const)
    const items = streamed([
      START,
      { type: 'text-start', index: 0 },
      ...pieces,
      { type: 'text-end', index: 0 },
      FINISH,
    ])
    const arrived = items
      .map(({ data }) => (data['delta'] as { text?: string } | undefined)?.text ?? '')
      .join('')
    expect(arrived).toBe(said)
  })

  test('what an answer cannot hold is told', () => {
    const notes: Note[] = []
    const part = { type: 'media', kind: 'image', source: { type: 'url', url: 'https://x' } } as const
    const items = streamed([START, { type: 'part', index: 0, part }, FINISH], answerContext({}, notes))
    expect(items[1]?.data).toMatchObject({ content_block: { type: 'text' } })
    expect(notes).toMatchObject([{ kind: 'unsupported', field: 'image' }])
  })
})
