import { describe, expect, test } from 'vitest'
import { type ChatEvent, fold, type JsonObject } from '#core'
import { callDelta, delta, FROM, stream } from './fixture.contract.ts'
import { openaiChat } from './index.ts'

const DONE = '[DONE]'
const parts = (...frames: (JsonObject | string)[]) => fold(stream(frames)).parts
const finish = (...frames: (JsonObject | string)[]) => fold(stream(frames)).finish
const calls = (...frames: (JsonObject | string)[]) => {
  const made = parts(...frames, delta({}, 'tool_calls'), DONE).filter((part) => part.type === 'tool-call')
  return made.map(({ id, name, arguments: text }) => [id, name, text])
}
const errorOf = (events: readonly ChatEvent[]) => {
  const last = events.at(-1)
  if (last?.type !== 'error') throw new Error(`the stream ended with ${last?.type}`)
  return last.error
}
const fn = (name: string | undefined, text: string) => ({
  ...(name === undefined ? {} : { name }),
  arguments: text,
})
const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
const named = (text: string) => callDelta({ index: 0, id: 'a', function: fn('f', text) })
const custom = (input: string) =>
  callDelta({ index: 0, id: 'a', type: 'custom', custom: { name: 'sh', input } })
const detail = (fields: JsonObject) => ({
  reasoning_details: [{ type: 'reasoning.text', index: 0, ...fields }],
})
const reported = (total_tokens: number) =>
  fold(
    stream([
      {
        ...delta({ content: 'a' }, 'stop'),
        usage: { ...usage, total_tokens, completion_tokens_details: { reasoning_tokens: 20 } },
      },
    ]),
  ).usage
const alternative = (index: number, content: string) => ({
  choices: [{ index, delta: { content }, finish_reason: 'stop' }],
})
const rotated = (id: string, content: string) => ({ ...delta({ content }), id })

