/** Row B04: nothing a Chat Completions request says is lost on its way to an Anthropic upstream. */

import { expect, test } from 'vitest'
import { rows, textAnswer } from './row.ts'

const open = rows()
const CLAUDE = 'claude-haiku-4-5'
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const LOOK = { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }
const QUESTION = { role: 'user', content: 'Well?' }

test('B04 images reach Anthropic, by data URL and by address', async () => {
  const row = await open({ an: textAnswer() })
  const content = [
    { type: 'text', text: 'Compare.' },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
    { type: 'image_url', image_url: { url: 'https://example.org/cat.png' } },
  ]
  await row.post('/v1/chat/completions', { model: CLAUDE, messages: [{ role: 'user', content }] })
  expect(row.sent('an')['messages']).toMatchObject([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Compare.' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
        { type: 'image', source: { type: 'url', url: 'https://example.org/cat.png' } },
      ],
    },
  ])
})

test('B04 temperature, top_p and stop reach Anthropic', async () => {
  const row = await open({ an: textAnswer() })
  const asked = {
    model: 'claude-sonnet-4-0',
    messages: [QUESTION],
    temperature: 0.4,
    top_p: 0.8,
    stop: ['END'],
  }
  await row.post('/v1/chat/completions', asked)
  expect(row.sent('an')).toMatchObject({ temperature: 0.4, top_p: 0.8, stop_sequences: ['END'] })
  await row.post('/v1/chat/completions', { ...asked, stop: 'FIN' })
  expect(row.sent('an')).toMatchObject({ stop_sequences: ['FIN'] })
})

test.each([
  ['auto', { type: 'auto' }],
  ['required', { type: 'any' }],
  ['none', { type: 'none' }],
  [
    { type: 'function', function: { name: 'look' } },
    { type: 'tool', name: 'look' },
  ],
])('B04 tool choice %j is %j for Anthropic', async (theirs, ours) => {
  const row = await open({ an: textAnswer() })
  await row.post('/v1/chat/completions', {
    model: CLAUDE,
    messages: [QUESTION],
    tools: [LOOK],
    tool_choice: theirs,
  })
  expect(row.sent('an')['tool_choice']).toMatchObject(ours)
})

test('B04 what the assistant said and what it called both reach Anthropic', async () => {
  const row = await open({ an: textAnswer() })
  const call = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"city":"Oslo"}' } }
  const messages = [
    QUESTION,
    { role: 'assistant', content: 'I look.', tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_1', content: 'Rain.' },
  ]
  await row.post('/v1/chat/completions', { model: CLAUDE, messages, tools: [LOOK] })
  expect(row.sent('an')['messages']).toMatchObject([
    { role: 'user' },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 'call_1', name: 'look', input: { city: 'Oslo' } },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1' }] },
  ])
  expect(JSON.stringify(row.sent('an')['messages'])).toContain('Rain.')
})
