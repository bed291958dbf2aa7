import { expect, test } from 'vitest'
import type { ChatRequest, Note } from '#core'
import type { Traits } from '../dialect.ts'
import { openaiChat } from './index.ts'

const BASE: ChatRequest = {
  model: 'm',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
  stream: false,
}

function written(request: Partial<ChatRequest>, traits: Traits) {
  const notes: Note[] = []
  const context = { model: 'm', provider: 'p', traits, note: (note: Note) => void notes.push(note) }
  return { body: openaiChat.chat.encodeRequest({ ...BASE, ...request }, context), notes }
}

test('pitfall 196 a seed goes under the name it has there', () => {
  const { body } = written({ seed: 7 }, { renames: { seed: 'random_seed' } })
  expect(body).toMatchObject({ random_seed: 7 })
  expect(body).not.toHaveProperty('seed')
})

test('pitfall 35 a last turn of the assistant is marked as a prefix, and only that', () => {
  const said = { role: 'assistant', parts: [{ type: 'text', text: 'Once' }] } as const
  const tail = written({ messages: [...BASE.messages, said] }, { prefixTail: true })
  expect(tail.body['messages']).toMatchObject([{ role: 'user' }, { role: 'assistant', prefix: true }])
  const inside = written({ messages: [...BASE.messages, said, ...BASE.messages] }, { prefixTail: true })
  expect(JSON.stringify(inside.body)).not.toContain('prefix')
})

test('names of messages are left out with a note where they are refused', () => {
  const request = openaiChat.chat.decodeRequest(
    { model: 'm', messages: [{ role: 'user', name: 'ann', content: 'Hi' }] },
    'chat',
  )
  expect(written(request, {}).body['messages']).toMatchObject([{ name: 'ann' }])
  const { body, notes } = written(request, { messageNames: false })
  expect(JSON.stringify(body)).not.toContain('ann')
  expect(notes).toMatchObject([{ kind: 'dropped', field: 'messages.name' }])
})

test.each([
  [
    { enabled: true, budgetTokens: 2000 },
    { enable_thinking: true, thinking_budget: 2000 },
  ],
  [{ effort: 'high' }, { enable_thinking: true }],
  [{ enabled: false, budgetTokens: 2000 }, { enable_thinking: false }],
] as const)('a thinking wish %j as a switch', (reasoning, fields) => {
  const { body } = written({ reasoning }, { reasoningWish: 'switch' })
  expect(body).toMatchObject(fields)
  expect('thinking_budget' in body).toBe('thinking_budget' in fields)
})

const MISTRAL: Traits = {
  refuses: ['stream_options'],
  renames: { seed: 'random_seed' },
  messageNames: false,
  shortCallIds: true,
  prefixTail: true,
}
const USER = { role: 'user', content: 'Hi' }

test.each([
  [{ messages: [USER] }, false],
  [{ messages: [USER], temperature: 1, tools: [{ function: { name: 'seed' } }] }, false],
  [{ messages: [USER], seed: 1 }, true],
  [{ messages: [USER], stream_options: {} }, true],
  [{ messages: [{ ...USER, name: 'ann' }] }, true],
  [{ messages: [USER, { role: 'tool', tool_call_id: 'x', content: '' }] }, true],
  [{ messages: [USER, { role: 'assistant', content: 'Once' }] }, true],
  [{ messages: [USER, { role: 'assistant', content: 'Once', prefix: true }] }, false],
])('whether %j must be written anew: %s', (wire, unfit) => {
  expect(openaiChat.chat.unfit({ model: 'm', ...wire }, MISTRAL)).toBe(unfit)
  expect(openaiChat.chat.unfit({ model: 'm', ...wire }, {})).toBe(false)
})
