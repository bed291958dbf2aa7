import { describe, expect, test } from 'vitest'
import { type JsonObject, type Message, seal, type ToolResultPart } from '#core'
import { encode, rewrite } from './fixture.contract.ts'
import { openaiChat } from './index.ts'

const decode = (...messages: JsonObject[]) => openaiChat.chat.decodeRequest({ model: 'm', messages }).messages
const call = (id: string, name = 'f') => ({ id, type: 'function', function: { name, arguments: '{}' } })
const calls = (...ids: string[]) => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => call(id, `f_${id}`)),
})
const tool = (id: string, content = `r ${id}`) => ({ role: 'tool', tool_call_id: id, content })
const user = { role: 'user', content: 'go' }
const write = (messages: readonly Message[], traits = {}) => encode({ messages }, traits)
const result = (fields: Partial<ToolResultPart>): Message[] => [
  { role: 'assistant', parts: [{ type: 'tool-call', id: 'X', name: 'f', arguments: '' }] },
  { role: 'tool', parts: [{ type: 'tool-result', callId: 'X', content: [], ...fields }] },
]
const thought = (fields: JsonObject) => ({ role: 'assistant', content: 'a', ...fields })
const sent = (fields: JsonObject, reasoningField?: 'reasoning_details' | 'reasoning_content' | 'reasoning') =>
  rewrite({ messages: [thought(fields)] }, reasoningField === undefined ? {} : { reasoningField }).body[
    'messages'
  ]