describe('tool calls', () => {
  test('pitfall 3 interleaved calls keep their own arguments', () => {
    const made = calls(
      callDelta({ index: 0, id: 'a', function: fn('f', '') }),
      callDelta({ index: 1, id: 'b', function: fn('g', '') }),
      callDelta({ index: 0, function: fn(undefined, '{"a":1}') }),
      callDelta({ index: 1, function: fn(undefined, '{"b":2}') }),
    )
    expect(made).toEqual([
      ['a', 'f', '{"a":1}'],
      ['b', 'g', '{"b":2}'],
    ])
  })

  test('pitfall 4 without an index the id, then the place in the chunk decides', () => {
    const both = [
      { id: 'x', function: fn('f', '{}') },
      { id: 'y', function: fn('g', '{}') },
    ]
    expect(calls(delta({ tool_calls: both }))).toEqual([
      ['x', 'f', '{}'],
      ['y', 'g', '{}'],
    ])
    const nameless = [{ function: fn('f', '{"a"') }, { function: fn('f', '{"b"') }]
    const rest = [{ function: fn(undefined, ':1}') }, { function: fn(undefined, ':2}') }]
    expect(
      calls(delta({ tool_calls: nameless }), delta({ tool_calls: rest })).map((made) => made[2]),
    ).toEqual(['{"a":1}', '{"b":2}'])
  })

  test('pitfall 5 a reused index with another id is another call', () => {
    const made = calls(
      callDelta({ index: 0, id: 'a', function: fn('f', '{"q":1}') }),
      callDelta({ index: 0, id: 'b', function: fn('f', '{"q":2}') }),
    )
    expect(made).toEqual([
      ['a', 'f', '{"q":1}'],
      ['b', 'f', '{"q":2}'],
    ])
  })

  test('pitfall 6 a missing id is made once', () => {
    const made = calls(
      callDelta({ index: 0, function: fn('f', '{') }),
      callDelta({ index: 0, function: fn(undefined, '}') }),
    )
    expect(made).toEqual([['call_ex1_0', 'f', '{}']])
  })

  test('pitfall 7 arguments before the name wait for it', () => {
    const made = calls(
      callDelta({ index: 0, id: 'a', function: fn(undefined, '{"a') }),
      callDelta({ index: 0, function: { name: 'f' } }),
      callDelta({ index: 0, function: fn(undefined, '":1}') }),
    )
    expect(made).toEqual([['a', 'f', '{"a":1}']])
  })

  test('pitfall 8 the last fragment may share the chunk with finish_reason', () => {
    const events = [
      callDelta({ index: 0, id: 'a', function: fn('f', '{') }),
      callDelta({ index: 0, function: fn(undefined, '}') }, 'tool_calls'),
      { choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } },
      DONE,
    ]
    const answer = fold(stream(events))
    expect(answer.parts).toMatchObject([{ arguments: '{}' }])
    expect(answer.usage).toMatchObject({ inputTokens: 1, outputTokens: 2 })
  })

  test('pitfall 9 pitfall 10 whole arguments in one delta, also as an object', () => {
    expect(calls(callDelta({ index: 0, id: 'a', function: { name: 'f', arguments: { a: 1 } } }))).toEqual([
      ['a', 'f', '{"a":1}'],
    ])
  })

  test('pitfall 14 cut arguments stay as they are and the reason stays length', () => {
    const answer = fold(
      stream([callDelta({ index: 0, id: 'a', function: fn('f', '{"cmd":"rm') }), delta({}, 'length'), DONE]),
    )
    expect(answer.parts).toMatchObject([{ arguments: '{"cmd":"rm' }])
    expect(answer.finish.reason).toBe('length')
  })

  test('pitfall 24 a repeated name is a repeat', () => {
    expect(calls(named('{'), named('"a":'), named('1}'))).toEqual([['a', 'f', '{"a":1}']])
  })

  test('pitfall 18 pitfall 19 each kind of block is opened for its own content only', () => {
    const made = parts(
      delta({ role: 'assistant', content: '' }),
      delta({ reasoning_content: 'r' }),
      delta({ content: 'c' }),
      callDelta({ index: 0, id: 'a', function: fn('f', '{}') }),
      delta({ content: 'd' }, 'tool_calls'),
      DONE,
    )
    expect(made.map((part) => part.type)).toEqual(['reasoning', 'text', 'tool-call', 'text'])
    const only = parts(
      delta({ role: 'assistant', content: '' }),
      callDelta({ index: 0, id: 'a', function: fn('f', '{}') }, 'tool_calls'),
      DONE,
    )
    expect(only).toHaveLength(1)
  })

  test('free-text tools stream their raw input', () => {
    expect(calls(custom('ls '), custom('"x"'))).toEqual([['a', 'sh', '{"input":"ls \\"x\\""}']])
  })
})

describe('thinking', () => {
  test.each(['reasoning', 'reasoning_content', 'reasoning_text'])('pitfall 90 %s is read', (field) => {
    expect(parts(delta({ [field]: 'r' }), delta({ content: 'c' }, 'stop'), DONE)[0]).toEqual({
      type: 'reasoning',
      text: 'r',
    })
  })

  test('pitfall 90 two spellings of one text are one text', () => {
    const both = {
      reasoning: 'r',
      reasoning_content: 'r',
      reasoning_details: [{ type: 'reasoning.text', text: 'r', index: 0 }],
    }
    expect(parts(delta(both, 'stop'), DONE)).toEqual([{ type: 'reasoning', text: 'r' }])
  })

  test('pitfall 75 pitfall 92 streamed details are merged by index and handed out with their block', () => {
    const made = parts(
      delta({ reasoning: 'a', ...detail({ text: 'a' }) }),
      delta({ reasoning: 'b', ...detail({ text: 'b' }) }),
      delta({ content: '', ...detail({ signature: 'sig' }) }),
      delta({ content: 'c' }, 'stop'),
      DONE,
    )
    const details = [{ type: 'reasoning.text', index: 0, text: 'ab', signature: 'sig' }]
    expect(made[0]).toEqual({ type: 'reasoning', text: 'ab', opaque: { issuer: 'up', value: { details } } })
  })

  test('pitfall 262 content lists are split by kind', () => {
    const made = parts(
      delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'r' }] }] }),
      delta({ content: [{ type: 'text', text: 'c' }] }, 'stop'),
      DONE,
    )
    expect(made).toEqual([
      { type: 'reasoning', text: 'r' },
      { type: 'text', text: 'c' },
    ])
  })

  test('pitfall 106 an answer of thoughts only is an answer', () => {
    const answer = fold(stream([delta({ reasoning: 'r' }, 'length'), DONE]))
    expect(answer).toMatchObject({ parts: [{ type: 'reasoning' }], finish: { reason: 'length' } })
  })
})

