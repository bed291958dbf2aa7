import { expect, test } from 'vitest'
import type { JsonObject } from '#core'
import { PassedBytes } from './passed-bytes.ts'

const message = (content: JsonObject[] = []) => ({ type: 'message', id: 'msg_1', content })
const part = (text: string) => ({ type: 'output_text', text })
const EVENTS: readonly JsonObject[] = [
  { type: 'response.created', sequence_number: 0, response: { id: 'resp_1' } },
  { type: 'response.output_item.added', sequence_number: 1, item: { type: 'reasoning', id: 'rs_1' } },
  { type: 'response.output_item.done', sequence_number: 2, item: { type: 'reasoning', id: 'rs_1', x: 'ü' } },
  { type: 'response.output_item.added', sequence_number: 3, item: message() },
  { type: 'response.content_part.added', sequence_number: 4, part: part('') },
  { type: 'response.output_text.delta', sequence_number: 5, delta: 'Grüße "sequence_number":99 \n\n' },
  { type: 'response.content_part.done', sequence_number: 6, part: part('Grüße') },
  { type: 'response.content_part.added', sequence_number: 7, part: part('') },
  { type: 'response.output_text.delta', sequence_number: 8, delta: 'and' },
]
const framed = (end: string) => (event: JsonObject) =>
  Buffer.from(`event: this${end}data: ${JSON.stringify(event)}${end}${end}`)

test.each([
  ['frame by frame', EVENTS.map(framed('\n'))],
  ['in one piece', [Buffer.concat(EVENTS.map(framed('\n')))]],
  ['with other line ends', [Buffer.concat(EVENTS.map(framed('\r\n')))]],
])('knows what was given: %s', (_, pieces) => {
  const passed = new PassedBytes()
  for (const piece of pieces) passed.read(piece)
  expect(passed).toMatchObject({
    response: { id: 'resp_1' },
    number: 9,
    items: [{ id: 'rs_1', x: 'ü' }],
    open: { item: { id: 'msg_1' }, parts: [{ text: 'Grüße' }] },
    part: part(''),
  })
})

test('a piece that ends in a delta is counted to its own number, whatever its words say', () => {
  const passed = new PassedBytes()
  for (const event of EVENTS.slice(0, 6)) passed.read(framed('\n')(event))
  expect([passed.number, passed.part, passed.open?.parts]).toEqual([6, part(''), []])
})

test('a comment of the provider says nothing of the number', () => {
  const passed = new PassedBytes()
  for (const event of EVENTS.slice(0, 6)) passed.read(framed('\n')(event))
  passed.read(Buffer.from(': still here\n\n'))
  expect(passed.number).toBe(6)
})

test('an item is known whatever ends of lines its words have in them', () => {
  const passed = new PassedBytes()
  const item = { type: 'reasoning', id: 'rs_1', summary: [{ text: 'one\u2028two\u2029three' }] }
  passed.read(framed('\n')({ type: 'response.output_item.added', item: { ...item, summary: [] } }))
  passed.read(framed('\n')({ type: 'response.output_item.done', item }))
  expect(passed).toMatchObject({ items: [item], open: undefined })
})

test('a frame is not taken for the delta behind it', () => {
  const passed = new PassedBytes()
  const begun = { response: { id: 'resp_1' }, type: 'response.created' }
  const said = { type: 'response.output_text.delta', delta: 'x' }
  passed.read(Buffer.concat([begun, said].map(framed('\n'))))
  expect(passed.response).toEqual({ id: 'resp_1' })
})

test.each([
  ['first', (text: string) => ({ type: 'response.output_text.delta', delta: text })],
  ['last', (text: string) => ({ delta: text, type: 'response.output_text.delta' })],
])('what a part has said is its own, its name standing %s', (_, delta) => {
  const passed = new PassedBytes()
  for (const event of EVENTS.slice(0, 8)) passed.read(framed('\n')(event))
  // Of the part before: its block is closed when the next one speaks.
  for (const event of [
    { type: 'text-start', index: 0 },
    { type: 'text-delta', index: 0, text: 'Gr\u00fc\u00dfe' },
  ] as const)
    passed.note(event)
  expect(passed.begun?.part?.text).toBe('')
  passed.read(framed('\n')(delta('and')))
  for (const event of [
    { type: 'text-end', index: 0 },
    { type: 'text-start', index: 1 },
    { type: 'text-delta', index: 1, text: 'and' },
  ] as const)
    passed.note(event)
  expect(passed.begun?.part?.text).toBe('and')
})
