/** Whole answers: the client's shape, the upstream's meaning. */

import { describe, expect, test } from 'vitest'
import { asGatewayError, fold, unfold } from '#core'
import type { AssistantPart, ChatResponse, Finish, JsonObject, JsonValue, ToolCallPart, Usage } from '#core'
import { finishFrom, stopWords } from './finish.ts'
import { answer, answerContext, body, DECODE, streamed, understood } from './fixture.contract.ts'
import { anthropic } from './index.ts'

const CALL: ToolCallPart = { type: 'tool-call', id: 'c1', name: 'f', arguments: '{"a":1}' }
const TEXT: AssistantPart = { type: 'text', text: 'hi' }
const finish = (reason: Finish['reason'], more: Partial<Finish> = {}): Partial<ChatResponse> => ({
  finish: { reason, ...more },
})
const usage = (counts: Usage): JsonObject => body(answer([TEXT], { usage: counts }))['usage'] as JsonObject // always an object

function decode(wire: JsonObject): ChatResponse {
  return fold(
    anthropic.chat.decodeResponse(
      { type: 'message', id: 'msg_1', model: 'up', role: 'assistant', ...wire },
      DECODE,
    ),
  )
}

function input(text: string): JsonValue | undefined {
  return body(answer([{ ...CALL, arguments: text }]))['content']
}

/** The type of the error a 200 body turned out to be. */
function thrown(wire: JsonObject): string {
  try {
    anthropic.chat.decodeResponse(wire, DECODE)
  } catch (error) {
    return asGatewayError(error).type
  }
  return 'nothing'
}

