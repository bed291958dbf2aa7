/** Streams of servers, good and odd. */

import { describe, expect, test } from 'vitest'
import { fold, stringOf } from '#core'
import type { ChatEvent, JsonObject } from '#core'
import { blockFaults } from '../block-law.contract.ts'
import { DECODE, understood } from './fixture.contract.ts'
import { anthropic } from './index.ts'

const begin = (usage: JsonObject = { input_tokens: 5, output_tokens: 1 }): JsonObject => ({
  type: 'message_start',
  message: { id: 'msg_1', model: 'up', content: [], usage },
})
const start = (index: number, content_block: JsonObject): JsonObject => ({
  type: 'content_block_start',
  index,
  content_block,
})
const delta = (index: number, value: JsonObject): JsonObject => ({
  type: 'content_block_delta',
  index,
  delta: value,
})
const stop = (index: number): JsonObject => ({ type: 'content_block_stop', index })
const json = (partial_json: string): JsonObject => ({ type: 'input_json_delta', partial_json })
const text = (value: string): JsonObject => ({ type: 'text_delta', text: value })
const ended = (stop_reason = 'end_turn', usage: JsonObject = { output_tokens: 9 }): JsonObject => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null },
  usage,
})
const END: JsonObject = { type: 'message_stop' }
const TOOL = { type: 'tool_use', id: 't1', name: 'f', input: {} }

const kinds = (events: readonly ChatEvent[]): string[] => events.map((event) => event.type)

describe('tool blocks', () => {
  test('pitfall 1 calls count on their own, each with id and name once', () => {
    const events = understood(
      begin(),
      start(0, { type: 'text', text: '' }),
      stop(0),
      start(1, TOOL),
      stop(1),
      start(2, { ...TOOL, id: 't2' }),
      stop(2),
      ended('tool_use'),
      END,
    )
    expect(blockFaults(events)).toEqual([])
    expect(events.filter((event) => event.type === 'tool-call-start')).toMatchObject([
      { id: 't1' },
      { id: 't2' },
    ])
  })

  test('pitfall 12 an empty input at the start is a placeholder, a full one counts when nothing follows', () => {
    expect(
      fold(understood(begin(), start(0, TOOL), delta(0, json('{"a":1}')), stop(0), ended('tool_use'), END))
        .parts,
    ).toMatchObject([{ arguments: '{"a":1}' }])
    const full = { ...TOOL, input: { b: 2 } }
    expect(fold(understood(begin(), start(0, full), stop(0), ended('tool_use'), END)).parts).toMatchObject([
      { arguments: '{"b":2}' },
    ])
    expect(
      fold(understood(begin(), start(0, full), delta(0, json('{"a":1}')), stop(0), END)).parts,
    ).toMatchObject([{ arguments: '{"a":1}' }])
  })

  test('pitfall 11 a call without arguments is a call', () => {
    const { parts, finish } = fold(understood(begin(), start(0, TOOL), stop(0), ended('tool_use'), END))
    expect(parts).toEqual([{ type: 'tool-call', id: 't1', name: 'f', arguments: '' }])
    expect(finish.reason).toBe('tool-calls')
  })

  test('pitfall 14 arguments cut by the limit stay as written', () => {
    const cut = '{"cmd":"rm -rf /tm'
    const { parts, finish } = fold(
      understood(begin(), start(0, TOOL), delta(0, json(cut)), stop(0), ended('max_tokens'), END),
    )
    expect(parts).toMatchObject([{ arguments: cut }])
    expect(finish.reason).toBe('length')
  })

  test('pitfall 264 arguments keep their digits', () => {
    const big = '{"id":12345678901234567890,"x":1.0}'
    expect(fold(understood(begin(), start(0, TOOL), delta(0, json(big)), stop(0), END)).parts).toMatchObject([
      { arguments: big },
    ])
  })

  test('the caller of a call rides along', () => {
    const caller = { type: 'code_execution', tool_id: 's1' }
    expect(fold(understood(begin(), start(0, { ...TOOL, caller }), stop(0), END)).parts).toMatchObject([
      { extras: { anthropic: { caller } } },
    ])
  })
})

