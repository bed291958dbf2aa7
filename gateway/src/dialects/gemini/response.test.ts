/** Answers, whole and streamed. */

import { expect, test } from 'vitest'
import { fold, GatewayError, unfold } from '#core'
import type { ChatEvent, JsonObject, Note } from '#core'
import {
  answer,
  answerContext,
  answered,
  body,
  candidate,
  DECODE,
  partsOf,
  streamed,
  streamText,
  understood,
} from './fixture.contract.ts'
import { gemini } from './index.ts'

const CALL = { functionCall: { name: 'f', args: { a: 1 } } }

function failure(events: readonly ChatEvent[]): GatewayError | undefined {
  const last = events.at(-1)
  return last?.type === 'error' ? last.error : undefined
}

test('pitfall 107 an answer that held a call ends for it, even when STOP comes later alone', () => {
  const events = understood(candidate([CALL]), { candidates: [{ finishReason: 'STOP' }] })
  expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'tool-calls', raw: 'STOP' })
  expect(answered([CALL]).finish.reason).toBe('tool-calls')
})

test('pitfall 109 STOP on every chunk ends the answer once', () => {
  const stop = { finishReason: 'STOP' }
  const events = understood(
    candidate([{ text: 'a' }], stop),
    candidate([{ text: 'b' }], stop),
    candidate([{ text: 'c' }], stop),
  )
  expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1)
  expect(fold(events).parts).toEqual([{ type: 'text', text: 'abc' }])
})

test('pitfall 17 calls without ids get ids of their own', () => {
  const ids = answered([CALL, CALL]).parts.map((part) => (part.type === 'tool-call' ? part.id : ''))
  expect(ids).toEqual(['call_x1_0', 'call_x1_1'])
  expect(answered([{ functionCall: { id: 'own', name: 'f' } }]).parts).toMatchObject([
    { id: 'own', arguments: '' },
  ])
})

const piece = (jsonPath: string, value: JsonObject) =>
  candidate([{ functionCall: { partialArgs: [{ jsonPath, ...value }], willContinue: true } }])

test('pitfall 20 arguments that come by path make one call', () => {
  const events = understood(
    candidate([{ functionCall: { name: 'cook', willContinue: true }, thoughtSignature: 'cw==' }]),
    piece('$.dish.steps[0]', { stringValue: 'boil', willContinue: true }),
    piece('$.dish.steps[0]', { stringValue: ' water' }),
    piece('$.dish.steps[1]', { stringValue: 'eat' }),
    piece("$.dish['for all']", { boolValue: true }),
    piece('$.grams', { numberValue: 0.5 }),
    piece('$.unit', { stringValue: 'lb' }),
    piece('$.unit', { stringValue: 'oz' }),
    candidate([{ functionCall: {} }]),
    candidate([{ functionCall: { name: 'serve' } }], { finishReason: 'STOP' }),
  )
  expect(fold(events).parts).toEqual([
    {
      type: 'tool-call',
      id: 'call_x1_0',
      name: 'cook',
      arguments: '{"dish":{"steps":["boil water","eat"],"for all":true},"grams":0.5,"unit":"oz"}',
      opaque: { issuer: 'go', value: 'cw==' },
    },
    { type: 'tool-call', id: 'call_x1_1', name: 'serve', arguments: '' },
  ])
})

test('pitfall 20 a stream that never ends its call ends it all the same', () => {
  const events = understood(
    candidate([
      {
        functionCall: { name: 'f', partialArgs: [{ jsonPath: '$.a', stringValue: 'x' }], willContinue: true },
      },
    ]),
    { candidates: [{ finishReason: 'STOP' }] },
  )
  expect(fold(events).parts).toMatchObject([{ name: 'f', arguments: '{"a":"x"}' }])
})

test('pitfall 118 a blocked prompt is an answer cut by a filter, with its usage', () => {
  const wire = {
    promptFeedback: { blockReason: 'SAFETY', blockReasonMessage: 'no' },
    usageMetadata: { promptTokenCount: 3 },
  }
  const response = fold(gemini.chat.decodeResponse(wire, DECODE))
  expect(response).toMatchObject({
    parts: [],
    finish: { reason: 'content-filter', raw: 'SAFETY', explanation: 'no' },
    usage: { inputTokens: 3 },
  })
  expect(fold(understood(wire))).toEqual(response)
  expect(body(response)).toMatchObject({ promptFeedback: wire.promptFeedback })
  expect(body(response)).not.toHaveProperty('candidates')
})

