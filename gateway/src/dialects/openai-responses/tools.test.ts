import { describe, expect, test } from 'vitest'
import { fold, type JsonObject, type JsonValue } from '#core'
import { anthropic } from '../anthropic/index.ts'
import { openaiChat } from '../openai-chat/index.ts'
import {
  answer,
  callEvents,
  client,
  decode,
  encode,
  FROM,
  items,
  rewrite,
  START,
  STOP,
  typesOf,
  written,
} from './fixture.contract.ts'
import { openaiResponses } from './index.ts'

const parameters = { type: 'object', properties: {} }
const fn = (name: string) => ({ type: 'function', name, parameters, strict: false })
const patch = {
  type: 'custom',
  name: 'apply_patch',
  description: 'Edits files.',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
}
const space = {
  type: 'namespace',
  name: 'multi_agent_v1',
  description: 'Agents.',
  tools: [fn('spawn'), fn('wait')],
}
const CONTEXT = { model: 'm', provider: 'other', traits: {}, note: () => undefined }

const callOf = (name: string) => ({ type: 'tool-call', id: name, name, arguments: '{}' }) as const
const long = (end: string) => `${'n'.repeat(70)}${end}`

test('pitfall 209 tools are flat here and nested in chat completions, the choice likewise', () => {
  const wire = { tools: [fn('f')], tool_choice: { type: 'function', name: 'f' }, parallel_tool_calls: false }
  const chat = openaiChat.chat.encodeRequest(decode(wire), CONTEXT)
  expect(chat['tools']).toEqual([{ type: 'function', function: { name: 'f', parameters } }])
  expect(chat['tool_choice']).toEqual({ type: 'function', function: { name: 'f' } })
  const back = encode(openaiChat.chat.decodeRequest(chat)).body
  expect(back).toMatchObject(wire)
})

test('pitfall 203 allowed_tools keeps its spelling here and its meaning elsewhere', () => {
  const choice = { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] }
  const request = decode({ tools: [fn('f')], tool_choice: choice })
  expect(encode(request).body['tool_choice']).toEqual(choice)
  expect(request.toolChoice).toEqual({ type: 'required', allowed: ['f'] })
})

test('a choice without tools is dropped', () => {
  const { body, notes } = encode({ toolChoice: { type: 'required' }, parallelToolCalls: true })
  expect(body).not.toHaveProperty('tool_choice')
  expect(body).not.toHaveProperty('parallel_tool_calls')
  expect(notes).toMatchObject([{ field: 'tool_choice' }])
})

describe('pitfall 210 free-text tools', () => {
  const request = decode({
    tools: [patch],
    tool_choice: { type: 'custom', name: 'apply_patch' },
    input: [
      { role: 'user', content: 'go' },
      { type: 'custom_tool_call', call_id: 'c1', name: 'apply_patch', input: 'a "b"\n' },
      { type: 'custom_tool_call_output', call_id: 'c1', output: [{ type: 'input_text', text: 'done' }] },
    ],
  })

  test('are functions with one string for others, the grammar beside it', () => {
    const wire = JSON.stringify(anthropic.chat.encodeRequest(request, CONTEXT))
    expect(wire).toContain('"name":"apply_patch"')
    expect(wire).toContain('lark grammar')
    expect(wire).toContain('"required":["input"]')
    expect(wire).toContain(JSON.stringify({ input: 'a "b"\n' }))
  })

  test('come back to this dialect as they were', () => {
    const { body, input, notes } = encode(request)
    expect(body['tools']).toEqual([patch])
    expect(body['tool_choice']).toEqual({ type: 'custom', name: 'apply_patch' })
    expect(input.slice(1)).toEqual([
      { type: 'custom_tool_call', call_id: 'c1', name: 'apply_patch', input: 'a "b"\n' },
      { type: 'custom_tool_call_output', call_id: 'c1', output: 'done' },
    ])
    expect(notes).toEqual([])
  })

  test('pitfall 23 are answered as custom_tool_call with the raw text', () => {
    const events = callEvents(0, 'c2', 'apply_patch', '{"inp', 'ut":"x \\"y\\""}')
    const { wire } = written([START, ...events, STOP], client(request))
    expect(typesOf(wire).slice(2)).toEqual([
      'output_item.added',
      'custom_tool_call_input.delta',
      'custom_tool_call_input.done',
      'output_item.done',
      'completed',
    ])
    const item = {
      type: 'custom_tool_call',
      id: 'ctc_c2',
      call_id: 'c2',
      name: 'apply_patch',
      input: 'x "y"',
      status: 'completed',
    }
    expect(wire.find((event) => event['type'] === 'response.output_item.done')?.['item']).toEqual(item)
    const call = {
      type: 'tool-call',
      id: 'c2',
      name: 'apply_patch',
      arguments: '{"input":"x \\"y\\""}',
    } as const
    expect(items(answer([call]), client(request))).toEqual([item])
  })

  test('are read from a provider, whole and in pieces', () => {
    const item = { type: 'custom_tool_call', id: 'ctc_9', call_id: 'c9', name: 'apply_patch', input: 'é "q"' }
    const whole = fold(
      openaiResponses.chat.decodeResponse({ object: 'response', status: 'completed', output: [item] }, FROM),
    )
    expect(whole.parts).toMatchObject([
      { id: 'c9', name: 'apply_patch', arguments: JSON.stringify({ input: 'é "q"' }) },
    ])
    const decoder = openaiResponses.chat.streamDecoder(FROM)
    const pieces: JsonObject[] = [
      { type: 'response.output_item.added', output_index: 0, item: { ...item, input: '' } },
      { type: 'response.custom_tool_call_input.delta', output_index: 0, item_id: 'ctc_9', delta: 'é "' },
      { type: 'response.custom_tool_call_input.delta', output_index: 0, item_id: 'ctc_9', delta: 'q"' },
      { type: 'response.completed', response: { status: 'completed', output: [] } },
    ]
    const events = pieces.flatMap((piece) => decoder.push({ data: JSON.stringify(piece) }))
    expect(fold(events).parts).toEqual(whole.parts)
  })
})