describe('endings', () => {
  const f = callDelta({ index: 0, id: 'a', function: fn('f', '{}') })

  test('pitfall 107 pitfall 111 stop after a call is a tool turn', () => {
    expect(finish(f, delta({}, 'stop'), DONE).reason).toBe('tool-calls')
    expect(finish(delta({ content: 'a' }, 'tool_calls'), DONE).reason).toBe('stop')
  })

  test('pitfall 109 a reason on every chunk ends nothing early', () => {
    expect(parts(delta({ content: 'a' }, 'stop'), delta({ content: 'b' }, 'stop'), DONE)).toEqual([
      { type: 'text', text: 'ab' },
    ])
  })

  test('pitfall 112 [DONE] without a reason ends the answer by what was seen', () => {
    expect(finish(f, DONE).reason).toBe('tool-calls')
    expect(finish(delta({ content: 'a' }), DONE).reason).toBe('stop')
  })

  test('pitfall 162 a reason and a clean end need no [DONE]', () => {
    expect(finish(delta({ content: 'a' }, 'stop')).reason).toBe('stop')
  })

  test('pitfall 161 an end without reason and without [DONE] is a cut stream', () => {
    expect(errorOf(stream([delta({ content: 'a' })])).type).toBe('cut-stream')
    expect(errorOf(stream([])).type).toBe('cut-stream')
  })

  test('pitfall 121 an unknown reason is kept as unknown with its word', () => {
    expect(finish(delta({ content: 'a' }, 'fake_new'), DONE)).toMatchObject({
      reason: 'unknown',
      raw: 'fake_new',
    })
  })

  test('pitfall 122 a stop string is named only when the server names it', () => {
    const chunk = {
      choices: [{ index: 0, delta: { content: 'a' }, finish_reason: 'stop', stop_reason: 'END' }],
    }
    expect(finish(chunk, DONE)).toMatchObject({ reason: 'stop-sequence', stopSequence: 'END' })
    expect(finish(delta({ content: 'a' }, 'stop'), DONE).stopSequence).toBeUndefined()
  })

  test('pitfall 117 a streamed refusal is a refusal', () => {
    const answer = fold(
      stream([delta({ refusal: 'I ' }), delta({ refusal: 'can’t' }), delta({}, 'stop'), DONE]),
    )
    expect(answer.parts).toEqual([{ type: 'text', text: 'I can’t', refusal: true }])
    expect(answer.finish.reason).toBe('refusal')
  })

  test('the finish comes last and once, nothing after it', () => {
    const decoder = openaiChat.chat.streamDecoder(FROM)
    const early = decoder.push({ data: JSON.stringify(delta({ content: 'a' }, 'stop')) })
    expect(early.some((event) => event.type === 'finish')).toBe(false)
    expect(decoder.push({ data: DONE }).at(-1)?.type).toBe('finish')
    expect([...decoder.push({ data: DONE }), ...decoder.end()]).toEqual([])
  })
})

describe('usage', () => {
  test('pitfall 133 chunks without choices are harmless', () => {
    const first = { id: '', model: '', choices: [], prompt_filter_results: [{}] }
    expect(parts(first, delta({ content: 'a' }, 'stop'), { choices: [], usage }, DONE)).toEqual([
      { type: 'text', text: 'a' },
    ])
  })

  test.each([
    ['on the last choice', [{ ...delta({ content: 'a' }, 'stop'), usage }]],
    [
      'on each chunk, last wins',
      [
        { ...delta({ content: 'a' }), usage: { prompt_tokens: 1 } },
        { ...delta({}, 'stop'), usage },
      ],
    ],
    ['in x_groq', [{ ...delta({ content: 'a' }, 'stop'), x_groq: { usage } }]],
    [
      'before a null',
      [
        { ...delta({ content: 'a' }), usage },
        { ...delta({}, 'stop'), usage: null },
      ],
    ],
  ])('pitfall 134 usage %s', (_, frames) => {
    expect(fold(stream([...frames, DONE])).usage).toMatchObject({ inputTokens: 10, outputTokens: 5 })
  })

  test('pitfall 128 reasoning outside the completion is folded in, and never makes a negative count', () => {
    expect(reported(35)).toMatchObject({ outputTokens: 25, reasoningTokens: 20 })
    expect(reported(15)).toMatchObject({ outputTokens: 5, reasoningTokens: 5 })
  })
})

