import { describe, expect, test } from 'vitest'
import type { ChatRequest, JsonObject, JsonValue, Message, Note, ToolCallPart, ToolResultPart } from '#core'
import { decodeImage } from './image.ts'
import { ollama } from './index.ts'

function decode(...messages: JsonValue[]): readonly Message[] {
  const wire: JsonObject = { model: 'm', messages }
  ollama.chat.check(wire, 'chat')
  return ollama.chat.decodeRequest(wire, 'chat').messages
}

function encode(
  messages: readonly Message[],
  rest: Partial<ChatRequest> = {},
): { said: JsonValue; body: JsonObject; notes: Note[] } {
  const notes: Note[] = []
  const context = { model: 'up', provider: 'ol', traits: {}, note: (note: Note) => notes.push(note) }
  const body = ollama.chat.encodeRequest({ model: 'm', messages, stream: false, ...rest }, context)
  return { said: body['messages'] ?? null, body, notes }
}

const fields = (notes: Note[]) => notes.map((note) => note.field)
const call = (name: string, more: JsonObject = {}): JsonObject => ({
  ...more,
  function: { name, arguments: { a: 1 } },
})
const asks = (...calls: JsonObject[]): JsonObject => ({ role: 'assistant', content: '', tool_calls: calls })
const calls = (messages: readonly Message[]): ToolCallPart[] =>
  messages.flatMap((message) =>
    message.role === 'assistant' ? message.parts.filter((part) => part.type === 'tool-call') : [],
  )
const results = (messages: readonly Message[]): ToolResultPart[] =>
  messages.flatMap((message) => (message.role === 'tool' ? message.parts : []))
const system = (text: string) => ({ role: 'system', parts: [{ type: 'text', text }] }) as const
const toolCall = (id: string, name: string, text: string): Message => ({
  role: 'assistant',
  parts: [{ type: 'tool-call', id, name, arguments: text }],
})