describe('odd streams', () => {
  test('pitfall 13 repeated starts are one start', () => {
    const events = understood(
      begin(),
      begin(),
      start(0, { type: 'text', text: '' }),
      start(0, { type: 'text', text: '' }),
      delta(0, text('a')),
      stop(0),
      ended(),
      END,
    )
    expect(blockFaults(events)).toEqual([])
    expect(kinds(events).filter((type) => type === 'start' || type === 'text-start')).toHaveLength(2)
  })

  test('pitfall 172 the kind is read from the data, or else from the event line', () => {
    const items = [begin(), start(0, { type: 'text', text: '' }), delta(0, text('a')), stop(0), ended(), END]
    for (const shape of ['data', 'event'] as const) {
      const decoder = anthropic.chat.streamDecoder(DECODE)
      const events = items.flatMap((item) => {
        const { type, ...rest } = item
        return decoder.push(
          shape === 'data'
            ? { data: JSON.stringify(item) }
            : { event: stringOf(type), data: JSON.stringify(rest) },
        )
      })
      expect(fold(events).parts).toEqual([{ type: 'text', text: 'a' }])
    }
  })

  test('pitfall 266 pings and kinds of the future are passed over', () => {
    const events = understood(
      begin(),
      { type: 'ping' },
      { type: 'some_future_type', x: 1 },
      start(0, { type: 'text', text: '' }),
      delta(0, { type: 'new_delta' }),
      delta(0, text('a')),
      stop(0),
      ended(),
      END,
    )
    expect(fold(events).parts).toEqual([{ type: 'text', text: 'a' }])
  })

  test('pitfall 162 a [DONE] after the end says nothing, and nothing follows the end', () => {
    const decoder = anthropic.chat.streamDecoder(DECODE)
    for (const item of [begin(), ended(), END]) decoder.push({ data: JSON.stringify(item) })
    expect(decoder.push({ data: '[DONE]' })).toEqual([])
    expect(decoder.push({ data: JSON.stringify(begin()) })).toEqual([])
    expect(decoder.end()).toEqual([])
  })

  test('pitfall 158 an error inside the stream ends it as a failure', () => {
    const events = understood(begin(), start(0, { type: 'text', text: '' }), delta(0, text('a')), {
      type: 'error',
      error: { type: 'overloaded_error', message: 'Overloaded' },
    })
    expect(blockFaults(events)).toEqual([])
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { type: 'overloaded' } })
    expect(kinds(events)).not.toContain('finish')
  })

  test.each([
    ['in a block', [begin(), start(0, { type: 'text', text: '' }), delta(0, text('a'))]],
    ['after the reason', [begin(), ended()]],
    ['before anything', []],
  ])('pitfall 161 a stream that stops %s was cut', (_, items) => {
    const events = understood(...items)
    expect(blockFaults(events)).toEqual([])
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { type: 'cut-stream' } })
  })

  test('pitfall 112 a clean end without a reason goes by what was said', () => {
    expect(fold(understood(begin(), start(0, TOOL), stop(0), END)).finish.reason).toBe('tool-calls')
    expect(fold(understood(begin(), END)).finish.reason).toBe('stop')
  })

  test('pitfall 111 an end_turn after a call is a call', () => {
    expect(fold(understood(begin(), start(0, TOOL), stop(0), ended('end_turn'), END)).finish).toMatchObject({
      reason: 'tool-calls',
      raw: 'end_turn',
    })
  })

  test('what is no stream of this dialect is refused', () => {
    const decoder = anthropic.chat.streamDecoder(DECODE)
    expect(() => decoder.push({ data: '<html>' })).toThrow('JSON')
    expect(() => decoder.push({ data: '{"choices":[]}' })).toThrow('no known kind')
  })
})

describe('usage and blocks of servers', () => {
  test('pitfall 130 pitfall 131 counters are merged field by field, the last word wins, zeros and nulls are silence', () => {
    const events = understood(
      begin({ input_tokens: 10, output_tokens: 1 }),
      ended('end_turn', { output_tokens: 5, cache_read_input_tokens: 3604 }),
      ended('end_turn', { input_tokens: 0, cache_read_input_tokens: null, output_tokens: 9 }),
      END,
    )
    expect(fold(events).usage).toEqual({ inputTokens: 3614, outputTokens: 9, cacheReadTokens: 3604 })
  })

  test('pitfall 217 citations come inside their text', () => {
    const citation = {
      type: 'web_search_result_location',
      url: 'https://x',
      title: 'X',
      cited_text: 'q',
      encrypted_index: 'e',
    }
    const { parts } = fold(
      understood(
        begin(),
        start(0, { type: 'text', text: '', citations: [] }),
        delta(0, { type: 'citations_delta', citation }),
        delta(0, text('a')),
        stop(0),
        END,
      ),
    )
    expect(parts).toMatchObject([
      {
        text: 'a',
        citations: [{ url: 'https://x', title: 'X', quote: 'q', extras: { anthropic: citation } }],
      },
    ])
  })

  test('blocks of server tools are handed out whole', () => {
    const use = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }
    const { parts } = fold(
      understood(begin(), start(0, use), delta(0, json('{"q":')), delta(0, json('1}')), stop(0), END),
    )
    expect(parts).toEqual([{ type: 'native', dialect: 'anthropic', value: { ...use, input: { q: 1 } } }])
  })

  test('pitfall 76 thinking without text keeps its signature', () => {
    const { parts } = fold(
      understood(
        begin(),
        start(0, { type: 'thinking', thinking: '', signature: '' }),
        delta(0, { type: 'signature_delta', signature: 'si' }),
        delta(0, { type: 'signature_delta', signature: 'g' }),
        stop(0),
        END,
      ),
    )
    expect(parts).toEqual([{ type: 'reasoning', text: '', opaque: { issuer: 'an', value: 'sig' } }])
  })

  test('results about the answer beside it are kept for the client', () => {
    const safeguard_results = [{ type: 'dangerous_tool_use' }]
    const item = {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', safeguard_results, container: { id: 'c' } },
      usage: {},
      context_management: { applied_edits: [] },
    }
    expect(fold(understood(begin(), item, END)).finish.extras?.anthropic).toEqual({
      safeguard_results,
      container: { id: 'c' },
      context_management: { applied_edits: [] },
    })
  })
})
