/**
 * A stream whose beginning went out in the provider's own bytes stays one answer. The official client of the Responses API refuses an
 * id that changes on the way, of the response or of an item.
 */

import { expect, test } from 'vitest'
import { GoogleGenAI } from '@google/genai'
import { Ollama } from 'ollama'
import { CLOCKS } from '../house.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { pathFor, saying } from './gemini-client.ts'
import { jsonLines, type Row, rows, textAnswer } from './row.ts'

const open = rows()
const TEXT = 'one two three four five six'

interface Heard {
  readonly types: string[]
  readonly ids: ReadonlySet<string>
  readonly numbers: number[]
  readonly text: string
  readonly fault: string | undefined
}

async function listen(row: Row, headers: Record<string, string> = {}, onText = () => {}): Promise<Heard> {
  const stream = row.openai.responses.stream({ model: 'rs:m', input: 'Count.' }, { headers })
  const [types, ids, numbers] = [[] as string[], new Set<string>(), [] as number[]]
  let text = ''
  try {
    for await (const event of stream) {
      types.push(event.type)
      if ('response' in event) ids.add(event.response.id)
      if ('sequence_number' in event) numbers.push(event.sequence_number)
      if (event.type === 'response.output_text.delta') onText()
    }
    text = (await stream.finalResponse()).output_text
  } catch (thrown) {
    return { types, ids, numbers, text, fault: String(thrown) }
  }
  return { types, ids, numbers, text, fault: undefined }
}

const counted = (numbers: readonly number[]) => numbers.map((_, index) => index)

test('a break is told of the response that began, and in words its client throws', async () => {
  const row = await open({ rs: { kind: 'answer', text: TEXT, cutAfter: 2 } })
  const heard = await listen(row)
  expect(heard.fault).toContain('broke in the middle of the answer')
  expect([heard.ids.size, heard.types.filter((type) => type === 'response.created').length]).toEqual([1, 1])
})

test('a break is numbered after what went before, and told in both forms', async () => {
  const row = await open({ rs: { kind: 'answer', text: TEXT, cutAfter: 2 } })
  const { text } = await row.post('/v1/responses', { model: 'rs:m', input: 'Count.', stream: true })
  const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '{}']): Record<string, unknown> =>
    JSON.parse(data),
  )
  expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, index) => index))
  expect(events.slice(-2)).toMatchObject([
    { type: 'error', error: { code: 'stream_cut', message: expect.stringContaining('broke') } },
    { type: 'response.failed', response: { id: expect.stringMatching(/scripted/) } },
  ])
})

test('a sign of life in a silence begins no second response', async () => {
  const clock = new VirtualClock()
  const row = await open(
    { rs: { kind: 'answer', text: TEXT, stallAfter: 2 } },
    {
      clock,
      server: { keepAliveMs: 1000 },
      config: {
        timeouts: { ...CLOCKS, idleMs: 5000 },
      },
    },
  )
  let words = 0
  const heard = await listen(row, {}, () => {
    if (++words === 2) setImmediate(() => [1, 2, 3, 4, 5].forEach(() => clock.advance(1000)))
  })
  expect(heard.fault).toContain('fell silent')
  expect([heard.ids.size, heard.types.filter((type) => type === 'response.created').length]).toEqual([1, 1])
})

test('another that goes on with the text goes on with the item', async () => {
  const row = await open({
    rs: { kind: 'answer', text: TEXT, cutAfter: 3 },
    oa: textAnswer('four five six'),
  })
  const heard = await listen(row, { 'x-fallback': 'oa:other' })
  expect([heard.fault, heard.text, heard.ids.size]).toEqual([undefined, TEXT, 1])
  expect(heard.numbers).toEqual(counted(heard.numbers))
  expect(heard.types.filter((type) => type.endsWith('item.added'))).toHaveLength(1)
})

test('another that goes on after a thought, and calls a tool, adds items behind', async () => {
  const call = { id: 'call_1', name: 'look', arguments: { at: 1 } }
  const row = await open({
    rs: { kind: 'answer', reasoning: 'Let me see.', text: TEXT, cutAfter: 6 },
    an: { kind: 'answer', text: 'six', toolCalls: [call] },
  })
  const heard = await listen(row, { 'x-fallback': 'an:other' })
  expect([heard.fault, heard.ids.size]).toEqual([undefined, 1])
  expect(heard.numbers).toEqual(counted(heard.numbers))
  expect(heard.types.filter((type) => type.endsWith('item.added'))).toHaveLength(3)
})

