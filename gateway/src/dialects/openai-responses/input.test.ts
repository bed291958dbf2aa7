import { describe, expect, test } from 'vitest'
import { type ChatRequest, fold, type JsonObject, seal } from '#core'
import { anthropic } from '../anthropic/index.ts'
import { client, decode, encode, FROM, rewrite } from './fixture.contract.ts'
import { openaiResponses } from './index.ts'

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII='
const ask = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'go' }] }
const call = { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}', id: 'fc_1' }
const output = { type: 'function_call_output', call_id: 'c1', output: 'ok' }
const thought = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA', content: null }
const other: ChatRequest['messages'] = [{ role: 'user', parts: [{ type: 'text', text: 'go' }] }]
const CONTEXT = { model: 'm', provider: 'other', traits: {}, note: () => undefined }

const said = (id: string, text: string) => ({
  type: 'message',
  role: 'assistant',
  id,
  phase: 'commentary',
  status: 'completed',
  content: [
    { type: 'output_text', text, annotations: [] },
    { type: 'refusal', refusal: 'no' },
  ],
})
const parts = (...content: JsonObject[]) => ({ input: [{ ...ask, content }] })
const contentOf = (wire: JsonObject) => rewrite(wire).input[0]?.['content']

const native = (value: JsonObject) => ({ type: 'native', dialect: 'anthropic', value }) as const

describe('turns', () => {
  test('parallel calls and their results are one turn each', () => {
    const input = [ask, call, { ...call, call_id: 'c2', id: 'fc_2' }, output, { ...output, call_id: 'c2' }]
    const { messages } = decode({ input })
    expect(messages.map((message) => [message.role, message.parts.length])).toEqual([
      ['user', 1],
      ['assistant', 2],
      ['tool', 2],
    ])
    expect(messages[2]?.parts[1]).toMatchObject({ callId: 'c2', name: 'f' })
    expect(rewrite({ input }).input).toEqual(input)
  })

  test('messages of an assistant keep their ids, phases and order among calls', () => {
    const input = [ask, said('msg_1', 'a'), said('msg_2', 'b'), call, output, ask]
    expect(rewrite({ input }).input).toEqual(input)
  })

  test('pitfall 31 a call without a result and a result without a call are mended and noted', () => {
    const { input, notes } = rewrite({ input: [ask, call, ask, { ...output, call_id: 'lost' }] })
    expect(input.map((item) => item['type'])).toEqual([
      'message',
      'function_call',
      'function_call_output',
      'message',
      'message',
    ])
    expect(notes).toHaveLength(2)
    const kept = rewrite({ input: [output], previous_response_id: 'r1' })
    expect(kept.input).toEqual([output])
    expect(kept.notes).toEqual([])
  })

  test('call ids of any length become the same acceptable id in call and result', () => {
    const id = `toolu_${'x'.repeat(90)}`
    const { input } = encode({
      messages: [
        ...other,
        { role: 'assistant', parts: [{ type: 'tool-call', id, name: 'f', arguments: '' }] },
        { role: 'tool', parts: [{ type: 'tool-result', callId: id, content: [] }] },
      ],
    })
    expect(input[1]).toMatchObject({ arguments: '{}' })
    expect(input[1]?.['call_id']).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
    expect(input[2]?.['call_id']).toBe(input[1]?.['call_id'])
  })

  test('pitfall 265 arguments are carried as text, whatever they name', () => {
    const text = '{"__proto__":{"x":1}}'
    const { input } = rewrite({ input: [ask, { ...call, arguments: text }, output] })
    expect(input[1]?.['arguments']).toBe(text)
  })

  test('pitfall 266 items nobody knows keep their place', () => {
    const input = [
      ask,
      { type: 'web_search_call', id: 'ws_1', status: 'completed' },
      { type: 'some_future_type', x: 1 },
      { type: 'compaction', encrypted_content: 'abc' },
      {
        type: 'computer_call_output',
        call_id: 'cc',
        output: { type: 'computer_screenshot', image_url: 'u' },
      },
      ask,
    ]
    expect(rewrite({ input }).input).toEqual(input)
  })
})

