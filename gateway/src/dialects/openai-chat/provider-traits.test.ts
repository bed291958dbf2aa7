import { expect, test } from 'vitest'
import { arrayOf, type ChatRequest, isObject, type JsonObject, type Note } from '#core'
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

const STRICT: Traits = { turns: 'bridged' }

function rolesOf(wire: JsonObject, traits: Traits): { turns: unknown; notes: readonly Note[] } {
  const { body, notes } = written(openaiChat.chat.decodeRequest({ model: 'm', ...wire }, 'chat'), traits)
  const turns = (arrayOf(body['messages']) ?? []).filter(isObject)
  return { turns: turns.map(({ role, content }) => [role, content]), notes }
}

test('pitfall 35 between a tool’s result and the user’s next words the assistant speaks, where the order is checked', () => {
  const call = { id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }
  const messages = [
    { role: 'user', content: 'Look.' },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c1', content: 'Rain.' },
    { role: 'user', content: 'And now?' },
  ]
  const strict = rolesOf({ messages }, STRICT)
  expect(strict.turns).toEqual([
    ['user', 'Look.'],
    ['assistant', null],
    ['tool', 'Rain.'],
    ['assistant', 'Understood.'],
    ['user', 'And now?'],
  ])
  expect(strict.notes).toMatchObject([{ kind: 'changed', field: 'messages' }])
  expect(rolesOf({ messages }, {})).toMatchObject({ turns: { length: 4 }, notes: [] })
  expect(rolesOf({ messages: messages.slice(0, 3) }, STRICT)).toMatchObject({
    turns: { length: 3 },
    notes: [],
  })
})

test('pitfall 35 instructions behind the assistant become the user’s words, where the order is checked', () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello' },
    { role: 'developer', content: 'Now be long.' },
  ]
  expect(rolesOf({ messages }, STRICT).turns).toEqual([
    ['system', 'Be brief.'],
    ['user', 'Hi'],
    ['assistant', 'Hello'],
    ['user', 'Now be long.'],
  ])
})

function isLoose(list: object[]): boolean | undefined {
  // What a test writes down is JSON.
  return openaiChat.chat.unfit?.({ model: 'm', messages: list as JsonObject[] }, { turns: 'alternating' })
}

test('pitfall 36 two turns of the same side become one, where the provider takes them in turn only', () => {
  const picture = { type: 'image_url', image_url: { url: 'https://e.com/a.png' } }
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'One.' },
    { role: 'developer', content: 'Aside.' },
    { role: 'user', content: [picture] },
    { role: 'assistant', content: 'Yes.' },
    { role: 'user', content: 'Three.' },
  ]
  const { turns, notes } = rolesOf({ messages }, { turns: 'alternating' })
  expect(turns).toEqual([
    ['system', 'Be brief.'],
    ['user', [{ type: 'text', text: 'One.\n\nAside.' }, picture]],
    ['assistant', 'Yes.'],
    ['user', 'Three.'],
  ])
  expect(notes.length).toBeGreaterThan(0)
  expect([messages, messages.slice(4)].map(isLoose)).toEqual([true, false])
})

test('an effort that the model does not know becomes the nearest it knows, and a note says so', () => {
  const traits: Traits = { reasoningWish: 'effort', efforts: ['none', 'high'] }
  const said = (effort: string) => written({ reasoning: { effort } }, traits)
  expect(
    ['minimal', 'low', 'medium', 'high', 'max'].map((effort) => said(effort).body['reasoning_effort']),
  ).toEqual(['none', 'high', 'high', 'high', 'high'])
  expect(said('low').notes).toMatchObject([{ kind: 'changed', field: 'reasoning' }])
  expect(said('high').notes).toEqual([])
})

test('fields of a message that the provider does not know are left out, with a note', () => {
  const answer = { role: 'assistant', content: 'Hello', refusal: null, annotations: [] }
  const asked = {
    model: 'm',
    messages: [{ role: 'user', content: 'Hi' }, answer, { role: 'user', content: 'Go on' }],
  }
  const { body, notes } = written(openaiChat.chat.decodeRequest(asked, 'chat'), MISTRAL)
  expect(body['messages']).toEqual([
    asked.messages[0],
    { role: 'assistant', content: 'Hello' },
    asked.messages[2],
  ])
  expect(notes).toMatchObject([{ kind: 'dropped', field: 'messages.annotations' }])
  expect(openaiChat.chat.unfit?.(asked, MISTRAL)).toBe(true)
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
  turns: 'bridged',
  messageFields: ['role', 'content', 'tool_calls', 'tool_call_id', 'name', 'prefix'],
  efforts: ['none', 'high'],
}
const USER = { role: 'user', content: 'Hi' }
const TOLD = { role: 'tool', content: '' }

test.each([
  [{ messages: [USER] }, false],
  [{ messages: [USER], temperature: 1, tools: [{ function: { name: 'seed' } }] }, false],
  [{ messages: [USER], seed: 1 }, true],
  [{ messages: [USER], stream_options: {} }, true],
  [{ messages: [{ ...USER, name: 'ann' }] }, true],
  [{ messages: [USER, { role: 'tool', tool_call_id: 'x', content: '' }] }, true],
  [{ messages: [USER, TOLD, USER] }, true],
  [{ messages: [USER], reasoning_effort: 'low' }, true],
  [{ messages: [USER], reasoning_effort: 'high' }, false],
  [{ messages: [USER, TOLD] }, false],
  [{ messages: [USER, { role: 'assistant', content: 'Once' }, { role: 'system', content: 'Stop.' }] }, true],
  [{ messages: [USER, { role: 'assistant', content: 'Once' }] }, true],
  [{ messages: [USER, { role: 'assistant', content: 'Once', prefix: true }] }, false],
])('whether %j must be written anew: %s', (wire, unfit) => {
  expect(openaiChat.chat.unfit({ model: 'm', ...wire }, MISTRAL)).toBe(unfit)
  expect(openaiChat.chat.unfit({ model: 'm', ...wire }, {})).toBe(false)
})
