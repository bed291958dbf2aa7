import { expect, test } from 'vitest'
import { type ChatResponse, fold, type JsonObject, type JsonValue } from '#core'
import { blockFaults } from '../block-law.contract.ts'
import { FROM, stream } from './fixture.contract.ts'
import { openaiResponses } from './index.ts'

const CREATED = { type: 'response.created', response: { id: 'r', model: 'up-m', created_at: 7 } }
const END = { type: 'response.completed', response: { status: 'completed', output: [] } }
const piece = (type: string, fields: JsonObject): JsonObject => ({ type: `response.${type}`, ...fields })
const call = (id: string, text: string): JsonObject => ({
  type: 'function_call',
  id: `item_${id}`,
  call_id: id,
  name: 'f',
  arguments: text,
})

function read(...frames: (JsonObject | string)[]): ChatResponse {
  const events = stream(frames)
  expect(blockFaults(events)).toEqual([])
  return fold(events)
}
const thought = (encrypted: string) => ({
  type: 'reasoning',
  id: 'rs',
  summary: [],
  encrypted_content: encrypted,
})

const added = piece('output_item.added', { output_index: 0, item: call('c1', '') })
const delta = (text: string) =>
  piece('function_call_arguments.delta', { output_index: 0, item_id: 'item_c1', delta: text })
const done = piece('output_item.done', { output_index: 0, item: call('c1', '{"a":1}') })
const told = piece('function_call_arguments.done', {
  output_index: 0,
  item_id: 'item_c1',
  arguments: '{"a":1}',
})
const end = (...output: JsonValue[]) => piece('completed', { response: { status: 'completed', output } })

test.each<[string, JsonObject[]]>([
  ['deltas alone', [added, delta('{"a"'), delta(':1}'), END]],
  ['the done event alone', [done, END]],
  ['the arguments event', [added, told, END]],
  ['the final list alone', [end(call('c1', '{"a":1}'))]],
  ['every telling', [added, delta('{"a":1}'), told, done, end(call('c1', '{"a":1}'))]],
  ['deltas that stop halfway', [added, delta('{"a"'), done, end(call('c1', '{"a":1}'))]],
  [
    'a final list under other ids',
    [added, delta('{"a":1}'), done, end({ ...call('c1', '{"a":1}'), id: 'other' })],
  ],
  [
    'a final list under other ids and in other places',
    [added, done, end({ type: 'reasoning', summary: [] }, { ...call('c1', '{"a":1}'), id: 'other' })],
  ],
  [
    'ids that change with every event',
    [
      added,
      { ...delta('{"a":1}'), item_id: 'x' },
      { ...done, item: { ...call('c1', '{"a":1}'), id: 'y' } },
      END,
    ],
  ],
])('pitfall 21 one complete call from %s', (_, frames) => {
  const { parts, finish } = read(CREATED, ...frames)
  expect(parts).toMatchObject([{ type: 'tool-call', id: 'c1', name: 'f', arguments: '{"a":1}' }])
  expect(parts).toHaveLength(1)
  expect(finish.reason).toBe('tool-calls')
})

const text = (at: number, delta_: string, id = 'msg') =>
  piece('output_text.delta', { item_id: id, output_index: at, content_index: 0, delta: delta_ })

test('pitfall 21 text is told once, however often it is repeated', () => {
  const item = {
    type: 'message',
    id: 'msg',
    role: 'assistant',
    content: [{ type: 'output_text', text: 'abc' }],
  }
  const frames = [
    text(0, 'a'),
    text(0, 'b'),
    piece('output_text.done', { item_id: 'msg', output_index: 0, content_index: 0, text: 'abc' }),
    piece('output_item.done', { output_index: 0, item }),
    end(item),
  ]
  expect(read(CREATED, ...frames).parts).toEqual([{ type: 'text', text: 'abc' }])
  // A final list without what came before it.
  expect(read(CREATED, text(3, 'abc'), end(item)).parts).toEqual([{ type: 'text', text: 'abc' }])
})

test('an id may be used again for a later item', () => {
  const frames = [0, 1].map((at) => piece('output_item.done', { output_index: at, item: thought(`e${at}`) }))
  const both = [{ opaque: { value: thought('e0') } }, { opaque: { value: thought('e1') } }]
  expect(read(CREATED, ...frames, END).parts).toMatchObject(both)
  expect(read(CREATED, ...frames, end(thought('e0'), thought('e1'))).parts).toMatchObject(both)
})

test('summaries and plain thinking: one of them, its parts apart, its state at the end', () => {
  const think = (type: string, index: number, delta_: string) =>
    piece(type, {
      item_id: 'rs',
      output_index: 0,
      summary_index: index,
      content_index: index,
      delta: delta_,
    })
  const item = {
    type: 'reasoning',
    id: 'rs',
    encrypted_content: 'e',
    summary: [{ text: 'ab' }, { text: 'c' }],
  }
  const frames = [
    think('reasoning_summary_text.delta', 0, 'a'),
    think('reasoning_text.delta', 0, 'PLAIN'),
    think('reasoning_summary_text.delta', 0, 'b'),
    think('reasoning_summary_text.delta', 1, 'c'),
    piece('output_item.done', { output_index: 0, item }),
  ]
  expect(read(CREATED, ...frames, text(1, 'x'), END).parts).toEqual([
    { type: 'reasoning', text: 'ab\n\nc', opaque: { issuer: 'up', value: item } },
    { type: 'text', text: 'x' },
  ])
})