describe('thinking', () => {
  test('pitfall 93 without its state it is left out, with a stored id it is not', () => {
    const bare = { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }] }
    const { input } = rewrite({ store: false, input: [ask, bare, call, output] })
    expect(input.map((item) => item['type'])).toEqual(['message', 'function_call', 'function_call_output'])
    // The call is known by an id that belongs to the thinking.
    expect(input[1]).not.toHaveProperty('id')
    expect(rewrite({ store: true, input: [ask, bare, call, output] }).input[1]).toEqual(bare)
    const { summary: _, ...short } = thought
    expect(rewrite({ store: false, input: [ask, short, call, output] }).input[1]).toEqual({
      ...short,
      summary: [],
    })
  })

  test('pitfall 94 thinking that nothing follows is left out and noted', () => {
    const { input, notes } = rewrite({ input: [ask, thought] })
    expect(input).toEqual([ask])
    expect(notes).toMatchObject([{ field: 'input.reasoning' }])
  })

  test('pitfall 95 an encrypted item goes in as it came out', () => {
    expect(rewrite({ store: false, input: [ask, thought, call, output] }).input[1]).toEqual(thought)
  })

  test('pitfall 96 state of another issuer is not sent', () => {
    const sealed = seal({ issuer: 'elsewhere', value: { ...thought } })
    const wire = { input: [ask, { ...thought, encrypted_content: sealed }, call, output] }
    expect(rewrite(wire).input.map((item) => item['type'])).toEqual([
      'message',
      'function_call',
      'function_call_output',
    ])
    const mine = seal({ issuer: 'up', value: { ...thought } })
    expect(rewrite({ input: [ask, { ...thought, encrypted_content: mine }, call, output] }).input[1]).toEqual(
      thought,
    )
  })

  test('pitfall 97 an Anthropic client carries it in the signature and it comes back identical', () => {
    const item = { ...thought, summary: [{ type: 'summary_text', text: 'I see.' }] }
    const read = openaiResponses.chat.decodeResponse({ status: 'completed', output: [item, call] }, FROM)
    const told = anthropic.chat.encodeResponse(fold(read), client())
    const next = anthropic.chat.decodeRequest(
      {
        model: 'm',
        max_tokens: 9,
        messages: [
          { role: 'user', content: 'go' },
          { role: 'assistant', content: told['content'] ?? [] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'ok' }] },
        ],
      },
      'chat',
    )
    expect(encode(next).input[1]).toEqual(item)
  })

  test('state of other providers comes back to them through this dialect, withheld thinking as such', () => {
    const thoughts = [
      { type: 'reasoning', text: 'hm', opaque: { issuer: 'claude', value: 'sig' } },
      { type: 'reasoning', text: '', redacted: true, opaque: { issuer: 'claude', value: 'blob' } },
      { type: 'tool-call', id: 'c1', name: 'f', arguments: '{}', opaque: { issuer: 'gem', value: 'ts' } },
    ] as const
    const told = openaiResponses.chat.encodeResponse(
      { start: {}, parts: thoughts, finish: { reason: 'tool-calls' } },
      client(),
    )
    // Every answer of ours has a list of items.
    const request = decode({ input: [ask, ...(told['output'] as JsonObject[]), output] })
    expect(request.messages[1]?.parts).toMatchObject(thoughts)
  })

  test('servers that want plain thinking back get it', () => {
    const turn = [
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'a' },
    ] as const
    const { input } = encode(
      { messages: [...other, { role: 'assistant', parts: turn }, ...other] },
      { reasoningField: 'reasoning_content' },
    )
    expect(input[1]).toEqual({
      type: 'reasoning',
      summary: [],
      content: [{ type: 'reasoning_text', text: 'hm' }],
    })
  })
})

