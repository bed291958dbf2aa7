import { expect, test } from 'vitest'
import { type ChatEvent, GatewayError, type JsonObject } from '#core'
import { openaiChat } from '../openai-chat/index.ts'
import {
  callEvents,
  client,
  FROM,
  START,
  STOP,
  textEvents,
  typesOf,
  wireOf,
  written,
} from './fixture.contract.ts'
import { openaiResponses } from './index.ts'

const chunk = (delta: JsonObject, finish: string | null = null) => ({
  data: JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] }),
})

test('pitfall 22 a plain text has the whole scaffolding in order, counted without a gap', () => {
  const { text, wire } = written([
    START,
    ...textEvents(0, 'H', 'i'),
    { type: 'usage', usage: { inputTokens: 1, outputTokens: 2 } },
    STOP,
  ])
  expect(typesOf(wire)).toEqual([
    'created',
    'in_progress',
    'output_item.added',
    'content_part.added',
    'output_text.delta',
    'output_text.delta',
    'output_text.done',
    'content_part.done',
    'output_item.done',
    'completed',
  ])
  expect(wire.map((event) => event['sequence_number'])).toEqual(wire.map((_, index) => index))
  expect(wire[4]).toMatchObject({
    item_id: 'msg_ex-1_0',
    output_index: 0,
    content_index: 0,
    delta: 'H',
    logprobs: [],
  })
  expect(wire.at(-1)?.['response']).toMatchObject({
    id: 'resp_ex-1',
    object: 'response',
    model: 'fast',
    created_at: 1_700_000_000,
    completed_at: 1_700_000_002,
    status: 'completed',
    output: [{ id: 'msg_ex-1_0', status: 'completed', content: [{ type: 'output_text', text: 'Hi' }] }],
    usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
  })
  // The event line says the same as the data.
  expect(
    text
      .split('\n\n')
      .filter(Boolean)
      .every((frame) => /^event: (\S+)\ndata: \{"type":"\1",/.test(frame)),
  ).toBe(true)
})

test('pitfall 23 a function call has its own family of events', () => {
  const { wire } = written([START, ...callEvents(0, 'c1', 'f', '{"a"', ':1}'), STOP])
  expect(typesOf(wire).slice(2)).toEqual([
    'output_item.added',
    'function_call_arguments.delta',
    'function_call_arguments.delta',
    'function_call_arguments.done',
    'output_item.done',
    'completed',
  ])
  expect(wire[5]).toMatchObject({ item_id: 'fc_c1', arguments: '{"a":1}' })
  expect(wire.at(-1)).toMatchObject({
    response: { status: 'completed', output: [{ call_id: 'c1', arguments: '{"a":1}' }] },
  })
})

test('a call without arguments says an empty object', () => {
  const { wire } = written([START, ...callEvents(0, 'c1', 'f'), STOP])
  expect(wire.find((event) => event['type'] === 'response.function_call_arguments.delta')?.['delta']).toBe(
    '{}',
  )
  expect(wire.at(-1)).toMatchObject({ response: { output: [{ arguments: '{}' }] } })
})

test('overlapping calls come one after the other, in the order they began', () => {
  const [startA, deltaA, endA] = callEvents(0, 'a', 'f', '{"a":1}') as [ChatEvent, ChatEvent, ChatEvent]
  const [startB, deltaB, endB] = callEvents(1, 'b', 'g', '{"b":2}') as [ChatEvent, ChatEvent, ChatEvent]
  const { wire } = written([START, startA, startB, deltaB, deltaA, endB, endA, STOP])
  const places = wire
    .filter((event) => event['output_index'] !== undefined)
    .map((event) => event['output_index'])
  expect(places).toEqual(places.toSorted((a, b) => Number(a) - Number(b)))
  expect(wire.at(-1)).toMatchObject({
    response: { output: [{ call_id: 'a', arguments: '{"a":1}' }, { call_id: 'b' }] },
  })
})

test('texts in a row are one message; thinking is a summary with its state sealed', () => {
  const { wire } = written([
    START,
    { type: 'reasoning-start', index: 0 },
    { type: 'reasoning-delta', index: 0, text: 'hm' },
    { type: 'reasoning-end', index: 0, opaque: { issuer: 'x', value: 'sig' } },
    ...textEvents(1, 'a'),
    ...textEvents(2, 'b'),
    STOP,
  ])
  expect(typesOf(wire).slice(2, 8)).toEqual([
    'output_item.added',
    'reasoning_summary_part.added',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.done',
    'reasoning_summary_part.done',
    'output_item.done',
  ])
  expect(wire.at(-1)).toMatchObject({
    response: {
      output: [
        {
          type: 'reasoning',
          summary: [{ type: 'summary_text', text: 'hm' }],
          encrypted_content: expect.stringMatching(/^sluice1\./),
        },
        { type: 'message', content: [{ text: 'a' }, { text: 'b' }] },
      ],
    },
  })
})

test('pitfall 123 a limit ends with response.incomplete and its reason', () => {
  const { wire } = written([START, ...textEvents(0, 'a'), { type: 'finish', reason: 'length' }])
  expect(wire.at(-1)).toMatchObject({
    type: 'response.incomplete',
    response: {
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ status: 'incomplete' }],
    },
  })
})