describe('tool turns', () => {
  test('K20 pitfall 26 parallel calls keep order and ids; their results are one message in call order', () => {
    const decoded = decode(calls('a', 'b'), tool('b'), tool('a'), user)
    expect(decoded.map((message) => message.role)).toEqual(['assistant', 'tool', 'user'])
    expect(decoded[1]).toMatchObject({ parts: [{ callId: 'a' }, { callId: 'b' }] })
    const { body } = write(decoded)
    expect(body['messages']).toMatchObject([
      { tool_calls: [{ id: 'a' }, { id: 'b' }] },
      { role: 'tool', tool_call_id: 'a' },
      { role: 'tool', tool_call_id: 'b' },
      { role: 'user', content: 'go' },
    ])
  })

  test('pitfall 52 the name of a result is that of its call', () => {
    expect(decode(calls('a'), tool('a'))[1]).toMatchObject({ parts: [{ name: 'f_a' }] })
  })

  test('pitfall 30 a call without a result is given an error result and a note', () => {
    const { body, notes } = rewrite({ messages: [calls('a', 'b'), tool('a'), user] })
    expect(body['messages']).toMatchObject([
      {},
      { tool_call_id: 'a', content: 'r a' },
      { tool_call_id: 'b', content: expect.stringMatching(/^\[tool error\]/) },
      { role: 'user' },
    ])
    expect(notes).toMatchObject([{ kind: 'changed', field: 'messages' }])
  })

  test('pitfall 31 calls and results in another dialect’s blocks are understood; true orphans become user text', () => {
    const messages = [
      { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'f', input: { a: 1 } }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't1', content: 'ok' },
          { type: 'text', text: 'and?' },
        ],
      },
    ]
    expect(rewrite({ messages }).body['messages']).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 't1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      },
      { role: 'tool', tool_call_id: 't1', content: 'ok' },
      { role: 'user', content: 'and?' },
    ])
    const orphan = rewrite({ messages: [user, tool('lost', 'kept')] })
    expect(JSON.stringify(orphan.body['messages'])).toContain('kept')
    expect(JSON.stringify(orphan.body['messages'])).not.toContain('"tool"')
  })

  test('pitfall 32 a result without an id belongs to the open call; without any call it is refused', () => {
    expect(decode(calls('a'), { role: 'tool', content: 'x' })[1]).toMatchObject({ parts: [{ callId: 'a' }] })
    expect(() => decode(user, { role: 'tool', content: 'x' })).toThrow("'messages[1].tool_call_id'")
  })

  test('pitfall 34 ids that return in a later turn pair with that turn', () => {
    const messages = [calls('c0'), tool('c0', 'one'), { ...calls('c0'), content: 'again' }, tool('c0', 'two')]
    const { body, notes } = rewrite({ messages })
    expect(body['messages']).toMatchObject([{}, { content: 'one' }, { content: 'again' }, { content: 'two' }])
    expect(notes).toEqual([])
  })

  test('pitfall 68 a system message between call and result stands after the result', () => {
    const { body } = rewrite({ messages: [calls('a'), { role: 'system', content: 's' }, tool('a')] })
    expect(body['messages']).toMatchObject([
      { role: 'assistant' },
      { role: 'tool' },
      { role: 'system', content: 's' },
    ])
  })

  test('pitfall 41 pitfall 55 empty results stay empty, texts are joined by lines', () => {
    expect(write(result({})).body['messages']).toMatchObject([{}, { content: '' }])
    const two = result({
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    })
    expect(write(two).body['messages']).toMatchObject([{}, { content: 'a\nb' }])
  })

  test('pitfall 47 a picture in a result follows in a labelled user message after all results', () => {
    const image = {
      type: 'media',
      kind: 'image',
      source: { type: 'base64', mediaType: 'image/png', data: 'AA' },
    } as const
    expect(write(result({ content: [image] })).body['messages']).toMatchObject([
      {},
      { role: 'tool', tool_call_id: 'X', content: 'See the attachment of call X.' },
      {
        role: 'user',
        content: [{ text: 'Attached by tool call X:' }, { image_url: { url: 'data:image/png;base64,AA' } }],
      },
    ])
  })

  test('pitfall 54 a failed tool is marked in the text and known again on the way back', () => {
    const { body } = write(result({ content: [{ type: 'text', text: 'boom' }], isError: true }))
    expect(body['messages']).toMatchObject([{}, { content: '[tool error] boom' }])
    const [, back] = openaiChat.chat.decodeRequest(body).messages
    expect(back).toMatchObject({ parts: [{ isError: true, content: [{ type: 'text', text: 'boom' }] }] })
  })

  test('pitfall 10 pitfall 11 arguments are one JSON text', () => {
    const object = { id: 'a', type: 'function', function: { name: 'f', arguments: { a: 1 } } }
    expect(decode({ role: 'assistant', tool_calls: [object] })[0]).toMatchObject({
      parts: [{ arguments: '{"a":1}' }],
    })
    expect(write(result({})).body['messages']).toMatchObject([
      { tool_calls: [{ function: { arguments: '{}' } }] },
      {},
    ])
  })

  test('pitfall 264 pitfall 265 argument text is never re-printed', () => {
    for (const text of ['{"id":12345678901234567890}', '{"__proto__":{"x":1}}', '{"a":1.0}']) {
      const wire = {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: text } }],
      }
      expect(rewrite({ messages: [wire] }).body['messages']).toEqual([wire])
    }
  })
})

