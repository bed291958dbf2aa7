import { describe, expect, test } from 'vitest'
import { type ChatEvent, type Finish, fold, GatewayError, type Note, unfold } from '#core'
import { answer, body, DECODE, streamed, understood } from './fixture.contract.ts'
import { bedrock } from './index.ts'

const STOP = { messageStop: { stopReason: 'end_turn' } }
const USAGE = {
  inputTokens: 3,
  outputTokens: 4,
  totalTokens: 27,
  cacheReadInputTokens: 10,
  cacheWriteInputTokens: 10,
}
const text = (at: number, said: string) => ({
  contentBlockDelta: { contentBlockIndex: at, delta: { text: said } },
})
const whole = (content: object[], more: object = {}) => ({
  output: { message: { role: 'assistant', content } },
  stopReason: 'end_turn',
  usage: USAGE,
  metrics: { latencyMs: 5 },
  ...more,
})
const decode = (wire: object) => fold(bedrock.chat.decodeResponse(JSON.parse(JSON.stringify(wire)), DECODE))

describe('a stream of the server', () => {
  test('pitfall 136 the counts after the end are heard, and count the cache beside the input', () => {
    const events = understood({ messageStart: { role: 'assistant' } }, text(0, 'a'), STOP, {
      metadata: { usage: USAGE },
    })
    expect(fold(events).usage).toEqual({
      inputTokens: 23,
      outputTokens: 4,
      cacheReadTokens: 10,
      cacheWriteTokens: 10,
    })
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' })
  })

  test('pitfall 136 without counts the bytes end it', () => {
    expect(understood(text(0, 'a'), STOP).at(-1)).toMatchObject({ type: 'finish', reason: 'stop' })
  })

  test('pitfall 154 without its end it was cut', () => {
    expect(understood(text(0, 'a')).at(-1)).toMatchObject({ type: 'error', error: { type: 'cut-stream' } })
  })

  test('pitfall 244 text and thinking open with their first piece; a block that ends and another that begins are two', () => {
    const events = understood(
      { contentBlockDelta: { contentBlockIndex: 0, delta: { reasoningContent: { text: 'hm' } } } },
      { contentBlockStop: { contentBlockIndex: 0 } },
      text(1, 'a'),
      { contentBlockStop: { contentBlockIndex: 1 } },
      text(2, 'b'),
      STOP,
    )
    expect(fold(events).parts).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ])
  })

  test('pitfall 242 padding is no content', () => {
    const events = understood(
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'a' }, p: 'abcdef' } },
      { messageStop: { stopReason: 'end_turn', p: 'ab' } },
    )
    expect(JSON.stringify(events)).not.toContain('abc')
    expect(events.at(-1)).not.toHaveProperty('extras')
  })

  test('pitfall 244 what a server-run tool found is a block of its own', () => {
    const use = { toolUseId: 't', name: 'nova_grounding', type: 'server_tool_use' }
    const events = understood(
      { contentBlockStart: { contentBlockIndex: 0, start: { toolUse: use } } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input: '{"q":1}' } } } },
      { contentBlockStop: { contentBlockIndex: 0 } },
      { contentBlockStart: { contentBlockIndex: 1, start: { toolResult: { toolUseId: 't', type: 'r' } } } },
      { contentBlockDelta: { contentBlockIndex: 1, delta: { toolResult: [{ text: 'found' }] } } },
      { contentBlockStop: { contentBlockIndex: 1 } },
      STOP,
    )
    const { parts, finish } = fold(events)
    expect(finish.reason).toBe('stop')
    expect(parts).toMatchObject([
      { type: 'native', value: { toolUse: { ...use, input: { q: 1 } } } },
      { type: 'native', value: { toolResult: { content: [{ text: 'found' }] } } },
    ])
    expect(fold(understood(...streamed(unfold(answer(parts))))).parts).toEqual(parts)
  })

  test.each([
    ['throttlingException', 'rate-limited'],
    ['modelStreamErrorException', 'provider-error'],
    ['internalServerException', 'provider-error'],
    ['validationException', 'invalid-request'],
    ['serviceUnavailableException', 'overloaded'],
    ['modelTimeoutException', 'timeout'],
    ['InternalErrorException', 'provider-error'],
  ])('pitfall 163 %s in a stream is %s', (name, type) => {
    const events = understood(text(0, 'a'), { [name]: { message: 'Broken.' } })
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { type, message: 'Broken.' } })
    expect(events.at(-2)).toMatchObject({ type: 'text-end' })
  })

  test('arguments of a call that was never begun are refused', () => {
    expect(() =>
      understood({ contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input: '{' } } } }),
    ).toThrow(GatewayError)
  })
})

