import { describe, expect, test } from 'vitest'
import { type ChatEvent, fold, type JsonObject } from '#core'
import { anthropic } from '../anthropic/index.ts'
import { bedrock } from '../bedrock/index.ts'
import { gemini } from '../gemini/index.ts'
import { ollama } from '../ollama/index.ts'
import { openaiChat } from '../openai-chat/index.ts'
import {
  answer,
  callEvents,
  client,
  decode,
  encode,
  FROM,
  items,
  START,
  STOP,
  stream,
  typesOf,
  written,
} from './fixture.contract.ts'
import { openaiResponses } from './index.ts'

const notes: string[] = []
const CONTEXT = {
  model: 'm',
  provider: 'other',
  traits: {},
  note: ({ field }: { field: string }) => void notes.push(field),
}
const OTHERS = [openaiChat, anthropic, gemini, bedrock, ollama]

/** What the client of each kind of tool sends, with its call and what came of it. */
const KINDS = [
  {
    tool: { type: 'local_shell' },
    name: 'local_shell',
    arguments: { command: ['ls', '-a'], working_directory: '/w' },
    call: {
      type: 'local_shell_call',
      id: 'lsh_c1',
      call_id: 'c1',
      status: 'completed',
      action: { type: 'exec', command: ['ls', '-a'], env: {}, working_directory: '/w' },
    },
    output: { type: 'local_shell_call_output', id: 'c1', output: '{"output":"a.txt"}' },
    result: 'a.txt',
  },
  {
    tool: { type: 'shell', environment: { type: 'local' } },
    name: 'shell',
    arguments: { commands: ['ls', 'pwd'], timeout_ms: 500 },
    call: {
      type: 'shell_call',
      id: 'sh_c1',
      call_id: 'c1',
      status: 'completed',
      action: { commands: ['ls', 'pwd'], timeout_ms: 500, max_output_length: null },
    },
    output: {
      type: 'shell_call_output',
      call_id: 'c1',
      output: [{ stdout: 'a.txt', stderr: '', outcome: { type: 'exit', exit_code: 0 } }],
    },
    result: 'a.txt',
  },
  {
    tool: { type: 'apply_patch' },
    name: 'apply_patch',
    arguments: { type: 'create_file', path: 'a', diff: '+x' },
    call: {
      type: 'apply_patch_call',
      id: 'apc_c1',
      call_id: 'c1',
      status: 'completed',
      operation: { type: 'create_file', path: 'a', diff: '+x' },
    },
    output: { type: 'apply_patch_call_output', call_id: 'c1', status: 'failed', output: 'a.txt is there' },
    result: 'a.txt is there',
  },
  {
    tool: {
      type: 'tool_search',
      execution: 'client',
      description: 'Finds tools.',
      parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
    },
    name: 'tool_search',
    arguments: { query: 'mail' },
    call: {
      type: 'tool_search_call',
      id: 'tsc_c1',
      call_id: 'c1',
      status: 'completed',
      execution: 'client',
      arguments: { query: 'mail' },
    },
    output: {
      type: 'tool_search_output',
      call_id: 'c1',
      execution: 'client',
      status: 'completed',
      tools: [
        {
          type: 'namespace',
          name: 'mail',
          description: 'Mail.',
          tools: [{ type: 'function', name: 'send' }],
        },
      ],
    },
    result: 'mail__send',
  },
] as const

describe.each(KINDS)('the tool $name, which the client runs', (kind) => {
  const request = decode({
    tools: [kind.tool],
    input: [{ role: 'user', content: 'go' }, kind.call, kind.output],
  })

  test('comes back to this dialect as it was', () => {
    const { body, input, notes: told } = encode(request)
    expect(body['tools']).toEqual([kind.tool])
    expect(input.slice(1)).toEqual([kind.call, kind.output])
    expect(told).toEqual([])
  })

  test.each(OTHERS)('is a function with its history in $name', (other) => {
    notes.length = 0
    const wire = JSON.stringify(other.chat.encodeRequest(request, CONTEXT))
    expect(wire).toContain(`"name":"${kind.name}"`)
    expect(wire).toContain(kind.result)
    // Ollama has no word for a failed call.
    expect(notes.filter((field) => field !== 'is_error')).toEqual([])
    const chat = openaiChat.chat.encodeRequest(request, CONTEXT)
    expect(chat['messages']).toMatchObject([
      { role: 'user' },
      { tool_calls: [{ id: 'c1', function: { name: kind.name } }] },
      { role: 'tool', tool_call_id: 'c1' },
    ])
    const spoken = JSON.stringify(chat['messages'])
    expect(spoken).toContain(JSON.stringify(JSON.stringify(kind.arguments)).slice(1, -1))
  })

  test('is called as this dialect calls it, streamed and whole', () => {
    const text = JSON.stringify(kind.arguments)
    const events = callEvents(0, 'c1', kind.name, text.slice(0, 7), text.slice(7))
    const { wire } = written([START, ...events, STOP], client(request))
    expect(typesOf(wire).slice(2)).toEqual(['output_item.added', 'output_item.done', 'completed'])
    expect(wire.find((event) => event['type'] === 'response.output_item.done')?.['item']).toEqual(kind.call)
    const call = { type: 'tool-call', id: 'c1', name: kind.name, arguments: text } as const
    expect(items(answer([call]), client(request))).toEqual([kind.call])
  })

  test('is read from a provider, streamed and whole, and written again', () => {
    const whole = fold(
      openaiResponses.chat.decodeResponse(
        { object: 'response', status: 'completed', output: [kind.call] },
        FROM,
      ),
    )
    expect(whole.parts).toMatchObject([
      { type: 'tool-call', id: 'c1', name: kind.name, arguments: JSON.stringify(kind.arguments) },
    ])
    expect(whole.finish.reason).toBe('tool-calls')
    expect(items(whole, client(request))).toEqual([kind.call])
    const pieces: readonly JsonObject[] = [
      { type: 'response.output_item.added', output_index: 0, item: { ...kind.call, status: 'in_progress' } },
      { type: 'response.output_item.done', output_index: 0, item: kind.call },
      { type: 'response.completed', response: { status: 'completed', output: [kind.call] } },
    ]
    const events: ChatEvent[] = stream(pieces)
    expect(fold(events).parts).toEqual(whole.parts)
  })
})

