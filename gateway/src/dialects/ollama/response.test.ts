import { describe, expect, test } from 'vitest'
import { fold, GatewayError } from '#core'
import type { ChatResponse, FinishReason, JsonObject, JsonValue, Note, Operation } from '#core'
import type { AnswerContext } from '../dialect.ts'
import { ollama } from './index.ts'

const notes: Note[] = []

function context(operation: Operation = 'chat', elapsedMs = 1500): AnswerContext {
  notes.length = 0
  return {
    exchangeId: 'x-1',
    model: 'asked:latest',
    startedAt: Date.UTC(2026, 10, 20),
    request: {
      model: 'asked:latest',
      messages: [],
      stream: false,
      ...(operation === 'chat' ? {} : { operation }),
    },
    elapsedMs: () => elapsedMs,
    note: (note) => notes.push(note),
  }
}

function answer(more: Partial<ChatResponse> = {}): ChatResponse {
  return {
    start: { model: 'up' },
    parts: [{ type: 'text', text: 'hi' }],
    finish: { reason: 'stop' },
    usage: { inputTokens: 11, outputTokens: 7 },
    ...more,
  }
}

const encode = (response: ChatResponse, operation?: Operation) =>
  ollama.chat.encodeResponse(response, context(operation))
const decode = (wire: JsonValue, exchangeId = 'x-1') =>
  fold(ollama.chat.decodeResponse(wire, { provider: 'ol', exchangeId }))

function thrownBy(wire: JsonValue): GatewayError {
  try {
    decode(wire)
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown
    throw thrown
  }
  throw new Error('the answer was accepted')
}

