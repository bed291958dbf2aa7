import { describe, expect, test } from 'vitest'
import { type ChatResponse, fold, type JsonObject, type Note } from '#core'
import { openaiChat } from '../openai-chat/index.ts'
import { answer, client, FROM, items } from './fixture.contract.ts'
import { openaiResponses } from './index.ts'

const { chat, errors } = openaiResponses

function read(output: readonly JsonObject[], more: JsonObject = {}): ChatResponse {
  return fold(
    chat.decodeResponse(
      { id: 'r', object: 'response', model: 'up-m', status: 'completed', output, ...more },
      FROM,
    ),
  )
}

function message(...content: JsonObject[]): JsonObject {
  return { type: 'message', id: 'msg_1', role: 'assistant', content }
}

const call = { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'f', arguments: '{}' }

test('pitfall 2 calls are counted anew in chat completions, not by their place in the output', () => {
  const parts = read([
    { type: 'reasoning', id: 'rs', summary: [] },
    call,
    { ...call, id: 'fc_2', call_id: 'c2' },
  ])
  const encoder = openaiChat.chat.streamEncoder(client())
  const text = chat
    .decodeResponse(
      { output: [{ type: 'reasoning', id: 'rs', summary: [] }, call, { ...call, id: 'x', call_id: 'c2' }] },
      FROM,
    )
    .map((event) => encoder.push(event))
    .join('')
  expect(text).toContain('"index":0,"id":"c1"')
  expect(text).toContain('"index":1,"id":"c2"')
  expect(parts.finish.reason).toBe('tool-calls')
})

test('pitfall 90 thinking is read from the summary, or else from the content, never both', () => {
  const summary = [
    { type: 'summary_text', text: 'a' },
    { type: 'summary_text', text: 'b' },
  ]
  const content = [{ type: 'reasoning_text', text: 'c' }]
  const texts = read([
    { type: 'reasoning', id: 'rs_1', summary, content },
    { type: 'reasoning', id: 'rs_2', summary: [], content },
  ]).parts
  expect(texts).toEqual([
    { type: 'reasoning', text: 'a\n\nb' },
    { type: 'reasoning', text: 'c' },
  ])
})

test('pitfall 116 a refusal is told as such, with words of its own or ours', () => {
  const refused = read([message({ type: 'refusal', refusal: 'No.' })])
  expect(refused).toMatchObject({ parts: [{ text: 'No.', refusal: true }], finish: { reason: 'refusal' } })
  expect(items(refused)).toMatchObject([{ content: [{ type: 'refusal', refusal: 'No.' }] }])
  expect(items(answer([], { finish: { reason: 'refusal', explanation: 'Not that.' } }))).toMatchObject([
    { type: 'message', content: [{ type: 'refusal', refusal: 'Not that.' }] },
  ])
})

describe('pitfall 123 pitfall 115 how an answer ended', () => {
  test.each<[ChatResponse['finish']['reason'], string, string | undefined]>([
    ['stop', 'completed', undefined],
    ['stop-sequence', 'completed', undefined],
    ['tool-calls', 'completed', undefined],
    ['length', 'incomplete', 'max_output_tokens'],
    ['context-length', 'incomplete', 'max_output_tokens'],
    ['content-filter', 'incomplete', 'content_filter'],
  ])('%s is %s', (reason, status, word) => {
    const body = chat.encodeResponse(answer([{ type: 'text', text: 'a' }], { finish: { reason } }), client())
    expect(body['status']).toBe(status)
    expect(body['incomplete_details']).toEqual(word === undefined ? null : { reason: word })
    expect(body['output']).toMatchObject([{ status }])
  })

  test('pitfall 121 a reason nobody knows is shown as completed, with a note', () => {
    const notes: Note[] = []
    const context = client({}, notes)
    expect(
      chat.encodeResponse(answer([], { finish: { reason: 'unknown', raw: 'NEW' } }), context)['status'],
    ).toBe('completed')
    expect(notes).toMatchObject([{ field: 'status', reason: expect.stringContaining('NEW') }])
    expect(read([], { status: 'incomplete', incomplete_details: { reason: 'tired' } }).finish).toEqual({
      reason: 'unknown',
      raw: 'tired',
    })
  })

  test('a paused turn is an error', () => {
    expect(() => chat.encodeResponse(answer([], { finish: { reason: 'pause' } }), client())).toThrow(/paused/)
  })
})