describe('media', () => {
  test('pitfall 57 pitfall 60 pictures, files, addresses and ids come back as they were', () => {
    const wire = parts(
      { type: 'input_image', image_url: `data:image/png;base64,${PIXEL}`, detail: 'low' },
      { type: 'input_image', image_url: 'https://example.com/a.png' },
      { type: 'input_image', file_id: 'file-1', detail: 'auto' },
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0xLjQ=' },
      { type: 'input_file', file_url: 'https://example.com/a.pdf' },
      { type: 'input_file', file_id: 'file-2' },
      { type: 'input_file', filename: 'b.pdf', file_data: 'JVBERi0xLjQ=' },
      { type: 'input_video', x: 1 },
    )
    expect(contentOf(wire)).toEqual(wire.input[0]?.content)
  })

  test('pitfall 57 a PDF sent as a picture is a file', () => {
    const url = 'data:application/pdf;base64,JVBERi0xLjQ='
    const content = contentOf(parts({ type: 'input_image', image_url: url }))
    expect(content).toEqual([{ type: 'input_file', filename: 'file.pdf', file_data: url }])
  })

  test('pitfall 64 sound is input_audio, and a film is said to be missing', () => {
    const source = { type: 'base64', mediaType: 'audio/mpeg', data: 'SUQz' } as const
    const film = { type: 'media', kind: 'video', source: { type: 'url', url: 'https://e.com/v' } } as const
    const { input, notes } = encode({
      messages: [{ role: 'user', parts: [{ type: 'media', kind: 'audio', source }, film] }],
    })
    expect(input[0]?.['content']).toEqual([
      { type: 'input_audio', input_audio: { data: 'SUQz', format: 'mp3' } },
      { type: 'input_text', text: '[video not shown: not supported here]' },
    ])
    expect(notes).toMatchObject([{ kind: 'unsupported', field: 'messages.user.video' }])
  })

  test('an id of another dialect is never sent', () => {
    const source = { type: 'file-id', id: 'file_abc' } as const
    const { input } = encode({
      messages: [{ role: 'user', parts: [{ type: 'media', kind: 'document', source }] }],
    })
    expect(JSON.stringify(input)).not.toContain('file_abc')
  })

  test('pitfall 47 pictures stand in tool results here', () => {
    const image = {
      type: 'media',
      kind: 'image',
      source: { type: 'base64', mediaType: 'image/png', data: PIXEL },
    } as const
    const messages: ChatRequest['messages'] = [
      ...other,
      { role: 'assistant', parts: [{ type: 'tool-call', id: 'c1', name: 'f', arguments: '{}' }] },
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            callId: 'c1',
            isError: true,
            content: [{ type: 'text', text: 'bad' }, image],
          },
        ],
      },
    ]
    const { input } = encode({ messages })
    expect(input[2]?.['output']).toEqual([
      { type: 'input_text', text: '[tool error] bad' },
      { type: 'input_image', image_url: `data:image/png;base64,${PIXEL}` },
    ])
  })

  test('blocks of other dialects become text where they have some', () => {
    const { input, notes } = encode({
      messages: [
        {
          role: 'user',
          parts: [native({ type: 'search_result', title: 'T', content: [{ type: 'text', text: 'found' }] })],
        },
        {
          role: 'assistant',
          parts: [native({ type: 'server_tool_use', name: 'x' }), { type: 'text', text: 'a' }],
        },
      ],
    })
    expect(JSON.stringify(input)).toContain('found')
    expect(notes.map((note) => note.kind)).toEqual(['changed', 'dropped'])
  })
})

test('pitfall 60 an Anthropic request arrives complete', () => {
  const request = anthropic.chat.decodeRequest(
    {
      model: 'm',
      max_tokens: 99,
      system: 'S',
      messages: [
        {
          role: 'user',
          content: [{ type: 'document', source: { type: 'url', url: 'https://e.com/a.pdf' } }],
        },
      ],
    },
    'chat',
  )
  expect(encode(request).body).toMatchObject({
    instructions: 'S',
    max_output_tokens: 99,
    input: [{ content: [{ type: 'input_file', file_url: 'https://e.com/a.pdf' }] }],
  })
  expect(anthropic.chat.encodeRequest(decode({ input: [ask, thought, call, output] }), CONTEXT)).toBeDefined()
})
