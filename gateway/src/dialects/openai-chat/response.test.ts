import { describe, expect, test } from 'vitest'
import {
  fold,
  GatewayError,
  type JsonObject,
  type JsonValue,
  type Note,
  seal,
  type ToolCallPart,
} from '#core'
import { answer, client, FROM } from './fixture.contract.ts'
import { openaiChat } from './index.ts'

const decode = (wire: JsonValue) => fold(openaiChat.chat.decodeResponse(wire, FROM))
const whole = (message: JsonObject, finish_reason = 'stop', more: JsonObject = {}) => ({
  id: 'c1',
  model: 'up-m',
  created: 7,
  choices: [{ index: 0, message, finish_reason }],
  ...more,
})
const encode = (
  ...[said, context = client()]:
    | Parameters<typeof openaiChat.chat.encodeResponse>
    | [ReturnType<typeof answer>]
) => {
  const body = openaiChat.chat.encodeResponse(said, context)
  // One choice by construction; its shape is what the tests look at.
  const [choice] = body['choices'] as JsonObject[]
  return { body, message: choice?.['message'] as JsonObject, finish: choice?.['finish_reason'] }
}
const call: ToolCallPart = { type: 'tool-call', id: 'a', name: 'f', arguments: '{"x":1}' }

describe('an upstream’s answer', () => {
  test('A18 K20 text and calls, in order, with their ids', () => {
    const tool_calls = ['a', 'b'].map((id) => ({
      id,
      type: 'function',
      function: { name: 'f', arguments: '{broken' },
    }))
    expect(decode(whole({ content: 'hi', tool_calls }, 'tool_calls'))).toMatchObject({
      start: { id: 'c1', model: 'up-m', created: 7 },
      parts: [
        { type: 'text', text: 'hi' },
        { type: 'tool-call', id: 'a', name: 'f', arguments: '{broken' },
        { type: 'tool-call', id: 'b' },
      ],
      finish: { reason: 'tool-calls' },
    })
  })

  test.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['content_filter', 'content-filter'],
    ['eos', 'stop'],
  ])('A17 finish %s is %s', (wire, reason) => {
    expect(decode(whole({ content: 'a' }, wire)).finish).toEqual({ reason, raw: wire })
  })

  test('A17 finish tool_calls needs a call, stop with a call is a tool turn', () => {
    const tool_calls = [{ id: 'a', function: { name: 'f', arguments: '{}' } }]
    expect(decode(whole({ tool_calls }, 'stop')).finish.reason).toBe('tool-calls')
    expect(decode(whole({ content: 'a' }, 'tool_calls')).finish.reason).toBe('stop')
  })

  test.each([
    [{ error: { message: 'slow', code: 429 } }, 'rate-limited'],
    [{ error: 'slow down', code: 429 }, 'rate-limited'],
    [{ code: 429, msg: 'slow down' }, 'rate-limited'],
    [{ choices: [{ error: { code: 502, message: 'upstream' } }] }, 'provider-error'],
    [{ error: { code: 'content_filter', message: 'x', status: 400, innererror: {} } }, 'content-policy'],
    [{ object: 'error', message: 'gone wrong' }, 'provider-error'],
    [[], 'bad-answer'],
    [{ choices: [] }, 'bad-answer'],
    ['text', 'bad-answer'],
  ])('A23 pitfall 250 200 with %o is %s', (wire, type) => {
    expect(() => openaiChat.chat.decodeResponse(wire, FROM)).toThrow(expect.objectContaining({ type }))
  })

  test('pitfall 117 a refusal is text marked as one', () => {
    const said = decode(whole({ content: null, refusal: 'I can’t' }))
    expect(said).toMatchObject({
      parts: [{ type: 'text', text: 'I can’t', refusal: true }],
      finish: { reason: 'refusal' },
    })
  })

  test('pitfall 212 a function_call is a tool call', () => {
    const said = decode(
      whole({ content: null, function_call: { name: 'f', arguments: '{}' } }, 'function_call'),
    )
    expect(said).toMatchObject({
      parts: [{ type: 'tool-call', name: 'f' }],
      finish: { reason: 'tool-calls' },
    })
  })

  test('pitfall 262 a content list; pitfall 90 thinking said twice', () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'r' }] },
      { type: 'text', text: 'c' },
    ]
    expect(decode(whole({ content })).parts).toEqual([
      { type: 'reasoning', text: 'r' },
      { type: 'text', text: 'c' },
    ])
    expect(decode(whole({ content: 'c', reasoning: 'r', reasoning_content: 'r' })).parts).toHaveLength(2)
  })

  test('pictures become media', () => {
    const images = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }]
    expect(decode(whole({ content: 'a', images })).parts[1]).toMatchObject({ type: 'media', kind: 'image' })
  })

  test('pitfall 235 a choice without a message is an empty answer', () => {
    const said = decode({ choices: [{ index: 0, finish_reason: 'content_filter' }] })
    expect(said).toMatchObject({ parts: [], finish: { reason: 'content-filter' } })
  })
})