describe('content', () => {
  test('pitfall 38 pitfall 44 an empty text beside calls is no part; a turn of calls says null', () => {
    expect(decode({ ...calls('a'), content: '' })[0]?.parts).toHaveLength(1)
    expect(rewrite({ messages: [{ ...calls('a'), content: '' }] }).body['messages']).toMatchObject([
      { content: null },
    ])
    const parts = [
      { type: 'text', text: '' },
      { type: 'text', text: 'x' },
    ] as const
    expect(write([{ role: 'user', parts }]).body['messages']).toEqual([{ role: 'user', content: 'x' }])
  })

  test('pitfall 39 pitfall 40 whitespace and wholly empty messages are left as they are', () => {
    const messages = [{ role: 'user', content: ' ' }, { role: 'assistant', content: '' }, user]
    expect(rewrite({ messages }).body['messages']).toEqual(messages)
  })

  test('pitfall 46 parts stay parts; a string-only target gets one string', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ] as const
    const message: Message = { role: 'user', parts }
    expect(write([message]).body['messages']).toEqual([{ role: 'user', content: parts }])
    expect(write([message], { stringContent: true }).body['messages']).toEqual([
      { role: 'user', content: 'a\nb' },
    ])
  })

  test('pitfall 46 system blocks of other dialects are one text, a list of our own clients stays a list', () => {
    const content = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ] as const
    expect(write([{ role: 'system', parts: content }]).body['messages']).toEqual([
      { role: 'system', content: 'a\n\nb' },
    ])
    const messages = [{ role: 'system', content }, user]
    expect(rewrite({ messages }).body['messages']).toEqual(messages)
  })

  test('a string-only target gets a placeholder for a picture, and a note', () => {
    const image = { type: 'image_url', image_url: { url: 'https://a.example/x.png' } }
    const { body, notes } = rewrite(
      { messages: [{ role: 'user', content: [image] }] },
      { stringContent: true },
    )
    expect(body['messages']).toEqual([{ role: 'user', content: '[image not shown: not supported here]' }])
    expect(notes).toMatchObject([{ kind: 'unsupported' }])
  })

  test('B04 pictures, with detail, travel both ways', () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } }
    expect(decode({ role: 'user', content: [image] })[0]).toMatchObject({
      parts: [{ kind: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' } }],
    })
    const messages = [{ role: 'user', content: [image] }]
    expect(rewrite({ messages }).body['messages']).toEqual(messages)
  })

  test('pitfall 57 a PDF in an image part is a document', () => {
    const part = { type: 'image_url', image_url: { url: 'data:application/pdf;base64,JVBERi0=' } }
    expect(decode({ role: 'user', content: [part] })[0]).toMatchObject({ parts: [{ kind: 'document' }] })
  })

  test('pitfall 63 files and pitfall 64 audio become media with bare base64', () => {
    const file = {
      type: 'file',
      file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
    }
    const audio = { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } }
    expect(decode({ role: 'user', content: [file, audio] })[0]).toMatchObject({
      parts: [
        { kind: 'document', name: 'a.pdf', source: { mediaType: 'application/pdf', data: 'JVBERi0=' } },
        { kind: 'audio', source: { mediaType: 'audio/mpeg', data: 'AAAA' } },
      ],
    })
    const messages = [{ role: 'user', content: [file, audio] }]
    expect(rewrite({ messages }).body['messages']).toEqual(messages)
  })

  test('pitfall 65 a foreign file id is not sent, one of this dialect is', () => {
    const part = { type: 'media', kind: 'document', source: { type: 'file-id', id: 'file_x' } } as const
    const { body, notes } = write([{ role: 'user', parts: [part] }])
    expect(JSON.stringify(body)).not.toContain('file_x')
    expect(notes).toMatchObject([{ kind: 'unsupported' }])
    const messages = [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file_y' } }] }]
    expect(rewrite({ messages }).body['messages']).toEqual(messages)
  })

  test('pitfall 140 pitfall 141 pitfall 142 cache marks are read everywhere, with ttl, and written where understood', () => {
    const cache_control = { type: 'ephemeral', ttl: '1h' }
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'a', cache_control }] }]
    expect(decode(...messages)[0]).toMatchObject({ parts: [{ cache: { ttl: '1h' } }] })
    expect(rewrite({ messages }, { cacheControl: true }).body['messages']).toEqual(messages)
    expect(JSON.stringify(rewrite({ messages }).body)).not.toContain('cache_control')
    const whole = { role: 'user', content: 'a', cache_control }
    expect(decode(whole)[0]).toMatchObject({ parts: [{ cache: { ttl: '1h' } }] })
    expect(rewrite({ messages: [whole] }, { cacheControl: true }).body['messages']).toEqual([whole])
  })

  test('pitfall 215 a block of another dialect is rendered as text, with a note', () => {
    const value = {
      type: 'web_search_tool_result',
      content: [{ title: 'T', url: 'https://t.example', encrypted_content: 'zz' }],
    }
    const { body, notes } = write([
      { role: 'user', parts: [{ type: 'native', dialect: 'anthropic', value }] },
    ])
    expect(body['messages']).toEqual([{ role: 'user', content: 'T https://t.example' }])
    expect(notes).toMatchObject([{ kind: 'changed' }])
  })
})