describe('namespaces (clients.md 3.3)', () => {
  const request = decode({
    tools: [fn('wait'), space],
    input: [
      { role: 'user', content: 'go' },
      { type: 'function_call', call_id: 'c1', namespace: 'multi_agent_v1', name: 'wait', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: 'ok' },
    ],
  })

  test('are flattened to unique names for others', () => {
    expect(request.tools?.map((tool) => tool.name)).toEqual([
      'wait',
      'multi_agent_v1__spawn',
      'multi_agent_v1__wait',
    ])
    const chat = openaiChat.chat.encodeRequest(request, CONTEXT)
    expect(JSON.stringify(chat['messages'])).toContain('"name":"multi_agent_v1__wait"')
  })

  test('come back to this dialect as they were', () => {
    const { body, input } = encode(request)
    expect(body['tools']).toEqual([fn('wait'), space])
    expect(input[1]).toMatchObject({ type: 'function_call', name: 'wait', namespace: 'multi_agent_v1' })
  })

  test('are told apart again in answers: name and separate namespace', () => {
    const told = items(answer([callOf('multi_agent_v1__wait'), callOf('wait')]), client(request))
    expect(told.map((item) => [item['namespace'], item['name']])).toEqual([
      ['multi_agent_v1', 'wait'],
      [undefined, 'wait'],
    ])
  })

  test('long and colliding names stay unique and within 64 characters', () => {
    const tools = [
      { type: 'function', name: 'a__b' },
      { type: 'namespace', name: 'a', tools: [fn('b'), fn(long('1')), fn(long('2'))] },
    ]
    const names = decode({ tools }).tools?.map((tool) => tool.name) ?? []
    expect(new Set(names).size).toBe(4)
    expect(names.every((name) => /^[a-zA-Z0-9_-]{1,64}$/.test(name))).toBe(true)
  })

  test("a provider's namespaced call keeps its namespace on the way to a client of this dialect", () => {
    const call = {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'c',
      namespace: 'multi_agent_v1',
      name: 'wait',
      arguments: '{}',
    }
    const read = fold(openaiResponses.chat.decodeResponse({ status: 'completed', output: [call] }, FROM))
    expect(read.parts).toMatchObject([{ name: 'multi_agent_v1__wait' }])
    expect(items(read, client(request))).toEqual([{ ...call, status: 'completed' }])
  })
})