describe('calls and results', () => {
  test('C11 tools, calls and results survive both ways', () => {
    const tool = {
      type: 'function',
      function: { name: 'f', description: 'd', parameters: { type: 'object' } },
    }
    const request = ollama.chat.decodeRequest(
      { model: 'm', messages: [asks(call('f'))], tools: [tool] },
      'chat',
    )
    expect(request.tools).toEqual([
      { type: 'function', name: 'f', description: 'd', parameters: { type: 'object' } },
    ])
    const { body } = encode(request.messages, { tools: request.tools ?? [] })
    expect(body['tools']).toEqual([tool])
    expect(body['messages']).toEqual([asks(call('f', { id: 'call_m0_0' }))])
  })

  test('pitfall 10 argument objects are JSON text inside and objects outside', () => {
    expect(calls(decode(asks(call('f'))))[0]?.arguments).toBe('{"a":1}')
    expect(encode([toolCall('i', 'f', '{"a":1}')]).said).toEqual([asks(call('f', { id: 'i' }))])
  })

  test('pitfall 14 arguments that are no JSON stay raw and are noted', () => {
    const { said, notes } = encode([toolCall('i', 'f', '{"cmd":"rm -rf /tm')])
    expect(said).toMatchObject([
      { tool_calls: [{ function: { arguments: { raw_arguments: '{"cmd":"rm -rf /tm' } } }] },
    ])
    expect(fields(notes)).toEqual(['tool_calls[].arguments'])
  })

  test('pitfall 11 no arguments are an empty object', () => {
    expect(encode([toolCall('i', 'f', '')]).said).toMatchObject([
      { tool_calls: [{ function: { arguments: {} } }] },
    ])
    expect(
      calls(decode({ role: 'assistant', tool_calls: [{ function: { name: 'f' } }] }))[0]?.arguments,
    ).toBe('')
  })

  test('pitfall 32 results without ids are paired by name, then by order', () => {
    const messages = decode(
      asks(call('f'), call('g')),
      { role: 'tool', tool_name: 'g', content: 'G' },
      { role: 'tool', content: 'F' },
    )
    expect(calls(messages).map((each) => each.id)).toEqual(['call_m0_0', 'call_m0_1'])
    expect(results(messages).map(({ callId, name, content }) => [callId, name, content])).toEqual([
      ['call_m0_0', 'f', [{ type: 'text', text: 'F' }]],
      ['call_m0_1', 'g', [{ type: 'text', text: 'G' }]],
    ])
  })

  test('pitfall 32 two calls of one tool are answered in order', () => {
    const messages = decode(
      asks(call('f'), call('f')),
      { role: 'tool', tool_name: 'f', content: '1' },
      { role: 'tool', tool_name: 'f', content: '2' },
    )
    expect(results(messages).map((each) => each.callId)).toEqual(['call_m0_0', 'call_m0_1'])
  })

  test('pitfall 33 minted ids are the same each time and fit every alphabet', () => {
    const history = [{ role: 'user', content: 'x' }, asks(call('f'), call('g'))]
    const ids = calls(decode(...history)).map((each) => each.id)
    expect(calls(decode(...history, { role: 'user', content: 'more' })).map((each) => each.id)).toEqual(ids)
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,40}$/)
  })

  test('pitfall 34 ids used again in a later turn pair with that turn', () => {
    const messages = decode(
      asks(call('f', { id: 'call_0' })),
      { role: 'tool', tool_call_id: 'call_0', content: 'one' },
      asks(call('g', { id: 'call_0' })),
      { role: 'tool', tool_call_id: 'call_0', content: 'two' },
    )
    expect(messages.map((message) => message.role)).toEqual(['assistant', 'tool', 'assistant', 'tool'])
    expect(results(messages).map(({ name }) => name)).toEqual(['f', 'g'])
    expect(encode(messages).said).toMatchObject([{}, { tool_name: 'f' }, {}, { tool_name: 'g' }])
  })

  test('pitfall 30 a call left unanswered does not take the results of the next turn', () => {
    const messages = decode(
      asks(call('f'), call('g')),
      { role: 'user', content: 'never mind' },
      asks(call('f')),
      { role: 'tool', tool_name: 'f', content: 'new' },
      { role: 'tool', tool_name: 'g', content: 'late' },
    )
    expect(results(messages).map((each) => each.callId)).toEqual(['call_m0_1', 'call_m2_0'])
    expect(results(decode(asks(call('f')), asks(call('g')), { role: 'tool', content: 'G' }))).toMatchObject([
      { callId: 'call_m1_0', name: 'g' },
    ])
  })

  test('pitfall 31 a result nobody asked for keeps its text and takes no call', () => {
    const messages = decode(
      { role: 'tool', tool_name: 'f', content: 'lost' },
      asks(call('g')),
      { role: 'tool', tool_name: 'h', content: 'strange' },
      { role: 'tool', tool_name: 'g', content: 'G' },
    )
    const [lost, first, second] = results(messages)
    expect(lost).toMatchObject({ name: 'f', content: [{ text: 'lost' }] })
    expect(lost?.callId).not.toBe('')
    expect(first).toMatchObject({ name: 'g', callId: 'call_m1_0' })
    expect(second).toMatchObject({ name: 'h', callId: 'call_m2_0' })
  })

  test('pitfall 26 results of one turn are one message, in call order', () => {
    const messages = decode(
      asks(call('f', { id: 'a' }), call('g', { id: 'b' })),
      { role: 'tool', tool_call_id: 'b', content: 'B' },
      { role: 'tool', tool_call_id: 'a', content: 'A' },
      { role: 'user', content: 'go' },
    )
    expect(messages.map((message) => message.role)).toEqual(['assistant', 'tool', 'user'])
    expect(results(messages).map((each) => each.callId)).toEqual(['a', 'b'])
  })

  test('pitfall 256 a result names its tool, taken from the call, and keeps its id', () => {
    const result: Message = {
      role: 'tool',
      parts: [{ type: 'tool-result', callId: 'i', content: [{ type: 'text', text: 'ok' }] }],
    }
    expect(encode([toolCall('i', 'f', '{}'), result]).said).toMatchObject([
      {},
      { role: 'tool', tool_name: 'f', tool_call_id: 'i', content: 'ok' },
    ])
  })

  test('pitfall 41 an empty result stays a result', () => {
    const messages = decode(asks(call('f')), { role: 'tool', content: '' })
    expect(results(messages)).toEqual([{ type: 'tool-result', callId: 'call_m0_0', name: 'f', content: [] }])
    expect(encode(messages).said).toMatchObject([{}, { role: 'tool', content: '' }])
  })

  test('pitfall 47 images in a result are shown beside it', () => {
    const parts = [
      {
        type: 'tool-result',
        callId: 'i',
        name: 'f',
        content: [
          { type: 'text', text: 'ok' },
          {
            type: 'media',
            kind: 'image',
            source: { type: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
          },
        ],
      },
    ] as const
    expect(encode([{ role: 'tool', parts }]).said).toMatchObject([
      { content: 'ok', images: ['iVBORw0KGgo='] },
    ])
  })

  test('pitfall 54 a failed result is marked in its text and read back', () => {
    const failed = {
      type: 'tool-result',
      callId: 'i',
      content: [{ type: 'text', text: 'no' }],
      isError: true,
    } as const
    const { said, notes } = encode([toolCall('i', 'f', '{}'), { role: 'tool', parts: [failed] }])
    expect(said).toMatchObject([{}, { content: '[tool error] no' }])
    expect(fields(notes)).toEqual(['is_error'])
    const back = results(decode(asks(call('f', { id: 'i' })), { role: 'tool', content: '[tool error] no' }))
    expect(back).toMatchObject([{ isError: true, content: [{ text: 'no' }] }])
  })

  test('pitfall 55 blocks of a result are lines of text', () => {
    const content = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ] as const
    const parts = [{ type: 'tool-result', callId: 'i', name: 'f', content }] as const
    expect(encode([{ role: 'tool', parts }]).said).toMatchObject([{ content: 'a\nb' }])
  })
})