describe('system messages', () => {
  test('pitfall 66 pitfall 67 each keeps its place', () => {
    const messages = ['system A', 'user', 'system B'].map((word) => ({
      role: word.split(' ')[0] ?? '',
      content: word,
    }))
    expect(rewrite({ messages }).body['messages']).toEqual(messages)
  })

  test('pitfall 69 developer and system are one role, spelled as the target wants', () => {
    const messages = [{ role: 'developer', content: 'a' }]
    expect(decode(...messages)[0]?.role).toBe('system')
    expect(rewrite({ messages }).body['messages']).toEqual([{ role: 'system', content: 'a' }])
    const { body } = write([{ role: 'system', parts: [{ type: 'text', text: 'a' }] }], {
      systemRole: 'developer',
    })
    expect(body['messages']).toEqual(messages)
  })

  test('the billing line of Claude Code stays here', () => {
    const parts = [
      { type: 'text', text: 'x-anthropic-billing-header: cc_version=1;' },
      { type: 'text', text: 'real' },
    ] as const
    expect(write([{ role: 'system', parts }]).body['messages']).toEqual([{ role: 'system', content: 'real' }])
  })
})

describe('thinking in a history', () => {
  test('pitfall 88 pitfall 89 it goes back where it is wanted and nowhere else', () => {
    expect(sent({ reasoning_content: 'r' }, 'reasoning_content')).toEqual([
      thought({ reasoning_content: 'r' }),
    ])
    expect(sent({ reasoning: 'r' }, 'reasoning_content')).toEqual([thought({ reasoning_content: 'r' })])
    expect(sent({ reasoning_content: 'r' })).toEqual([thought({})])
  })

  test('pitfall 80 it is never placed in the visible text', () => {
    expect(JSON.stringify(sent({ reasoning_content: 'hidden' }))).not.toContain('hidden')
  })

  test('pitfall 92 pitfall 95 details go back in order, byte for byte', () => {
    const reasoning_details = [
      { type: 'reasoning.text', text: 'r', signature: 's', format: 'anthropic-claude-v1', index: 0 },
      { type: 'reasoning.encrypted', data: 'zz', id: 'rs_1', index: 1 },
    ]
    expect(sent({ reasoning_details, reasoning: 'r' }, 'reasoning_details')).toEqual([
      thought({ reasoning_details }),
    ])
  })

  test('pitfall 77 pitfall 79 our sealed state opens to its block and returns to its issuer alone', () => {
    const details = { details: [{ type: 'reasoning.text', text: 'one', signature: 's' }] }
    const entry = (issuer: string, id: string, index: number) => ({
      type: 'reasoning.text',
      signature: seal({ issuer, value: details }),
      id,
      format: 'unknown',
      index,
    })
    const history = {
      reasoning_content: 'onetwo!',
      reasoning_details: [entry('up', 'span_0_3', 0), entry('other', 'span_6_7', 1)],
    }
    expect(decode(thought(history))[0]?.parts.slice(0, 3)).toEqual([
      { type: 'reasoning', text: 'one', opaque: { issuer: 'up', value: details } },
      { type: 'reasoning', text: 'two' },
      { type: 'reasoning', text: '!', opaque: { issuer: 'other', value: details } },
    ])
    expect(sent(history, 'reasoning_details')).toEqual([thought({ reasoning_details: details.details })])
  })

  test('pitfall 82 state on a call returns on the same call', () => {
    const extra_content = { google: { thought_signature: 'sig' } }
    const first = { ...call('a'), extra_content }
    const messages = [{ role: 'assistant', content: null, tool_calls: [first, call('b')] }]
    expect(rewrite({ messages }).body['messages']).toEqual(messages)
    const sealed = {
      ...call('a'),
      extra_content: { google: { thought_signature: seal({ issuer: 'elsewhere', value: 's' }) } },
    }
    const foreign = rewrite({ messages: [{ role: 'assistant', content: null, tool_calls: [sealed] }] })
    expect(foreign.body['messages']).toEqual([{ role: 'assistant', content: null, tool_calls: [call('a')] }])
  })
})