test.each<[GatewayError, string, string]>([
  [new GatewayError('provider-error', 'Oops.'), 'provider_error', 'Oops.'],
  [
    new GatewayError('rate-limited', 'Slow.', { retryAfterMs: 1150 }),
    'rate_limit_exceeded',
    'Slow. Please try again in 1.2s.',
  ],
  [new GatewayError('context-length', 'Long.'), 'context_length_exceeded', 'Long.'],
  [new GatewayError('overloaded', 'Full.'), 'server_is_overloaded', 'Full.'],
])(
  'pitfall 160 a failure is an error, then response.failed, each with its code: %s',
  (error, code, message) => {
    const { wire } = written([START, ...textEvents(0, 'a'), { type: 'error', error }, STOP])
    expect(wire.slice(-2)).toMatchObject([
      { type: 'error', error: { type: expect.any(String), code, message, param: null } },
      { type: 'response.failed', response: { status: 'failed', error: { code, message } } },
    ])
    const alone = typesOf(written([{ type: 'error', error }]).wire)
    expect(alone).toEqual(['created', 'in_progress', 'error', 'failed'])
  },
)

test('a paused turn fails', () => {
  expect(written([START, { type: 'finish', reason: 'pause' }]).wire.at(-1)).toMatchObject({
    type: 'response.failed',
  })
})

test('pitfall 170 signs of life repeat response.in_progress, and stop at the end', () => {
  const encoder = openaiResponses.chat.streamEncoder(client())
  expect(typesOf(wireOf(encoder.keepAlive() + encoder.keepAlive()))).toEqual([
    'created',
    'in_progress',
    'in_progress',
  ])
  encoder.push(START)
  expect(typesOf(wireOf(encoder.push(STOP)))).toEqual(['completed'])
  expect(encoder.keepAlive()).toBe('')
})

test('pitfall 2 pitfall 268 a chat stream becomes a response stream with the same content', () => {
  const decoder = openaiChat.chat.streamDecoder(FROM)
  const events = [
    chunk({ reasoning_content: 'hm' }),
    chunk({ content: 'Hi' }),
    chunk({ tool_calls: [{ index: 0, id: 'c1', function: { name: 'f', arguments: '{}' } }] }, 'tool_calls'),
    { data: '[DONE]' },
  ].flatMap((frame) => decoder.push(frame))
  const types = written(events).wire.at(-1)
  expect(types).toMatchObject({
    response: {
      output: [{ type: 'reasoning' }, { type: 'message' }, { type: 'function_call', call_id: 'c1' }],
    },
  })
})