test('a choice of such a tool is one of the function, and its own again here', () => {
  const request = decode({ tools: [{ type: 'apply_patch' }], tool_choice: { type: 'apply_patch' } })
  expect(request.toolChoice).toEqual({ type: 'tool', name: 'apply_patch' })
  expect(encode(request).body['tool_choice']).toEqual({ type: 'apply_patch' })
  expect(openaiChat.chat.encodeRequest(request, CONTEXT)['tool_choice']).toEqual({
    type: 'function',
    function: { name: 'apply_patch' },
  })
})

test('a function of the same name keeps its own', () => {
  const request = decode({
    tools: [{ type: 'function', name: 'shell', parameters: {} }, { type: 'shell' }],
    input: [
      { role: 'user', content: 'go' },
      { type: 'shell_call', call_id: 'c1', action: { commands: ['ls'] } },
      { type: 'shell_call_output', call_id: 'c1', output: [] },
    ],
  })
  expect(request.tools?.map(({ name }) => name)).toEqual(['shell', 'shell_2'])
  expect(request.messages[1]?.parts).toMatchObject([{ name: 'shell_2' }])
  const call = { type: 'tool-call', id: 'c', name: 'shell_2', arguments: '{"commands":["ls"]}' } as const
  expect(items(answer([call]), client(request))).toMatchObject([{ type: 'shell_call' }])
})

test('a shell in the provider’s container and a search by the provider stay what they are', () => {
  const container = { type: 'shell', environment: { type: 'container_auto' } }
  const search = { type: 'tool_search' }
  const request = decode({ tools: [container, search] })
  expect(encode(request).body['tools']).toEqual([container, search])
  expect(() => openaiChat.chat.encodeRequest(request, CONTEXT)).toThrow(/tools\.shell/)
  const ran = {
    type: 'shell_call',
    call_id: 'c',
    environment: { type: 'container_reference', container_id: 'x' },
    action: { commands: ['ls'] },
  }
  const read = openaiResponses.chat.decodeResponse({ status: 'completed', output: [ran] }, FROM)
  expect(fold(read)).toMatchObject({ parts: [{ type: 'native' }], finish: { reason: 'stop' } })
})

test('a command written as one text is run by a shell; arguments that were cut run nothing', () => {
  const request = decode({ tools: [{ type: 'local_shell' }] })
  const asked = (text: string) =>
    items(
      answer([{ type: 'tool-call', id: 'c', name: 'local_shell', arguments: text }]),
      client(request),
    )[0]?.['action']
  expect(asked('{"command":"ls | wc","timeout_ms":"soon"}')).toEqual({
    type: 'exec',
    command: ['bash', '-lc', 'ls | wc'],
    env: {},
  })
  expect(asked('{"command":["rm","-r","/tm')).toEqual({ type: 'exec', command: [], env: {} })
})

test('an output that older clients write as one of a function finds its call', () => {
  const request = decode({
    tools: [{ type: 'local_shell' }],
    input: [
      { role: 'user', content: 'go' },
      {
        type: 'local_shell_call',
        call_id: 'c1',
        status: 'completed',
        action: { type: 'exec', command: ['ls'] },
      },
      { type: 'function_call_output', call_id: 'c1', output: 'a.txt' },
    ],
  })
  expect(request.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
  expect(request.messages[2]?.parts).toMatchObject([{ callId: 'c1', name: 'local_shell' }])
})

test('tools that a search of the client’s found can be called by everybody', () => {
  const { tool, call, output } = KINDS[3]
  const found = {
    ...output,
    tools: [
      {
        type: 'namespace',
        name: 'mail',
        tools: [{ type: 'function', name: 'send', parameters: {}, defer_loading: true }],
      },
    ],
  }
  const request = decode({
    tools: [tool],
    input: [
      { role: 'user', content: 'go' },
      call,
      found,
      { ...call, call_id: 'c2' },
      { ...found, call_id: 'c2' },
    ],
  })
  expect(request.tools?.map(({ name }) => name)).toEqual(['tool_search', 'mail__send'])
  expect(encode(request).body['tools']).toEqual([tool])
  const told = { type: 'tool-call', id: 'c', name: 'mail__send', arguments: '{}' } as const
  expect(items(answer([told]), client(request))).toMatchObject([
    { type: 'function_call', namespace: 'mail', name: 'send' },
  ])
})
