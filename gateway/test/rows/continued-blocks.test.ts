/** A stream that another target goes on with is one row of blocks to its client: each begins once, ends once, and a text stays one. */

import { expect, test } from 'vitest'
import type { ScriptedAnswer } from '#simulator'
import { rows, textAnswer } from './row.ts'

const open = rows()
const WORDS = Array.from({ length: 60 }, (_, i) => `word${i}`)
const TEXT = WORDS.join(' ')
/** What is given before the break, and what is left. */
const GIVEN = `${WORDS.slice(0, 40).join(' ')} `
const REST = textAnswer(WORDS.slice(40).join(' '))

const BREAKS: readonly (readonly [name: string, answer: ScriptedAnswer])[] = [
  ['a cut', { kind: 'answer', text: TEXT, cutAfter: 40 }],
  ['a missing terminator', { kind: 'answer', text: GIVEN, noTerminator: true }],
  [
    'an error inside the stream',
    { kind: 'answer', text: TEXT, errorAfter: 40, error: { type: 'overloaded' } },
  ],
]

const pieces = (...chunks: readonly string[]): ScriptedAnswer => ({
  kind: 'raw',
  status: 200,
  headers: { 'content-type': 'text/event-stream' },
  chunks,
  gapMs: 20,
})

const event = (type: string, fields: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [] }

test.each(BREAKS)('what is gone on with after %s stays one block of text', async (_, broken) => {
  const row = await open({
    oa: broken,
    ol: { kind: 'answer', text: `${WORDS.slice(40, 50).join(' ')} `, noTerminator: true },
    an: textAnswer(WORDS.slice(50).join(' ')),
  })
  const stream = row.anthropic.messages.stream(
    { model: 'oa:m', max_tokens: 100, messages: [{ role: 'user', content: 'Count.' }] },
    { headers: { 'x-fallback': 'ol:m, an:m' } },
  )
  expect((await stream.finalMessage()).content).toEqual([expect.objectContaining({ text: TEXT })])
})

test('so does one whose failure comes in one piece with its last words', async () => {
  const said = (text: string) =>
    event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })
  const row = await open({
    an: pieces(
      event('message_start', { message: { ...message, usage: { input_tokens: 1, output_tokens: 1 } } }) +
        event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }) +
        said(GIVEN.slice(0, 20)),
      said(GIVEN.slice(20)) + event('error', { error: { type: 'overloaded_error', message: 'Busy.' } }),
    ),
    oa: REST,
  })
  const types: string[] = []
  const stream = row.anthropic.messages.stream(
    { model: 'an:m', max_tokens: 100, messages: [{ role: 'user', content: 'Count.' }] },
    { headers: { 'x-fallback': 'oa:m' } },
  )
  for await (const { type } of stream) if (type !== 'content_block_delta') types.push(type)
  expect((await stream.finalMessage()).content).toEqual([expect.objectContaining({ text: TEXT })])
  const ends = ['content_block_stop', 'message_delta', 'message_stop']
  expect(types).toEqual(['message_start', 'content_block_start', ...ends])
})

test.each([
  ['a text', { type: 'text', text: '' }, 1],
  ['another thought', { type: 'thinking', thinking: '', signature: '' }, 2],
  ['a sealed thought', { type: 'redacted_thinking', data: 'c2VhbGVk' }, 2],
  ['one that is told when it is whole', { type: 'web_search_tool_result', tool_use_id: 's', content: [] }, 2],
] as const)('a block that has begun and said nothing begins no second time: %s', async (_, block, at) => {
  const thinking = { type: 'thinking', thinking: '', signature: '' }
  const row = await open({
    an: pieces(
      event('message_start', { message: { ...message, usage: { input_tokens: 1, output_tokens: 1 } } }),
      event('content_block_start', { index: 0, content_block: thinking }),
      event('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } }),
      event('content_block_stop', { index: 0 }),
      event('content_block_start', { index: 1, content_block: block }),
    ),
    oa: textAnswer(TEXT),
  })
  const numbers: string[] = []
  const stream = row.anthropic.messages.stream(
    { model: 'an:m', max_tokens: 100, messages: [{ role: 'user', content: 'Count.' }] },
    { headers: { 'x-fallback': 'oa:m' } },
  )
  for await (const each of stream)
    if (each.type === 'content_block_start' || each.type === 'content_block_stop')
      numbers.push(`${each.type} ${each.index}`)
  const blocks = Array.from({ length: at + 1 }, (__, index) => [
    `content_block_start ${index}`,
    `content_block_stop ${index}`,
  ])
  expect(numbers).toEqual(blocks.flat())
  expect((await stream.finalMessage()).content[at]).toMatchObject({ type: 'text', text: TEXT })
})