describe('tools', () => {
  const f = { type: 'function', name: 'f', parameters: { type: 'object' } } as const

  test('pitfall 202 choice none leaves the tools out', () => {
    const { body, notes } = encode([], { tools: [f], toolChoice: { type: 'none' } })
    expect(body).not.toHaveProperty('tools')
    expect(fields(notes)).toEqual(['tool_choice'])
  })

  test.each([{ type: 'required' }, { type: 'tool', name: 'f' }] as const)(
    'pitfall 203 choice %j is noted',
    (toolChoice) => {
      const { body, notes } = encode([], { tools: [f], toolChoice })
      expect(body['tools']).toHaveLength(1)
      expect(body).not.toHaveProperty('tool_choice')
      expect(fields(notes)).toEqual(['tool_choice'])
    },
  )

  test('pitfall 204 a choice without tools is nothing', () => {
    const { body, notes } = encode([], { toolChoice: { type: 'required' } })
    expect(body).not.toHaveProperty('tools')
    expect(notes).toEqual([])
  })

  test('pitfall 205 parallel calls cannot be forbidden: noted', () => {
    expect(fields(encode([], { tools: [f], parallelToolCalls: false }).notes)).toEqual([
      'parallel_tool_calls',
    ])
    expect(encode([], { tools: [f], parallelToolCalls: true }).notes).toEqual([])
  })

  test('pitfall 207 a tool without schema gets the empty one', () => {
    const { body } = encode([], { tools: [{ type: 'function', name: 'f' }] })
    expect(body['tools']).toMatchObject([{ function: { parameters: { type: 'object', properties: {} } } }])
  })

  test('pitfall 45 an empty list of tools is left out', () => {
    expect(encode([], { tools: [] }).body).not.toHaveProperty('tools')
    expect(ollama.chat.decodeRequest({ model: 'm', tools: [] }, 'chat').tools).toBeUndefined()
  })

  test('pitfall 195 tool fields of other dialects are left out', () => {
    const { body, notes } = encode([], {
      tools: [{ ...f, strict: true, extras: { anthropic: { defer_loading: true } } }],
    })
    expect(body['tools']).toEqual([
      { type: 'function', function: { name: 'f', parameters: { type: 'object' } } },
    ])
    expect(fields(notes)).toEqual(['tools[].strict', 'tools[].defer_loading'])
  })

  test("pitfall 211 another dialect's own tool is refused by its name", () => {
    const native = { type: 'native', dialect: 'anthropic', value: { type: 'bash_20250124' } } as const
    const tools = [{ type: 'function', name: 'bash', native }] as const
    expect(() => encode([], { tools })).toThrow(/tools\.bash/)
  })
})