test('pitfall 119 a candidate without parts is an empty answer', () => {
  for (const content of [{ role: 'model' }, {}, null]) {
    const wire = { candidates: [{ finishReason: 'MAX_TOKENS', content }] }
    expect(fold(gemini.chat.decodeResponse(wire, DECODE))).toMatchObject({
      parts: [],
      finish: { reason: 'length' },
    })
  }
})

test('pitfall 120 a broken call is an error that says why', () => {
  const more = { finishReason: 'MALFORMED_FUNCTION_CALL', finishMessage: 'Malformed: print(' }
  expect(() => answered([], more)).toThrow('Malformed: print(')
  expect(failure(understood(candidate([{ text: 'a' }], more)))).toMatchObject({ type: 'provider-error' })
  expect(failure(understood(candidate([], { finishReason: 'UNEXPECTED_TOOL_CALL' })))?.message).toContain(
    'UNEXPECTED_TOOL_CALL',
  )
})

test('pitfall 121 reasons of the future end the answer, with a note', () => {
  const notes: Note[] = []
  const response = answered([{ text: 'a' }], { finishReason: 'FAKE_NEW' })
  expect(response.finish).toMatchObject({ reason: 'unknown', raw: 'FAKE_NEW' })
  expect(body(response, notes)).toMatchObject({ candidates: [{ finishReason: 'STOP' }] })
  expect(notes).toMatchObject([{ kind: 'changed', field: 'finishReason' }])
  expect(body(answered([{ text: 'a' }], { finishReason: 'LANGUAGE' }))).toMatchObject({
    candidates: [{ finishReason: 'LANGUAGE' }],
  })
})

const word = (reason: Parameters<typeof answer>[1]) =>
  (body(answer([], reason))['candidates'] as readonly JsonObject[])[0]?.['finishReason']

test('each end has its word', () => {
  expect(word({ finish: { reason: 'tool-calls' } })).toBe('STOP')
  expect(word({ finish: { reason: 'stop-sequence', raw: 'stop_sequence' } })).toBe('STOP')
  expect(word({ finish: { reason: 'context-length' } })).toBe('MAX_TOKENS')
  expect(word({ finish: { reason: 'refusal', raw: 'refusal' } })).toBe('SAFETY')
  expect(word({ finish: { reason: 'content-filter', raw: 'RECITATION' } })).toBe('RECITATION')
  expect(() => word({ finish: { reason: 'pause' } })).toThrow('paused')
})

test('pitfall 126 cached tokens are part of the prompt', () => {
  const wire = {
    ...candidate([], { finishReason: 'STOP' }),
    usageMetadata: { promptTokenCount: 100, cachedContentTokenCount: 90, candidatesTokenCount: 1 },
  }
  expect(fold(gemini.chat.decodeResponse(wire, DECODE)).usage).toEqual({
    inputTokens: 100,
    outputTokens: 1,
    cacheReadTokens: 90,
  })
})

test('pitfall 127 thoughts are part of the output, what tools read is part of the input', () => {
  const usageMetadata = {
    promptTokenCount: 10,
    toolUsePromptTokenCount: 5,
    candidatesTokenCount: 923,
    thoughtsTokenCount: 785,
    totalTokenCount: 1723,
  }
  const response = fold(
    gemini.chat.decodeResponse({ ...candidate([], { finishReason: 'STOP' }), usageMetadata }, DECODE),
  )
  expect(response.usage).toMatchObject({ inputTokens: 15, outputTokens: 1708, reasoningTokens: 785 })
  expect(body(response)['usageMetadata']).toEqual(usageMetadata)
})

const counted = (text: string, count: number, more = {}) => ({
  ...candidate([{ text }], more),
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: count },
})

test('the last usage of a stream counts', () => {
  const events = understood(counted('a', 1), counted('b', 2), counted('c', 3, { finishReason: 'STOP' }))
  expect(events.filter(({ type }) => type === 'usage')).toEqual([
    { type: 'usage', usage: { inputTokens: 3, outputTokens: 3 } },
  ])
})