test('refusals and annotations', () => {
  const refusal = piece('refusal.delta', { item_id: 'm', output_index: 0, content_index: 0, delta: 'no' })
  expect(read(CREATED, refusal, END)).toMatchObject({
    parts: [{ refusal: true }],
    finish: { reason: 'refusal' },
  })
  const annotation = {
    type: 'url_citation',
    url: 'https://e.com',
    title: 'E',
    start_index: 0,
    end_index: 1,
  }
  const cited = piece('output_text.annotation.added', {
    item_id: 'msg',
    output_index: 0,
    content_index: 0,
    annotation,
  })
  const item = {
    type: 'message',
    id: 'msg',
    content: [{ type: 'output_text', text: 'a', annotations: [annotation] }],
  }
  const { parts } = read(CREATED, text(0, 'a'), cited, end(item))
  expect(parts).toMatchObject([{ text: 'a', citations: [{ url: 'https://e.com' }] }])
  expect(parts[0]).toHaveProperty('citations.length', 1)
})

test('pitfall 266 unknown events, keep-alives and an extra [DONE] change nothing', () => {
  const frames = [
    CREATED,
    { type: 'keepalive' },
    { type: 'response.future.delta', delta: 'x' },
    text(0, 'a'),
    END,
    '[DONE]',
    text(0, 'b'),
  ]
  expect(read(...frames).parts).toEqual([{ type: 'text', text: 'a' }])
})

test('pitfall 172 the type stands in the data, or else in the event line', () => {
  const decoder = openaiResponses.chat.streamDecoder(FROM)
  const named = decoder.push({
    event: 'response.output_text.delta',
    data: JSON.stringify({ item_id: 'm', delta: 'a' }),
  })
  expect(named.at(-1)).toMatchObject({ type: 'text-delta', text: 'a' })
})

test('pitfall 268 one whole response where a stream was asked for', () => {
  const item = { type: 'message', id: 'msg', content: [{ type: 'output_text', text: 'a' }] }
  expect(read({ object: 'response', id: 'r', status: 'completed', output: [item] }).parts).toEqual([
    { type: 'text', text: 'a' },
  ])
})

test('pitfall 123 incomplete is length, and failed is an error', () => {
  const details = { incomplete_details: { reason: 'max_output_tokens' }, output: [] }
  expect(read(CREATED, text(0, 'a'), piece('incomplete', { response: details })).finish.reason).toBe('length')
  const error = { code: 'rate_limit_exceeded', message: 'Please try again in 1.2s' }
  expect(stream([CREATED, piece('failed', { response: { status: 'failed', error } })]).at(-1)).toMatchObject({
    type: 'error',
    error: { type: 'rate-limited', facts: { retryAfterMs: 1200 } },
  })
})

test.each<[string, JsonObject]>([
  ['nested', { type: 'error', error: { code: 'server_is_overloaded', message: 'Busy' } }],
  ['flat', { type: 'error', code: 'server_is_overloaded', message: 'Busy', param: null }],
  ['bare', { error: { code: 'server_is_overloaded', message: 'Busy' } }],
])('pitfall 158 an error event, %s, ends the answer', (_, frame) => {
  const events = stream([CREATED, text(0, 'a'), frame, END])
  expect(events.at(-1)).toMatchObject({ type: 'error', error: { type: 'overloaded', message: 'Busy' } })
  expect(blockFaults(events)).toEqual([])
})

test('without a last event the stream was cut, [DONE] or not', () => {
  expect(stream([CREATED, text(0, 'a'), '[DONE]']).at(-1)).toMatchObject({ error: { type: 'cut-stream' } })
})

test('pieces that name no item belong to the one being told', () => {
  const pieces = ['a', 'b'].map((said) => ({ type: 'response.output_text.delta', delta: said }))
  expect(read(...pieces, END).parts).toEqual([{ type: 'text', text: 'ab' }])
})

const weighed = (token: string) => ({ token, logprob: -1, bytes: [...Buffer.from(token)], top_logprobs: [] })
const said = (...tokens: string[]): JsonObject => ({
  type: 'message',
  id: 'm1',
  content: [{ type: 'output_text', text: 'Hi you', logprobs: tokens.map(weighed) }],
})
const word = (letters: string, ...tokens: string[]) =>
  piece('output_text.delta', {
    item_id: 'm1',
    content_index: 0,
    delta: letters,
    logprobs: tokens.map(weighed),
  })
const words = (...tokens: string[]) =>
  piece('output_text.done', { item_id: 'm1', text: 'Hi you', logprobs: tokens.map(weighed) })
const item = (...tokens: string[]) => piece('output_item.done', { output_index: 0, item: said(...tokens) })

test.each<[string, JsonObject[]]>([
  ['deltas alone', [word('Hi', 'Hi'), word(' you', ' ', 'you'), END]],
  ['the done event alone', [words('Hi', ' ', 'you'), END]],
  ['the item alone', [item('Hi', ' ', 'you'), END]],
  ['the final list alone', [end(said('Hi', ' ', 'you'))]],
  ['deltas without, and the done event with them', [word('Hi'), word(' you'), words('Hi', ' ', 'you'), END]],
  ['deltas without, and the item with them', [word('Hi you'), item('Hi', ' ', 'you'), END]],
  [
    'every telling',
    [
      word('Hi', 'Hi'),
      word(' you', ' ', 'you'),
      words('Hi', ' ', 'you'),
      item('Hi', ' ', 'you'),
      end(said('Hi', ' ', 'you')),
    ],
  ],
  ['deltas that stop halfway', [word('Hi', 'Hi'), words('Hi', ' ', 'you'), end(said('Hi', ' ', 'you'))]],
])('pitfall 198 log probabilities are told once: %s', (_, frames) => {
  const [part] = read(CREATED, ...frames).parts
  expect(part).toMatchObject({ type: 'text', text: 'Hi you' })
  expect(part?.type === 'text' && part.probabilities?.map(({ token }) => token)).toEqual(['Hi', ' ', 'you'])
})
