/** Histories of our own across every pair of languages, and what the checks of bodies catch. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DialectUnderTest } from './exchange.ts'
import { list, loose, type Loose, text } from './loose-json.ts'
import { layOut, OWN } from './own.ts'
import { type Posted, postAll } from './requests.ts'
import { faultsOfMessages } from './valid-anthropic.ts'
import { faultsOfOllama } from './valid-ollama.ts'
import { faultsOfChat } from './valid-openai-chat.ts'

let posts: Posted[] = []
let remove: () => Promise<void>

beforeAll(async () => {
  const own = await layOut()
  remove = own.remove
  posts = await postAll(own.folder, OWN, {
    'openai-chat': named('chat-calls'),
    'openai-responses': named('responses-words'),
    anthropic: named('messages-words'),
    gemini: named('gemini-words'),
    bedrock: named('converse-words'),
    ollama: named('lines-words'),
  })
})
afterAll(() => remove())

function named(id: string) {
  const found = OWN.find((exchange) => exchange.id === id)
  if (found === undefined) throw new Error(`There is no exchange ${id}.`)
  return found
}

test('every request arrives byte for byte in its own language, and valid in the others', () => {
  expect(posts).toHaveLength(36)
  expect(posts.flatMap((one) => one.mistakes)).toEqual([])
  expect(posts.filter((one) => one.arrived?.includes('future_field')).map((one) => one.target)).toEqual(
    OWN.filter((exchange) => exchange.request() !== undefined).map((exchange) => exchange.dialect),
  )
})

test('K19 calls and results of a history keep ids, names and arguments across every pair', () => {
  for (const { exchange, target, arrived = '{}' } of posts) {
    const history = HISTORY[target](loose(JSON.parse(arrived)))
    expect(history, `${exchange.dialect} to ${target}`).toEqual({
      calls: [
        { id: 'id_first', name: 'weather', arguments: { city: 'Oslo' } },
        { id: 'id_second', name: 'weather', arguments: { city: 'Bergen' } },
      ],
      results: ['id_first: sun', 'id_second: rain'],
    })
  }
})

interface History {
  readonly calls: { id: string; name: string; arguments: unknown }[]
  readonly results: string[]
}

const HISTORY: Readonly<Record<DialectUnderTest, (body: Loose) => History>> = {
  'openai-chat': (body) => functionHistory(body, (args) => JSON.parse(text(args))),
  'openai-responses': (body) => {
    const items = list(body['input'])
    return {
      calls: items
        .filter((item) => item['type'] === 'function_call')
        .map((item) => ({
          id: text(item['call_id']),
          name: text(item['name']),
          arguments: JSON.parse(text(item['arguments'])),
        })),
      results: items
        .filter((item) => item['type'] === 'function_call_output')
        .map((item) => `${text(item['call_id'])}: ${wordsIn(item['output'])}`),
    }
  },
  gemini: (body) => {
    const parts = list(body['contents']).flatMap((content) => list(content['parts']))
    return {
      calls: parts.flatMap((part) => {
        const call = loose(part['functionCall'])
        if (part['functionCall'] === undefined) return []
        return [{ id: text(call['id']), name: text(call['name']), arguments: call['args'] }]
      }),
      results: parts.flatMap((part) => {
        const result = loose(part['functionResponse'])
        if (part['functionResponse'] === undefined) return []
        return [`${text(result['id'])}: ${text(loose(result['response'])['result'])}`]
      }),
    }
  },
  bedrock: (body) => {
    const blocks = list(body['messages']).flatMap((message) => list(message['content']))
    return {
      calls: blocks.flatMap((block) => {
        const call = loose(block['toolUse'])
        if (block['toolUse'] === undefined) return []
        return [{ id: text(call['toolUseId']), name: text(call['name']), arguments: call['input'] }]
      }),
      results: blocks.flatMap((block) => {
        const result = loose(block['toolResult'])
        if (block['toolResult'] === undefined) return []
        return [`${text(result['toolUseId'])}: ${wordsIn(result['content'])}`]
      }),
    }
  },
  ollama: (body) => functionHistory(body, (args) => args),
  anthropic: (body) => {
    const blocks = list(body['messages']).flatMap((message) => list(message['content']))
    return {
      calls: blocks
        .filter((block) => block['type'] === 'tool_use')
        .map((block) => ({ id: text(block['id']), name: text(block['name']), arguments: block['input'] })),
      results: blocks
        .filter((block) => block['type'] === 'tool_result')
        .map((block) => `${text(block['tool_use_id'])}: ${wordsIn(block['content'])}`),
    }
  },
}

function wordsIn(content: unknown): string {
  const parts = list(content).map((part) => text(part['text']))
  return text(content) || parts.join('')
}

function functionHistory(body: Loose, read: (args: unknown) => unknown): History {
  const messages = list(body['messages'])
  return {
    calls: messages
      .flatMap((message) => list(message['tool_calls']))
      .map((call) => {
        const called = loose(call['function'])
        return { id: text(call['id']), name: text(called['name']), arguments: read(called['arguments']) }
      }),
    results: messages
      .filter((message) => message['role'] === 'tool')
      .map((message) => `${text(message['tool_call_id'])}: ${text(message['content'])}`),
  }
}

describe('the checks of bodies', () => {
  const user = { role: 'user', content: 'hi' }
  const chatCall = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }
  const asks = { role: 'assistant', content: null, tool_calls: [chatCall] }
  const use = { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] }
  const result = { type: 'tool_result', tool_use_id: 'a', content: 'x' }

  test.each([
    ['unknown field top_k', { top_k: 1 }],
    ['no messages', { messages: [] }],
    ['result of no open call', { messages: [user, { role: 'tool', tool_call_id: 'z', content: '' }] }],
    ['have no result', { messages: [user, asks, user] }],
    ['content part image', { messages: [{ role: 'user', content: [{ type: 'image' }] }] }],
    ['role model', { messages: [{ role: 'model', content: '' }] }],
    ['broken tool', { tools: [{ name: 'f', input_schema: {} }] }],
  ])('of chat completions find: %s', (fault, change) => {
    expect(faultsOfChat({ model: 'm', messages: [user], ...change }).join()).toContain(fault)
    expect(
      faultsOfChat({ model: 'm', messages: [user, asks, { role: 'tool', tool_call_id: 'a', content: '' }] }),
    ).toEqual([])
  })

  test.each([
    ['no max_tokens', { max_tokens: undefined }],
    ['unknown field n', { n: 2 }],
    ['begin with the user', { messages: [{ role: 'assistant', content: 'x' }] }],
    ['a call before it has no result', { messages: [user, use, user] }],
    [
      'results are not first',
      { messages: [user, use, { role: 'user', content: [{ type: 'text', text: 'x' }, result] }] },
    ],
    ['broken text block', { messages: [{ role: 'user', content: [{ type: 'text', text: ' ' }] }] }],
    ['thinking budget', { thinking: { type: 'enabled', budget_tokens: 10 } }],
    ['broken tool', { tools: [{ name: 'f' }] }],
  ])('of messages find: %s', (fault, change) => {
    const body = { model: 'm', max_tokens: 10, messages: [user] }
    expect(faultsOfMessages({ ...body, ...change }).join()).toContain(fault)
    expect(faultsOfMessages({ ...body, messages: [user, use, { role: 'user', content: [result] }] })).toEqual(
      [],
    )
  })

  test.each([
    ['unknown field temperature', { temperature: 1 }],
    ['stream is not said', { stream: undefined }],
    ['broken images', { messages: [{ ...user, images: ['data:image/png;base64,AA'] }] }],
    ['nameless result', { messages: [user, { role: 'tool', content: 'x' }] }],
    ['broken call', { messages: [{ ...user, tool_calls: [{ function: { name: 'f', arguments: '{}' } }] }] }],
  ])('of Ollama find: %s', (fault, change) => {
    expect(faultsOfOllama({ model: 'm', stream: true, messages: [user], ...change }).join()).toContain(fault)
    expect(faultsOfOllama({ model: 'm', stream: true, messages: [user] })).toEqual([])
  })
})