describe('answers to clients', () => {
  test('A01 A02 the envelope is complete and echoes the model asked for', () => {
    const out = body(answer([TEXT], { start: { id: 'chatcmpl-1', model: 'real' } }))
    expect(out).toEqual({
      id: 'msg_x1',
      type: 'message',
      role: 'assistant',
      model: 'asked',
      content: [{ type: 'text', text: 'hi' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 0, output_tokens: 0 },
    })
  })

  test.each<[Finish['reason'], string]>([
    ['stop', 'end_turn'],
    ['length', 'max_tokens'],
    ['content-filter', 'refusal'],
    ['refusal', 'refusal'],
    ['context-length', 'model_context_window_exceeded'],
    ['pause', 'pause_turn'],
    ['unknown', 'end_turn'],
  ])('A17 pitfall 110 pitfall 121 %s is told as %s', (reason, word) => {
    expect(body(answer([TEXT], finish(reason, { raw: 'FAKE_NEW' })))['stop_reason']).toBe(word)
  })

  test('A17 pitfall 111 a call wins over a plain end, but not over a cut', () => {
    expect(body(answer([CALL], finish('tool-calls')))['stop_reason']).toBe('tool_use')
    expect(body(answer([CALL], finish('stop')))['stop_reason']).toBe('tool_use')
    expect(body(answer([CALL], finish('length')))['stop_reason']).toBe('max_tokens')
    expect(body(answer([TEXT], finish('tool-calls')))['stop_reason']).toBe('end_turn')
  })

  test('pitfall 122 a stop string is named when the upstream named it', () => {
    expect(body(answer([TEXT], finish('stop-sequence', { stopSequence: 'END' })))).toMatchObject({
      stop_reason: 'stop_sequence',
      stop_sequence: 'END',
    })
    expect(body(answer([TEXT], finish('stop-sequence')))).toMatchObject({
      stop_reason: 'end_turn',
      stop_sequence: null,
    })
  })

  test('pitfall 117 a refusal in words is text with its own reason', () => {
    expect(body(answer([{ type: 'text', text: 'I can’t', refusal: true }]))).toMatchObject({
      content: [{ type: 'text', text: 'I can’t' }],
      stop_reason: 'refusal',
    })
  })

  test('A18 pitfall 10 pitfall 11 pitfall 14 input is an object whatever the model wrote', () => {
    expect(input('{"a":1}')).toEqual([{ type: 'tool_use', id: 'c1', name: 'f', input: { a: 1 } }])
    expect(input('')).toMatchObject([{ input: {} }])
    expect(input('{"cmd":"rm -rf /tm')).toMatchObject([{ input: { raw_arguments: '{"cmd":"rm -rf /tm' } }])
    expect(input('[1]')).toMatchObject([{ input: { raw_arguments: '[1]' } }])
  })

  test('pitfall 265 keys that name the prototype pollute nothing', () => {
    const out = body(answer([{ ...CALL, arguments: '{"__proto__":{"x":1}}' }]))
    expect(JSON.stringify(out)).toContain('"__proto__":{"x":1}')
    expect(Reflect.get({}, 'x')).toBeUndefined()
  })

  test('A19 pitfall 125 cache counts stand beside the input', () => {
    expect(usage({ inputTokens: 12, outputTokens: 3, cacheReadTokens: 4 })).toEqual({
      input_tokens: 8,
      output_tokens: 3,
      cache_read_input_tokens: 4,
    })
    expect(
      usage({ inputTokens: 18, outputTokens: 7, cacheReadTokens: 5, cacheWriteTokens: 3 }),
    ).toMatchObject({
      input_tokens: 10,
      cache_creation_input_tokens: 3,
    })
    expect(usage({ inputTokens: 1, outputTokens: 0, cacheReadTokens: 5 })['input_tokens']).toBe(0)
  })

  test('pitfall 135 counts are whole numbers even when nobody counted', () => {
    expect(body(answer([TEXT]))['usage']).toEqual({ input_tokens: 0, output_tokens: 0 })
    expect(usage({ inputTokens: 1.4, outputTokens: 2.6 })).toEqual({ input_tokens: 1, output_tokens: 3 })
  })

  test('A20 an answer of nothing is one empty text', () => {
    expect(body(answer([]))['content']).toEqual([{ type: 'text', text: '' }])
    expect(body(answer([{ type: 'text', text: '' }, CALL]))['content']).toMatchObject([{ type: 'tool_use' }])
  })

  test('citations of others are told when they have an address', () => {
    const citations = [{ url: 'https://x', title: 'X' }, { quote: 'no address' }]
    expect(body(answer([{ type: 'text', text: 'a', citations }]))['content']).toMatchObject([
      { citations: [{ type: 'web_search_result_location', url: 'https://x', title: 'X' }] },
    ])
  })
})

describe('answers of servers', () => {
  test('pitfall 124 the input includes what the cache gave and took', () => {
    const counts = {
      input_tokens: 10,
      cache_read_input_tokens: 5,
      cache_creation_input_tokens: 3,
      output_tokens: 7,
    }
    expect(decode({ content: [], stop_reason: 'end_turn', usage: counts }).usage).toEqual({
      inputTokens: 18,
      outputTokens: 7,
      cacheReadTokens: 5,
      cacheWriteTokens: 3,
    })
  })

  test('pitfall 145 details of usage and of the answer survive', () => {
    const wire = {
      content: [{ type: 'text', text: 'a' }],
      stop_reason: 'end_turn',
      usage: {
        input_tokens: 1,
        output_tokens: 2,
        cache_creation: { ephemeral_5m_input_tokens: 0 },
        service_tier: 'standard',
      },
      container: { id: 'c' },
    }
    expect(anthropic.chat.encodeResponse(decode(wire), answerContext())).toMatchObject(wire)
  })

  test('pitfall 114 pitfall 115 pitfall 116 every reason has its neutral word, refusals keep their explanation', () => {
    expect(finishFrom('pause_turn', undefined, false).reason).toBe('pause')
    expect(finishFrom('model_context_window_exceeded', undefined, false).reason).toBe('context-length')
    expect(finishFrom('constructor', undefined, false)).toEqual({ reason: 'unknown', raw: 'constructor' })
    const refused = decode({ content: [], stop_reason: 'refusal', stop_details: { explanation: 'no' } })
    expect(refused.finish).toMatchObject({ reason: 'refusal', explanation: 'no' })
    for (const word of [
      'end_turn',
      'max_tokens',
      'tool_use',
      'refusal',
      'pause_turn',
      'model_context_window_exceeded',
    ]) {
      expect(
        stopWords(finishFrom(word, undefined, false), { call: word === 'tool_use', refusal: false })
          .stop_reason,
      ).toBe(word)
    }
  })

  test('pitfall 214 server tools are no calls of the client', () => {
    const content = [
      { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
      { type: 'text', text: 'a' },
    ]
    const { parts, finish: end } = decode({ content, stop_reason: 'end_turn' })
    expect(parts.map((part) => part.type)).toEqual(['native', 'text'])
    expect(end.reason).toBe('stop')
  })

  test('A23 an error inside a 200 is thrown as the error it means', () => {
    expect(thrown({ type: 'error', error: { type: 'overloaded_error', message: 'x' } })).toBe('overloaded')
    expect(thrown({ error: { message: 'slow down' }, code: 429 })).toBe('rate-limited')
    expect(thrown({ error: 'nope' })).toBe('provider-error')
    expect(thrown({ ok: true })).toBe('bad-answer')
  })

  test('a missing call id is minted', () => {
    const [part] = decode({
      content: [{ type: 'tool_use', name: 'f', input: {} }],
      stop_reason: 'tool_use',
    }).parts
    expect(part).toMatchObject({ id: 'toolu_x1_0' })
  })

  test('pitfall 25 an answer streamed is the answer told whole', () => {
    const whole = answer([{ type: 'reasoning', text: 'r' }, TEXT, CALL], {
      usage: { inputTokens: 3, outputTokens: 4 },
      ...finish('tool-calls'),
    })
    const again = fold(understood(...streamed(unfold(whole)).map((item) => item.data)))
    expect(body(again)).toEqual({ ...body(whole), id: again.start.id })
  })
})