test('usage counts reasoning and cache inside the headline numbers', () => {
  const usage = {
    inputTokens: 18,
    outputTokens: 7,
    cacheReadTokens: 5,
    cacheWriteTokens: 3,
    reasoningTokens: 2,
  }
  const body = chat.encodeResponse(answer([], { usage }), client())
  expect(body['usage']).toEqual({
    input_tokens: 18,
    input_tokens_details: { cached_tokens: 5, cache_write_tokens: 3 },
    output_tokens: 7,
    output_tokens_details: { reasoning_tokens: 2 },
    total_tokens: 25,
  })
  expect(read([], { usage: body['usage'] ?? null }).usage).toEqual(usage)
})

test('pitfall 214 what the provider ran itself is no call for the client, and keeps its form here', () => {
  const search = {
    type: 'web_search_call',
    id: 'ws_1',
    status: 'completed',
    action: { type: 'search', query: 'q' },
  }
  const found = read([search, message({ type: 'output_text', text: 'a', annotations: [] })])
  expect(found.finish.reason).toBe('stop')
  expect(items(found)[0]).toEqual(search)
  const told = JSON.stringify(openaiChat.chat.encodeResponse(found, client()))
  expect(told).not.toContain('tool_calls')
})

test('pitfall 216 pitfall 217 citations keep their place; files come back as they were', () => {
  const url = { type: 'url_citation', url: 'https://e.com', title: 'E', start_index: 1, end_index: 3 }
  const file = { type: 'file_citation', file_id: 'file-1', filename: 'a.txt', index: 3 }
  const found = read([message({ type: 'output_text', text: 'abcd', annotations: [url, file] })])
  expect(found.parts).toMatchObject([
    { citations: [{ url: 'https://e.com', title: 'E', start: 1, end: 3 }, { title: 'a.txt' }] },
  ])
  expect(items(found)).toMatchObject([{ content: [{ annotations: [url, file] }] }])
})

test('a picture the model made is a picture for everybody', () => {
  const made = { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: 'iVBORw0KGgo=' }
  const found = read([made])
  expect(found.parts).toMatchObject([{ type: 'media', kind: 'image', source: { mediaType: 'image/png' } }])
  expect(items(found)).toEqual([made])
})

test('pitfall 266 items and contents of kinds nobody knows are kept', () => {
  const future = { type: 'some_future_type', id: 'x', content: [{ type: 'output_text', text: 'a' }] }
  const found = read([future, message({ type: 'hologram', shape: 'cube' })])
  expect(items(found)).toMatchObject([future, { content: [{ type: 'hologram', shape: 'cube' }] }])
})

describe('errors inside a 200 answer', () => {
  test.each<[string, JsonObject, string]>([
    ['server_error', { code: 'server_error', message: 'Oops' }, 'provider-error'],
    ['rate_limit_exceeded', { code: 'rate_limit_exceeded', message: 'Try again in 1.2s' }, 'rate-limited'],
    ['server_is_overloaded', { code: 'server_is_overloaded', message: 'Busy' }, 'overloaded'],
    ['context_length_exceeded', { code: 'context_length_exceeded', message: 'x' }, 'context-length'],
    [
      'insufficient_quota',
      { code: 'insufficient_quota', message: 'You exceeded your current quota' },
      'quota-exceeded',
    ],
    ['invalid_prompt', { code: 'invalid_prompt', message: 'Not that' }, 'invalid-request'],
  ])('%s', (_, error, type) => {
    expect(() => read([], { status: 'failed', error })).toThrow(expect.objectContaining({ type }))
  })

  test('something that is no response', () => {
    expect(() => chat.decodeResponse({ choices: [] }, FROM)).toThrow(
      expect.objectContaining({ type: 'bad-answer' }),
    )
  })
})

function missing(text: string, code: string | null = null): string {
  return errors.decode(404, () => undefined, JSON.stringify({ error: { message: text, code } })).type
}

test('what cannot be found is a model only when it is one', () => {
  expect(missing("Response with id 'resp_1' not found.")).toBe('not-found')
  expect(missing('Gone.', 'previous_response_not_found')).toBe('not-found')
  expect(missing("The requested model 'x' does not exist.", 'model_not_found')).toBe('model-not-found')
})