describe('an end', () => {
  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop-sequence'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'context-length'],
    ['content_filtered', 'content-filter'],
    ['guardrail_intervened', 'content-filter'],
  ])('%s is %s, and back', (word, reason) => {
    const response = decode(whole([{ text: 'a' }], { stopReason: word }))
    expect(response.finish.reason).toBe(reason)
    expect(body(response)['stopReason']).toBe(word)
  })

  test('tool_use is told by the call itself', () => {
    const call = { toolUse: { toolUseId: 't', name: 'f', input: { a: 1 } } }
    const response = decode(whole([call], { stopReason: 'end_turn' }))
    expect(response.finish.reason).toBe('tool-calls')
    expect(body(response)['stopReason']).toBe('tool_use')
  })

  test.each(['malformed_tool_use', 'malformed_model_output'])('%s is an error, not an end', (stopReason) => {
    expect(() => decode(whole([{ text: 'a' }], { stopReason }))).toThrow(/unusable/)
    const events = understood(text(0, 'a'), { messageStop: { stopReason } }, { metadata: { usage: USAGE } })
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { type: 'provider-error' } })
  })

  test('pitfall 243 what a guardrail did is kept for the dialect, whole and streamed', () => {
    const trace = { guardrail: { actionReason: 'blocked' } }
    const response = decode(whole([{ text: 'No.' }], { stopReason: 'guardrail_intervened', trace }))
    expect(body(response)).toMatchObject({ stopReason: 'guardrail_intervened', trace })
    expect(streamed(unfold(response)).at(-1)).toMatchObject({ metadata: { trace } })
  })

  test('a stop string is told to who asked for the field', () => {
    const response = decode(
      whole([{ text: 'a' }], {
        stopReason: 'stop_sequence',
        additionalModelResponseFields: { stop_sequence: '|' },
      }),
    )
    expect(response.finish.stopSequence).toBe('|')
    expect(streamed(unfold(response)).at(-2)).toMatchObject({
      messageStop: { additionalModelResponseFields: { stop_sequence: '|' } },
    })
  })

  test('a paused turn is an error', () => {
    expect(() => body(answer([], { finish: { reason: 'pause' } }))).toThrow(/resume/)
    const items = streamed(unfold(answer([{ type: 'text', text: 'a' }], { finish: { reason: 'pause' } })))
    expect(items.at(-1)).toHaveProperty('modelStreamErrorException')
  })
})