describe('content', () => {
  test('pitfall 61 images are bare base64 outside and typed inside', () => {
    const png = {
      type: 'media',
      kind: 'image',
      source: { type: 'base64', mediaType: 'image/png', data: 'data:image/png;base64,iVBORw0KGgo=' },
    } as const
    expect(encode([{ role: 'user', parts: [png] }]).said).toEqual([
      { role: 'user', content: '', images: ['iVBORw0KGgo='] },
    ])
    expect(decodeImage('data:image/jpeg;base64,iVBORw0KGgo=').source).toEqual({
      type: 'base64',
      mediaType: 'image/png',
      data: 'iVBORw0KGgo=',
    })
  })

  test.each([
    ['/9j/4AAQ', 'image/jpeg'],
    ['iVBORw0KGgo=', 'image/png'],
    ['R0lGODlhAQ==', 'image/gif'],
    ['UklGRiQAAABXRUJQVlA4', 'image/webp'],
    ['AAAAIGZ0eXBhdmlm', 'image/avif'],
  ])('pitfall 62 the bytes %s are %s', (data, mediaType) => {
    expect(decodeImage(data).source).toEqual({ type: 'base64', mediaType, data })
    expect(decodeImage(`data:image/tiff;base64,${data}`).source).toMatchObject({ mediaType })
  })

  test('pitfall 60 an image address is noted, never sent as bytes', () => {
    const url = {
      type: 'media',
      kind: 'image',
      source: { type: 'url', url: 'https://x.example/a.png' },
    } as const
    const { said, notes } = encode([{ role: 'user', parts: [url] }])
    expect(said).toEqual([{ role: 'user', content: '[image not shown: not supported here]' }])
    expect(fields(notes)).toEqual(['image.url'])
  })

  test('sound and documents are noted, text documents are read out', () => {
    const sound = {
      type: 'media',
      kind: 'audio',
      source: { type: 'base64', mediaType: 'audio/wav', data: 'UklG' },
    } as const
    const paper = {
      type: 'media',
      kind: 'document',
      source: { type: 'text', mediaType: 'text/plain', text: 'page' },
    } as const
    const { said, notes } = encode([{ role: 'user', parts: [sound, paper] }])
    expect(said).toEqual([{ role: 'user', content: '[audio not shown: not supported here]\npage' }])
    expect(notes.map((note) => [note.kind, note.field])).toEqual([
      ['unsupported', 'audio'],
      ['changed', 'document'],
    ])
  })

  test('pitfall 38 a turn of calls alone has no text part', () => {
    expect(decode(asks(call('f')))[0]?.parts.map((part) => part.type)).toEqual(['tool-call'])
  })

  test('pitfall 67 system messages stay where they are', () => {
    const user = { role: 'user', parts: [{ type: 'text', text: 'u' }] } as const
    const wire = [
      { role: 'system', content: 'A' },
      { role: 'user', content: 'u' },
      { role: 'system', content: 'B' },
    ]
    expect(encode([system('A'), user, system('B')]).said).toEqual(wire)
    expect(decode(...wire)).toEqual([system('A'), user, system('B')])
  })

  test('pitfall 46 parts are one string', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ] as const
    expect(encode([{ role: 'user', parts }]).said).toEqual([{ role: 'user', content: 'a\nb' }])
    // Pieces of one answer, cut where a citation stood, are one text.
    expect(encode([{ role: 'assistant', parts }]).said).toEqual([{ role: 'assistant', content: 'ab' }])
  })

  test('pitfall 90 thinking in the history is `thinking`, both ways', () => {
    const wire = { role: 'assistant', content: 'x', thinking: 'hm' }
    const messages = decode(wire)
    expect(messages[0]?.parts).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'x' },
    ])
    expect(encode(messages).said).toEqual([wire])
  })

  test('pitfall 79 thinking that belongs to another issuer stays behind', () => {
    const parts = [
      { type: 'reasoning', text: 'secret', opaque: { issuer: 'glm', value: 'sig' } },
      { type: 'reasoning', text: '', redacted: true, opaque: { issuer: 'an', value: 'blob' } },
      { type: 'text', text: 'x' },
    ] as const
    const { said, notes } = encode([{ role: 'assistant', parts }])
    expect(said).toEqual([{ role: 'assistant', content: 'x' }])
    expect(fields(notes)).toEqual(['reasoning'])
  })

  test('blocks of other dialects and citations are noted once', () => {
    const native = { type: 'native', dialect: 'anthropic', value: {} } as const
    const cited = { type: 'text', text: 'x', citations: [{ url: 'https://x.example' }] } as const
    const { said, notes } = encode([{ role: 'assistant', parts: [native, cited, native, cited] }])
    expect(said).toEqual([{ role: 'assistant', content: 'xx' }])
    expect(fields(notes)).toEqual(['content', 'citations'])
  })

  test('pitfall 265 a __proto__ key in arguments is data', () => {
    const text = '{"__proto__":{"x":1}}'
    const { said } = encode([toolCall('i', 'f', text)])
    expect(JSON.stringify(said)).toContain(text)
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})