test('pitfall 216 offsets in bytes become offsets in text and back', () => {
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }],
    groundingSupports: [
      { segment: { startIndex: 7, endIndex: 10, text: '[x]' }, groundingChunkIndices: [0] },
    ],
  }
  const response = answered([{ text: 'héllo [x]' }], { finishReason: 'STOP', groundingMetadata })
  const cited = { url: 'https://a.example', title: 'A', start: 6, end: 9 }
  expect(response.parts).toEqual([{ type: 'text', text: 'héllo [x]', citations: [cited] }])
  const foreign = answer([
    { type: 'text', text: 'é ' },
    { type: 'text', text: 'héllo [x]', citations: [cited] },
  ])
  const shifted = {
    ...groundingMetadata,
    groundingSupports: [
      { segment: { startIndex: 10, endIndex: 13, text: '[x]' }, groundingChunkIndices: [0] },
    ],
  }
  expect(body(foreign)).toMatchObject({ candidates: [{ groundingMetadata: shifted }] })
  expect(streamed(unfold(foreign)).at(-1)).toMatchObject({ candidates: [{ groundingMetadata: shifted }] })
})

test('pitfall 216 of two places with the same words the bytes tell which, and words without bytes are found', () => {
  const segments = [{ startIndex: 5, endIndex: 7 }, { text: 'x' }]
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: 'https://a.example' } }],
    groundingSupports: segments.map((segment) => ({
      segment: { text: 'é', ...segment },
      groundingChunkIndices: [0],
    })),
  }
  const citationMetadata = { citationSources: [{ uri: 'https://b.example', startIndex: 2, endIndex: 4 }] }
  const { parts } = answered([{ text: 'é x é' }], {
    finishReason: 'STOP',
    groundingMetadata,
    citationMetadata,
  })
  expect(parts).toMatchObject([
    {
      citations: [
        { url: 'https://a.example', start: 4, end: 5 },
        { url: 'https://a.example', start: 2, end: 3 },
        { url: 'https://b.example', start: 1, end: 3 },
      ],
    },
  ])
})

test('pitfall 216 grounding at the end of a stream reaches the text before it, signed or not', () => {
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: 'https://a.example' } }],
    groundingSupports: [{ segment: { endIndex: 2, text: 'ab' }, groundingChunkIndices: [0] }],
  }
  const events = understood(
    candidate([{ text: 'a' }]),
    candidate([{ text: 'b', thoughtSignature: 'cw==' }], { finishReason: 'STOP', groundingMetadata }),
  )
  expect(fold(events).parts[0]).toEqual({
    type: 'text',
    text: 'ab',
    citations: [{ url: 'https://a.example', start: 0, end: 2 }],
  })
})

test('pitfall 173 a body that is a list of chunks is one answer', () => {
  const wire = [candidate([{ text: 'a' }]), candidate([{ text: 'b' }], { finishReason: 'STOP' })]
  expect(fold(gemini.chat.decodeResponse(wire, DECODE)).parts).toEqual([{ type: 'text', text: 'ab' }])
})