/** The fourth word is the last of the thought: a failure behind it comes when the next item has begun and has said nothing. */
test.each([1, 3, 4].flatMap((at) => [{ cutAfter: at }, { errorAfter: at }, { malformedAfter: at }]))(
  'a thought that breaks off is kept as far as it was given: %j',
  async (mishap) => {
    const row = await open({
      rs: { kind: 'answer', reasoning: 'Let me see it.', text: TEXT, ...mishap },
      oa: textAnswer(TEXT),
    })
    const stream = row.openai.responses.stream(
      { model: 'rs:m', input: 'Count.' },
      { headers: { 'x-fallback': 'oa:other' } },
    )
    const begun: unknown[] = []
    const summaries: unknown[] = []
    let thought = ''
    for await (const event of stream) {
      if (event.type === 'response.content_part.added') begun.push(event.content_index)
      if (event.type === 'response.reasoning_summary_text.delta') thought += event.delta
      if (event.type === 'response.reasoning_summary_part.done') summaries.push(event.part)
    }
    const part = { type: 'summary_text', text: thought }
    const { output, output_text: text } = await stream.finalResponse()
    expect([text, thought !== '', summaries, begun]).toEqual([TEXT, true, [part], [0]])
    expect(output).toMatchObject([{ type: 'reasoning', summary: [part] }, { type: 'message' }])
  },
)

test('chunks of a chat that another goes on with bear the id, the time and the model of the first', async () => {
  const row = await open({
    oa: { kind: 'answer', text: TEXT, cutAfter: 3 },
    rs: textAnswer('four five six'),
  })
  const stream = await row.openai.chat.completions.create(
    { model: 'oa:m', messages: [{ role: 'user', content: 'Count.' }], stream: true },
    { headers: { 'x-fallback': 'rs:other' } },
  )
  const names = new Set<string>()
  let text = ''
  for await (const { id, created, model, choices } of stream) {
    names.add(`${id} ${created} ${model}`)
    text += choices[0]?.delta.content ?? ''
  }
  expect([text, names.size]).toEqual([TEXT, 1])
})

test('so do pieces of a text that is completed', async () => {
  const row = await open({
    or: { kind: 'answer', text: TEXT, model: 'as-told', cutAfter: 3 },
    oa: textAnswer('four five six'),
  })
  const stream = await row.openai.completions.create(
    { model: 'or:m', prompt: 'Count.', stream: true },
    { headers: { 'x-fallback': 'oa:other' } },
  )
  const names: string[] = []
  let text = ''
  for await (const { id, created, model, choices } of stream) {
    names.push(`${id} ${created} ${model}`)
    text += choices[0]?.text ?? ''
  }
  expect([text, names.length > 3, new Set(names).size]).toEqual([TEXT, true, 1])
})

test('chunks of Gemini that another goes on with bear the id and the model of the first', async () => {
  const row = await open({
    gg: { kind: 'answer', text: TEXT, model: 'gemini-as-told', cutAfter: 3 },
    oa: textAnswer('four five six'),
  })
  const httpOptions = { baseUrl: row.url, headers: { 'x-fallback': 'oa:other' } }
  const google = new GoogleGenAI({ apiKey: 'client-key', httpOptions })
  const stream = await google.models.generateContentStream({ model: 'gg:m', contents: 'Count.' })
  const names: string[] = []
  let text = ''
  for await (const { responseId, modelVersion, text: said } of stream) {
    names.push(`${responseId} ${modelVersion}`)
    text += said ?? ''
  }
  expect([text, names.length > 3, new Set(names).size]).toEqual([TEXT, true, 1])
  expect(names[0]).toContain('gemini-as-told')
})

test('so do they in a list', async () => {
  const row = await open({
    gg: { kind: 'answer', text: TEXT, model: 'gemini-as-told', cutAfter: 3 },
    oa: textAnswer('four five six'),
  })
  const { text } = await row.post(pathFor('gg:m', 'list'), saying('Count.'), { 'x-fallback': 'oa:other' })
  const items: { responseId: string; modelVersion: string }[] = JSON.parse(text)
  const names = items.map(({ responseId, modelVersion }) => `${responseId} ${modelVersion}`)
  expect([names.length > 3, new Set(names).size]).toEqual([true, 1])
})

test('lines of Ollama that another goes on with bear the model of the first', async () => {
  const row = await open({
    ol: { kind: 'answer', text: TEXT, model: 'llama-as-told', cutAfter: 3 },
    oa: textAnswer('four five six'),
  })
  const client = new Ollama({ host: row.url, headers: { 'x-fallback': 'oa:other' } })
  const messages = [{ role: 'user', content: 'Count.' }]
  const models: string[] = []
  let text = ''
  for await (const { model, message } of await client.chat({ model: 'ol:m', messages, stream: true })) {
    models.push(model)
    text += message.content
  }
  expect([text, models.length > 3, new Set(models)]).toEqual([TEXT, true, new Set(['llama-as-told'])])
})