describe('whole answers', () => {
  test('C01 a chat answer has every field clients read', () => {
    expect(encode(answer())).toEqual({
      model: 'asked:latest',
      created_at: '2026-11-20T00:00:01.500Z',
      message: { role: 'assistant', content: 'hi' },
      done: true,
      done_reason: 'stop',
      total_duration: 1_500_000_000,
      load_duration: 0,
      prompt_eval_count: 11,
      prompt_eval_duration: 1,
      eval_count: 7,
      eval_duration: 1_500_000_000,
    })
  })

  test('C07 a generate answer speaks at the top level and has a context', () => {
    const wire = encode(
      answer({
        parts: [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'hi' },
        ],
      }),
      'generate',
    )
    expect(wire).toMatchObject({ response: 'hi', thinking: 'hm', context: [], done: true })
    expect(wire).not.toHaveProperty('message')
  })

  test('C25 total_duration is nanoseconds of the whole exchange', () => {
    expect(encode(answer())['total_duration']).toBe(1_500_000_000)
    const own = { ollama: { total_duration: 5, load_duration: 42, eval_duration: 43 } }
    const wire = encode(answer({ finish: { reason: 'stop', extras: own } }))
    expect(wire).toMatchObject({ total_duration: 1_500_000_000, load_duration: 42, eval_duration: 43 })
  })

  test('pitfall 137 counters are whole, positive and from usage', () => {
    const wire = ollama.chat.encodeResponse(answer(), context('chat', 0.0000001))
    for (const field of ['total_duration', 'prompt_eval_duration', 'eval_duration'])
      expect(wire[field]).toBe(1)
    expect(wire).toMatchObject({ prompt_eval_count: 11, eval_count: 7 })
    const { usage: _, ...silent } = answer()
    expect(encode(silent)).toMatchObject({ prompt_eval_count: 0, eval_count: 0 })
  })

  test('pitfall 258 created_at is RFC 3339 in UTC', () => {
    expect(encode(answer())['created_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/)
    expect(
      decode({ created_at: '2025-08-20T13:48:22.164615123+02:00', response: 'x', done: true }).start.created,
    ).toBe(1755690502)
  })

  test('C11 calls come out with argument objects', () => {
    const wire = encode(
      answer({
        parts: [{ type: 'tool-call', id: 'c1', name: 'f', arguments: '{"a":1}' }],
        finish: { reason: 'tool-calls' },
      }),
    )
    expect(wire['message']).toEqual({
      role: 'assistant',
      content: '',
      tool_calls: [{ id: 'c1', function: { name: 'f', arguments: { a: 1 } } }],
    })
    expect(wire['done_reason']).toBe('stop')
  })

  test('pitfall 14 a call cut at the limit keeps its raw text and the limit', () => {
    const wire = encode(
      answer({
        parts: [{ type: 'tool-call', id: 'c1', name: 'f', arguments: '{"cmd":"rm' }],
        finish: { reason: 'length' },
      }),
    )
    expect(wire).toMatchObject({
      message: { tool_calls: [{ function: { arguments: { raw_arguments: '{"cmd":"rm' } } }] },
      done_reason: 'length',
    })
    expect(notes.map((note) => note.field)).toEqual(['tool_calls[].arguments'])
  })

  test('pitfall 108 stop after a call means tool calls', () => {
    const message = {
      role: 'assistant',
      content: '',
      tool_calls: [{ function: { name: 'f', arguments: {} } }],
    }
    expect(decode({ message, done: true, done_reason: 'stop' }).finish.reason).toBe('tool-calls')
    expect(decode({ message, done: true, done_reason: 'length' }).finish.reason).toBe('length')
  })

  test('pitfall 6 minted ids are unique within an answer and across answers', () => {
    const call = { function: { name: 'f', arguments: {} } }
    const wire = {
      message: { tool_calls: [call, call, { ...call, id: 'same' }, { ...call, id: 'same' }] },
      done: true,
    }
    const ids = ['x-1-1', 'x-11-'].flatMap((exchange) =>
      decode(wire, exchange).parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])),
    )
    expect(ids).toHaveLength(8)
    expect(new Set(ids.filter((id) => id !== 'same')).size).toBe(6)
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,40}$/)
  })

  test('pitfall 110 done_reason is one of four words, whatever ended the answer', () => {
    const reasons: FinishReason[] = [
      'stop',
      'stop-sequence',
      'length',
      'context-length',
      'tool-calls',
      'content-filter',
      'refusal',
      'unknown',
    ]
    for (const reason of reasons) {
      const word = encode(answer({ finish: { reason, raw: 'MAX_TOKENS' } }))['done_reason']
      expect(['stop', 'length']).toContain(word)
      const said = ['content-filter', 'refusal', 'unknown'].includes(reason) ? ['done_reason'] : []
      expect(notes.map((note) => note.field)).toEqual(said)
    }
    expect(encode(answer({ finish: { reason: 'stop', raw: 'unload' } }))['done_reason']).toBe('unload')
  })

  test('pitfall 114 a paused turn is an error, not an end', () => {
    expect(() => encode(answer({ finish: { reason: 'pause', raw: 'pause_turn' } }))).toThrow(
      expect.objectContaining({ type: 'not-implemented' }),
    )
  })

  test('an unknown reason is unknown, an absent one a normal end', () => {
    expect(decode({ response: 'x', done: true, done_reason: 'bored' }).finish).toEqual({
      reason: 'unknown',
      raw: 'bored',
    })
    expect(decode({ response: 'x', done: true }).finish).toEqual({ reason: 'stop' })
  })

  test('pitfall 164 an error inside a 200 body is the error it means', () => {
    expect(thrownBy({ error: "model 'x' not found" }).type).toBe('provider-error')
    expect(thrownBy({ error: 'rate limit', status_code: 429 })).toMatchObject({
      type: 'rate-limited',
      status: 429,
    })
    expect(thrownBy({ choices: [] }).type).toBe('bad-answer')
    expect(thrownBy([]).type).toBe('bad-answer')
    expect(thrownBy({ message: { content: 'x' }, done: false }).type).toBe('cut-stream')
  })

  test('pitfall 198 log probabilities and durations ride along to a client of the same dialect', () => {
    const wire: JsonObject = {
      model: 'up',
      response: 'x',
      done: true,
      done_reason: 'stop',
      logprobs: [{ token: 'x', logprob: -0.1 }],
      context: [1, 2],
      load_duration: 9,
    }
    expect(encode(decode(wire), 'generate')).toMatchObject({
      logprobs: [{ token: 'x', logprob: -0.1 }],
      context: [1, 2],
      load_duration: 9,
    })
  })

  test('what has no place is noted', () => {
    const parts = [
      { type: 'reasoning', text: 'hm', opaque: { issuer: 'an', value: 's' } },
      { type: 'text', text: 'x', citations: [{ url: 'https://x.example' }] },
      { type: 'native', dialect: 'anthropic', value: {} },
    ] as const
    expect(encode(answer({ parts }))['message']).toEqual({ role: 'assistant', content: 'x', thinking: 'hm' })
    expect(notes.map((note) => note.field)).toEqual(['citations', 'content', 'reasoning state'])
  })

  test('a picture the model made goes both ways', () => {
    const picture = {
      type: 'media',
      kind: 'image',
      source: { type: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
    } as const
    const wire = encode(answer({ parts: [picture] }))
    expect(wire['message']).toEqual({ role: 'assistant', content: '', images: ['iVBORw0KGgo='] })
    expect(decode(wire).parts).toEqual([picture])
  })

  test('pitfall 264 numbers of a call keep their value', () => {
    const parts = [
      { type: 'tool-call', id: 'c', name: 'f', arguments: '{"b":0.1,"a":9007199254740991}' },
    ] as const
    expect(decode(encode(answer({ parts }))).parts).toEqual(parts)
  })
})