test('pitfall 220 code that ran at the provider is no call of the client', () => {
  const parts = [
    { executableCode: { language: 'PYTHON', code: '1' } },
    { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
    { text: 'one' },
  ]
  const response = answered(parts)
  expect(response.finish.reason).toBe('stop')
  expect(partsOf(body(response))).toEqual(parts)
})

test('pitfall 197 alternatives are left alone', () => {
  const wire = {
    candidates: [
      { index: 1, content: { parts: [{ text: 'other' }] }, finishReason: 'MAX_TOKENS' },
      { index: 0, content: { parts: [{ text: 'one' }] }, finishReason: 'STOP' },
    ],
  }
  expect(fold(gemini.chat.decodeResponse(wire, DECODE))).toMatchObject({
    parts: [{ text: 'one' }],
    finish: { raw: 'STOP' },
  })
})

test('an error in a 200 answer or a stream is an error', () => {
  const error = { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' }
  expect(() => gemini.chat.decodeResponse({ error }, DECODE)).toThrow('overloaded')
  const events = understood(candidate([{ text: 'a' }]), { error })
  expect(failure(events)).toMatchObject({ type: 'overloaded' })
})

test('a stream without an end is cut, a frame that is no chunk is refused', () => {
  expect(failure(understood(candidate([{ text: 'a' }])))).toMatchObject({ type: 'cut-stream' })
  expect(failure(understood())).toMatchObject({ type: 'cut-stream' })
  expect(() => gemini.chat.streamDecoder(DECODE).push({ data: 'hello' })).toThrow(GatewayError)
  expect(() => gemini.chat.decodeResponse({ candidates: [] }, DECODE)).toThrow(
    expect.objectContaining({ type: 'bad-answer' }),
  )
})

test('a stream is data lines alone, and its last chunk says how it ended', () => {
  const events = unfold(
    answer(
      [
        { type: 'text', text: 'a' },
        { type: 'tool-call', id: 'c', name: 'f', arguments: '{"a":1}' },
      ],
      { usage: { inputTokens: 1, outputTokens: 2 } },
    ),
  )
  const text = streamText(events)
  for (const line of text.split('\n')) expect(line === '' || line.startsWith('data: {')).toBe(true)
  expect(text.endsWith('}\n\n')).toBe(true)
  expect(text).not.toContain('[DONE]')
  const chunks = streamed(events)
  expect(chunks.map((chunk) => JSON.stringify(chunk).includes('finishReason'))).toEqual([false, false, true])
  expect(chunks.at(-1)).toMatchObject({
    candidates: [{ content: { role: 'model' }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2, totalTokenCount: 3 },
    modelVersion: 'asked',
    responseId: 'x1',
  })
})

test('a silent gap is an empty object, and nothing follows the end', () => {
  const encoder = gemini.chat.streamEncoder(answerContext())
  expect(encoder.keepAlive()).toBe('data: {}\n\n')
  encoder.push({ type: 'finish', reason: 'stop' })
  expect(encoder.keepAlive()).toBe('')
  expect(encoder.push({ type: 'text-delta', index: 0, text: 'late' })).toBe('')
})

test('a failing stream ends with the error of this dialect', () => {
  const error = new GatewayError('rate-limited', 'Slow down.', { retryAfterMs: 2000 })
  expect(streamText([{ type: 'error', error }])).toMatch(
    /^data: \{"error":\{"code":429,.*"status":"RESOURCE_EXHAUSTED".*"retryDelay":"2s".*\}\n\n$/,
  )
  expect(streamed([{ type: 'finish', reason: 'pause' }])).toMatchObject([
    { error: { status: 'UNIMPLEMENTED' } },
  ])
})

test('interleaved calls go out one behind the other', () => {
  const chunks = streamed([
    { type: 'tool-call-start', index: 0, id: 'a', name: 'f' },
    { type: 'tool-call-start', index: 1, id: 'b', name: 'g' },
    { type: 'tool-call-delta', index: 1, arguments: '{"y":2}' },
    { type: 'tool-call-delta', index: 0, arguments: '{"x":' },
    { type: 'tool-call-delta', index: 0, arguments: '1}' },
    { type: 'tool-call-end', index: 1 },
    { type: 'tool-call-end', index: 0 },
    { type: 'finish', reason: 'tool-calls' },
  ])
  expect(chunks.slice(0, 2).map(partsOf)).toEqual([
    [{ functionCall: { id: 'a', name: 'f', args: { x: 1 } } }],
    [{ functionCall: { id: 'b', name: 'g', args: { y: 2 } } }],
  ])
})

test('pitfall 198 log probabilities come out as they came in', () => {
  const logprobsResult = { chosenCandidates: [{ token: 'a', logProbability: -0.1 }] }
  expect(body(answered([{ text: 'a' }], { finishReason: 'STOP', logprobsResult }))).toMatchObject({
    candidates: [{ logprobsResult, avgLogprobs: -0.1 }],
  })
  const own = { token: 'a', tokenId: 7, logProbability: -0.1 }
  const result = { topCandidates: [{ candidates: [own] }], chosenCandidates: [own] }
  const told = answered([{ text: 'a' }], { finishReason: 'STOP', logprobsResult: result, avgLogprobs: -3 })
  expect(body(told)).toMatchObject({ candidates: [{ logprobsResult: result, avgLogprobs: -3 }] })
})