describe('errors in the stream', () => {
  test('pitfall 158 pitfall 159 an error frame ends the answer, with or without choices', () => {
    const bare = stream([delta({ content: 'a' }), { error: { code: 429, message: 'slow down' } }, DONE])
    expect(errorOf(bare)).toMatchObject({ type: 'rate-limited', message: 'slow down' })
    const dressed = { ...delta({ content: '' }, 'error'), error: { code: 502, message: 'Upstream died' } }
    expect(errorOf(stream([delta({ content: 'a' }), dressed])).type).toBe('provider-error')
  })

  test('pitfall 159 an error event is an error whatever its data', () => {
    const decoder = openaiChat.chat.streamDecoder(FROM)
    const data = '{"error":{"message":"no tool","type":"invalid_request_error","code":"tool_use_failed"}}'
    expect(errorOf(decoder.push({ event: 'error', data })).type).toBe('invalid-request')
  })

  test('pitfall 120 pitfall 250 reason error and errors inside a choice are failures', () => {
    expect(errorOf(stream([delta({ content: 'a' }, 'error'), DONE])).type).toBe('provider-error')
    const choice = {
      choices: [{ index: 0, delta: {}, finish_reason: null, error: { code: 503, message: 'busy' } }],
    }
    expect(errorOf(stream([choice])).type).toBe('overloaded')
  })

  test('pitfall 164 a body that is no chunk is refused', () => {
    const decoder = openaiChat.chat.streamDecoder(FROM)
    expect(() => decoder.push({ data: '<html>' })).toThrow('not a chat completion chunk')
    expect(
      errorOf(stream([{ message: 'The model returned the following errors: prompt is too long' }])).type,
    ).toBe('context-length')
  })

  test('pitfall 164 a whole completion in one frame is an answer', () => {
    const whole = {
      id: 'c',
      choices: [{ index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }],
    }
    expect(parts(whole)).toEqual([{ type: 'text', text: 'a' }])
  })
})

test('pitfall 13 a repeated role starts nothing anew', () => {
  const events = stream([
    delta({ role: 'assistant', content: 'a' }),
    delta({ role: 'assistant', content: 'b' }, 'stop'),
    DONE,
  ])
  expect(events.filter((event) => event.type === 'start')).toHaveLength(1)
  expect(fold(events).parts).toEqual([{ type: 'text', text: 'ab' }])
})

test('pitfall 197 only the first alternative is read', () => {
  expect(parts(alternative(1, 'no'), alternative(0, 'yes'), DONE)).toEqual([{ type: 'text', text: 'yes' }])
})

test('pitfall 261 a rotating chunk id changes nothing', () => {
  expect(parts(rotated('1', 'a'), rotated('2', 'b'), DONE)).toEqual([{ type: 'text', text: 'ab' }])
})

test('pitfall 266 unknown fields and events are passed over', () => {
  const decoder = openaiChat.chat.streamDecoder(FROM)
  expect(decoder.push({ event: 'keepalive', data: '' })).toEqual([])
  expect(decoder.push({ data: '{"type":"some_future_type","choices":[]}' })).toEqual([])
})

test('pitfall 217 pitfall 219 streamed citations hang on the text', () => {
  const annotation = {
    type: 'url_citation',
    url_citation: { url: 'https://a.example', title: 'A', start_index: 0, end_index: 1 },
  }
  const made = parts(
    delta({ content: 'a', annotations: [annotation] }),
    { ...delta({}, 'stop'), citations: ['https://b.example'] },
    DONE,
  )
  expect(made).toEqual([
    {
      type: 'text',
      text: 'a',
      citations: [{ url: 'https://a.example', title: 'A', start: 0, end: 1 }, { url: 'https://b.example' }],
    },
  ])
})