describe('an answer for the client', () => {
  test('pitfall 232 pitfall 260 the envelope is ours, the model is the one asked for', () => {
    const { body } = encode(
      answer([{ type: 'text', text: 'a' }], { start: { id: 'msg_1', model: 'claude' } }),
    )
    expect(body).toMatchObject({
      id: 'chatcmpl-ex-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'fast',
    })
    expect(JSON.stringify(body)).not.toMatch(/msg_1|claude/)
  })

  test('pitfall 44 content is null when nothing was said', () => {
    const { message, finish } = encode(answer([call], { finish: { reason: 'tool-calls' } }))
    expect(message).toMatchObject({
      content: null,
      tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{"x":1}' } }],
    })
    expect(finish).toBe('tool_calls')
  })

  test('pitfall 11 no arguments are an empty object', () => {
    expect(encode(answer([{ ...call, arguments: '' }])).message).toMatchObject({
      tool_calls: [{ function: { arguments: '{}' } }],
    })
  })

  test.each([
    ['stop', 'stop'],
    ['stop-sequence', 'stop'],
    ['length', 'length'],
    ['context-length', 'length'],
    ['content-filter', 'content_filter'],
    ['refusal', 'content_filter'],
    ['unknown', 'stop'],
  ] as const)('pitfall 110 pitfall 115 %s is said as %s', (reason, word) => {
    expect(
      encode(answer([{ type: 'text', text: 'a' }], { finish: { reason, raw: 'end_turn' } })).finish,
    ).toBe(word)
  })

  test('pitfall 121 an unknown reason is noted', () => {
    const notes: Note[] = []
    encode(answer([], { finish: { reason: 'unknown', raw: 'FAKE_NEW' } }), client({}, notes))
    expect(notes).toMatchObject([{ field: 'finish_reason', reason: expect.stringContaining('FAKE_NEW') }])
  })

  test('pitfall 114 a paused turn is an error, never a stop', () => {
    expect(() => encode(answer([], { finish: { reason: 'pause' } }))).toThrow(GatewayError)
  })

  test('pitfall 116 a refusal without words gets some', () => {
    const { message, finish } = encode(answer([], { finish: { reason: 'refusal' } }))
    expect(message).toMatchObject({ content: null, refusal: expect.stringMatching(/./) })
    expect(finish).toBe('content_filter')
  })

  test('pitfall 124 usage includes cache reads and writes', () => {
    const usage = {
      inputTokens: 18,
      outputTokens: 7,
      cacheReadTokens: 5,
      cacheWriteTokens: 3,
      reasoningTokens: 2,
    }
    expect(encode(answer([], { usage })).body['usage']).toEqual({
      prompt_tokens: 18,
      completion_tokens: 7,
      total_tokens: 25,
      prompt_tokens_details: { cached_tokens: 5, cache_write_tokens: 3 },
      completion_tokens_details: { reasoning_tokens: 2 },
    })
  })

  test('pitfall 135 without usage the counts are zero and details absent', () => {
    expect(encode(answer([])).body['usage']).toEqual({
      prompt_tokens: 0,
      completion_tokens: 0,
      total_tokens: 0,
    })
  })

  test('pitfall 74 pitfall 76 pitfall 77 state travels sealed, per block, and comes back to its block', () => {
    const state = { issuer: 'claude', value: { signature: 's' } }
    const said = answer([
      { type: 'reasoning', text: 'one', opaque: state },
      { type: 'reasoning', text: 'two' },
      { type: 'reasoning', text: '', opaque: state, redacted: true },
      { type: 'text', text: 'x' },
    ])
    const { message } = encode(said)
    expect(message['reasoning_content']).toBe('onetwo')
    expect(JSON.stringify(message)).toContain(seal(state))
    const [back] = openaiChat.chat.decodeRequest({ model: 'm', messages: [message] }).messages
    expect(back?.parts).toEqual(said.parts)
  })

  test('pitfall 82 state on a call travels with the call', () => {
    const opaque = { issuer: 'google', value: 'sig' }
    const { message } = encode(
      answer([
        { ...call, opaque },
        { ...call, id: 'b' },
      ]),
    )
    const [back] = openaiChat.chat.decodeRequest({ model: 'm', messages: [message] }).messages
    expect(back?.parts).toEqual([
      { ...call, opaque },
      { ...call, id: 'b' },
    ])
  })

  test('pitfall 212 a functions client is answered with a function_call', () => {
    const context = client({ extras: { 'openai-chat': { '~legacy': true } } })
    const { message, finish } = encode(answer([call], { finish: { reason: 'tool-calls' } }), context)
    expect(message).toMatchObject({ content: null, function_call: { name: 'f', arguments: '{"x":1}' } })
    expect(message['tool_calls']).toBeUndefined()
    expect(finish).toBe('function_call')
  })

  test('pitfall 216 pitfall 218 texts are joined without a gap and offsets move along', () => {
    const cited = {
      type: 'text',
      text: 'is blue',
      citations: [{ url: 'https://a.example', start: 0, end: 2 }],
    } as const
    const { message } = encode(answer([{ type: 'text', text: 'The sky ' }, cited]))
    expect(message).toMatchObject({
      content: 'The sky is blue',
      annotations: [{ type: 'url_citation', url_citation: { start_index: 8, end_index: 10 } }],
    })
  })

  test('pitfall 214 provider-run tools are not the client’s calls', () => {
    const notes: Note[] = []
    const native = {
      type: 'native',
      dialect: 'anthropic',
      value: { type: 'server_tool_use', name: 'web_search' },
    } as const
    const { message, finish } = encode(answer([native, { type: 'text', text: 'a' }]), client({}, notes))
    expect(message['tool_calls']).toBeUndefined()
    expect(finish).toBe('stop')
    expect(notes).toMatchObject([{ kind: 'dropped' }])
  })
})