describe('additional_tools, as Codex lite sends them', () => {
  const added = {
    type: 'additional_tools',
    role: 'developer',
    tools: [{ ...space, tools: [patch, fn('wait')] }],
  }
  const wire = {
    input: [added, { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
  }

  test('are tools for others and an item in its place for this dialect', () => {
    const request = decode(wire)
    expect(request.tools?.map((tool) => tool.name)).toEqual([
      'multi_agent_v1__apply_patch',
      'multi_agent_v1__wait',
    ])
    const { body, input } = encode(request)
    expect(input).toEqual(wire.input)
    expect(body).not.toHaveProperty('tools')
    const chat = openaiChat.chat.encodeRequest(request, CONTEXT)
    expect(chat['tools']).toHaveLength(2)
    expect(chat['messages']).toHaveLength(1)
  })

  test('custom tools inside come back with name, namespace and raw text', () => {
    const call = {
      type: 'tool-call',
      id: 'c',
      name: 'multi_agent_v1__apply_patch',
      arguments: '{"input":"ls"}',
    } as const
    expect(items(answer([call]), client(decode(wire)))).toMatchObject([
      { type: 'custom_tool_call', name: 'apply_patch', namespace: 'multi_agent_v1', input: 'ls' },
    ])
  })

  test('keep their place at the end of the input as well', () => {
    const input: JsonValue[] = [...wire.input].toReversed()
    expect(rewrite({ input }).input).toEqual(input)
  })
})

test('pitfall 211 tools the provider runs stay with this dialect; elsewhere they are refused, beside functions noted', () => {
  const files = { type: 'file_search', vector_store_ids: ['vs_1'] }
  const request = decode({ tools: [files] })
  expect(encode(request).body['tools']).toEqual([files])
  expect(() => openaiChat.chat.encodeRequest(request, CONTEXT)).toThrow(/tools\.file_search/)
  const notes: string[] = []
  const chat = openaiChat.chat.encodeRequest(decode({ tools: [files, fn('f')] }), {
    ...CONTEXT,
    note: ({ field }) => void notes.push(field),
  })
  expect(chat['tools']).toHaveLength(1)
  expect(notes).toEqual(['tools.file_search'])
})

describe('a search that Anthropic runs', () => {
  const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 3 }
  const ask = (tool: JsonObject, more: JsonObject = {}) => {
    const messages = [{ role: 'user', content: 'x' }]
    const wire = { model: 'm', max_tokens: 99, messages, tools: [{ ...search, ...tool }], ...more }
    return encode(anthropic.chat.decodeRequest(wire, 'chat'))
  }

  test('pitfall 221 within some sites stays within them, and one that excludes sites is not asked', () => {
    const within = ask({ allowed_domains: ['a.example'] })
    expect(within.body['tools']).toEqual([
      { type: 'web_search', filters: { allowed_domains: ['a.example'] } },
    ])
    expect(within.notes).toMatchObject([{ field: 'tools.web_search.max_uses' }])
    expect(() => ask({ blocked_domains: ['b.example'] })).toThrow(/tools\.web_search\.blocked_domains/)
  })

  test('pitfall 221 is chosen by its type, and by the name it has elsewhere', () => {
    const chosen = { tool_choice: { type: 'tool', name: 'web_search' } }
    expect(ask({}, chosen).body['tool_choice']).toEqual({ type: 'web_search' })
    const wire = { tools: [{ type: 'web_search_preview' }], tool_choice: { type: 'web_search_preview' } }
    const request = decode(wire)
    expect(encode(request).body).toMatchObject(wire)
    expect(anthropic.chat.encodeRequest(request, CONTEXT)).toMatchObject({
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
      tool_choice: { type: 'tool', name: 'web_search' },
    })
  })
})

test('pitfall 213 a function called web_search beside the search of that name is the one that others get and choose', () => {
  const request = decode({
    tools: [fn('web_search'), { type: 'web_search' }],
    tool_choice: { type: 'function', name: 'web_search' },
  })
  expect(encode(request).body).toMatchObject({
    tools: [fn('web_search'), { type: 'web_search' }],
    tool_choice: { type: 'function', name: 'web_search' },
  })
  const claude = anthropic.chat.encodeRequest(request, CONTEXT)
  expect(claude['tools']).toMatchObject([{ name: 'web_search', input_schema: parameters }])
  expect(claude['tools']).toHaveLength(1)
  expect(claude['tool_choice']).toMatchObject({ type: 'tool', name: 'web_search' })
})