describe('a whole answer', () => {
  test('pitfall 164 a message without output is the error it tells', () => {
    expect(() => decode({ message: 'The model returned the following errors: bad' })).toThrow(
      expect.objectContaining({ type: 'invalid-request' }),
    )
    expect(() => decode({ __type: 'ThrottlingException', message: 'slow' })).toThrow(
      expect.objectContaining({ type: 'rate-limited' }),
    )
    expect(() => decode({ output: {} })).toThrow(expect.objectContaining({ type: 'bad-answer' }))
  })

  test('citations keep their source, and those with an address are said to clients of this dialect', () => {
    const citation = {
      title: 't',
      sourceContent: [{ text: 'q' }],
      location: { web: { url: 'https://e.com', domain: 'e.com' } },
    }
    const block = { citationsContent: { content: [{ text: 'said' }], citations: [citation] } }
    const response = decode(whole([block]))
    expect(response.parts).toMatchObject([
      { type: 'text', text: 'said', citations: [{ url: 'https://e.com', title: 't', quote: 'q' }] },
    ])
    expect(body(response)).toMatchObject({ output: { message: { content: [block] } } })
    const foreign = answer([{ type: 'text', text: 's', citations: [{ url: 'https://x.y', title: 'X' }] }])
    expect(fold(understood(...streamed(unfold(foreign)))).parts).toMatchObject([
      { citations: [{ url: 'https://x.y', title: 'X' }] },
    ])
  })

  test.each([
    ['image', 'image/png', 'iVBORw0KGgoAAAAN', 'png'],
    ['image', 'image/jpeg', 'iVBORw0KGgoAAAAN', 'png'],
    ['audio', 'audio/wav', 'AAAA', 'wav'],
    ['video', 'video/mp4', 'AAAA', 'mp4'],
  ] as const)('%s that a model of another dialect made is a block of %s', (kind, mediaType, data, format) => {
    const part = { type: 'media', kind, source: { type: 'base64', mediaType, data } } as const
    const block = { [kind]: { format, source: { bytes: data } } }
    expect(body(answer([part]))).toMatchObject({ output: { message: { content: [block] } } })
  })

  test('a picture comes in a stream as a start with its format and a delta with its bytes', () => {
    const source = { type: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgoAAAAN' } as const
    const picture = answer([{ type: 'media', kind: 'image', source }])
    expect(streamed(unfold(picture)).slice(1, 4)).toEqual([
      { contentBlockStart: { start: { image: { format: 'png' } }, contentBlockIndex: 0 } },
      {
        contentBlockDelta: {
          delta: { image: { source: { bytes: source.data } } },
          contentBlockIndex: 0,
        },
      },
      { contentBlockStop: { contentBlockIndex: 0 } },
    ])
    expect(fold(understood(...streamed(unfold(picture)))).parts).toMatchObject([
      { type: 'media', kind: 'image', source },
    ])
  })

  test.each([
    ['a format no block here takes', { type: 'base64', mediaType: 'image/tiff', data: 'AAAA' }],
    ['what is no base64', { type: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgoAA…' }],
    ['an address', { type: 'url', url: 'https://e.com/a.png' }],
  ] as const)('%s costs a note and no answer', (_, source) => {
    const notes: Note[] = []
    const parts = [
      { type: 'media', kind: 'image', source } as const,
      { type: 'text', text: 'Here.' } as const,
    ]
    expect(body(answer(parts), notes)).toMatchObject({
      output: { message: { content: [{ text: 'Here.' }] } },
    })
    expect(notes).toMatchObject([{ kind: 'unsupported', field: 'image' }])
  })
})

test('a stream to the client has a start for calls alone, and its numbers are dense', () => {
  const events: ChatEvent[] = [
    { type: 'start' },
    { type: 'text-start', index: 0 },
    { type: 'text-end', index: 0 },
    { type: 'text-start', index: 1 },
    { type: 'text-delta', index: 1, text: 'a' },
    { type: 'text-end', index: 1 },
    { type: 'tool-call-start', index: 2, id: 'c', name: 'f' },
    { type: 'tool-call-end', index: 2 },
    { type: 'finish', reason: 'tool-calls' } satisfies Finish & { type: 'finish' },
  ]
  expect(streamed(events)).toEqual([
    { messageStart: { role: 'assistant' } },
    { contentBlockDelta: { delta: { text: 'a' }, contentBlockIndex: 0 } },
    { contentBlockStop: { contentBlockIndex: 0 } },
    { contentBlockStart: { start: { toolUse: { toolUseId: 'c', name: 'f' } }, contentBlockIndex: 1 } },
    { contentBlockStop: { contentBlockIndex: 1 } },
    { messageStop: { stopReason: 'tool_use' } },
    { metadata: { usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 }, metrics: { latencyMs: 1 } } },
  ])
})