test("a sign of life among Ollama's own lines names their model", async () => {
  const clock = new VirtualClock()
  const row = await open(
    { ol: { kind: 'answer', text: TEXT, model: 'llama-as-told', stallAfter: 2 } },
    { clock, server: { keepAliveMs: 1000 }, config: { timeouts: { ...CLOCKS, idleMs: 5000 } } },
  )
  const messages = [{ role: 'user', content: 'Count.' }]
  const { body } = await fetch(`${row.url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({ model: 'ol:m', messages }),
  })
  let text = ''
  for await (const piece of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const before = text.includes('two ')
    text += piece
    if (!before && text.includes('two ')) [1, 2, 3, 4, 5].forEach(() => clock.advance(1000))
  }
  const models = jsonLines(text).flatMap(({ model }) => (model === undefined ? [] : [model]))
  expect([models.length > 3, new Set(models)]).toEqual([true, new Set(['llama-as-told'])])
})

test('what the provider said of the response, of its item and of its part stays when another goes on', async () => {
  const seen = { object: 'response', created_at: 17, model: 'as-told', store: true, metadata: { a: 'b' } }
  const item = { type: 'message', id: 'msg_1', role: 'assistant', phase: 'final_answer' }
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 }
  const cited = { type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 0, end_index: 3 }
  const weighed = { token: 'one two three', logprob: -0.5, bytes: [111], top_logprobs: [] }
  const part = { type: 'output_text', text: '', annotations: [], logprobs: [] }
  const begun = { id: 'resp_1', ...seen, status: 'in_progress', output: [], usage: null }
  const events = [
    { type: 'response.created', response: begun },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...item, status: 'in_progress', content: [] },
    },
    { type: 'response.content_part.added', ...at, part },
    { type: 'response.output_text.delta', ...at, delta: 'one two three', logprobs: [weighed] },
    { type: 'response.output_text.annotation.added', ...at, annotation_index: 0, annotation: cited },
  ].map((event, index) => ({ ...event, sequence_number: index }))
  const row = await open({
    rs: {
      kind: 'raw',
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      chunks: events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
      gapMs: 20,
    },
    oa: textAnswer(' four five six'),
  })
  const done: unknown[] = []
  const stream = row.openai.responses.stream(
    { model: 'rs:m', input: 'Count.' },
    { headers: { 'x-fallback': 'oa:other' } },
  )
  for await (const event of stream) if (event.type === 'response.output_item.done') done.push(event.item)
  const text = 'one two three four five six'
  const whole = {
    ...part,
    text,
    annotations: [cited],
    logprobs: [expect.objectContaining({ logprob: -0.5 })],
  }
  const message = { ...item, status: 'completed', content: [expect.objectContaining(whole)] }
  expect(done).toEqual([expect.objectContaining(message)])
  const response = await stream.finalResponse()
  expect(response).toMatchObject({ id: 'resp_1', ...seen, status: 'completed' })
  expect(response.output).toEqual([expect.objectContaining(message)])
})

test.each([{}, { 'x-fallback': 'oa:other' }])(
  'comments of the provider, at the beginning and before the break, begin nothing anew',
  async (headers) => {
    const events = [
      { type: 'response.created', response: { id: 'resp_1', object: 'response', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'msg_1' } },
      { type: 'response.content_part.added', part: { type: 'output_text', text: '' } },
      { type: 'response.output_text.delta', item_id: 'msg_1', delta: 'one two three' },
    ].map((event, index) => ({ ...event, sequence_number: index }))
    const frames = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    const row = await open({
      rs: {
        kind: 'raw',
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        chunks: [': wait\n\n', ...frames, ': still here\n\n'],
        gapMs: 20,
      },
      oa: textAnswer(' four five six'),
    })
    const { text } = await row.post(
      '/v1/responses',
      { model: 'rs:m', input: 'Count.', stream: true },
      headers,
    )
    expect(text).toContain(': still here')
    const numbers = [...text.matchAll(/"sequence_number":(\d+)/g)].map(([, number]) => Number(number))
    expect(numbers.length).toBeGreaterThan(events.length)
    expect(numbers).toEqual(counted(numbers))
    const ids = [...text.matchAll(/"response":{"id":"([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids)).toEqual(new Set(['resp_1']))
  },
)
