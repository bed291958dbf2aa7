/** Citations that a client sends back with the conversation, and those of answers, between the languages of OpenAI and all others. */

import { describe, expect, test } from 'vitest'
import {
  type ChatRequest,
  type ChatResponse,
  fold,
  type JsonObject,
  type JsonValue,
  type Note,
  unfold,
} from '#core'
import { anthropic } from './anthropic/index.ts'
import { bedrock } from './bedrock/index.ts'
import type { AnswerContext, Dialect } from './dialect.ts'
import { gemini } from './gemini/index.ts'
import { ollama } from './ollama/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiResponses } from './openai-responses/index.ts'

const ASKED = { role: 'user', content: 'Is it?' }
const PAGE = { url: 'https://e.com/a', title: 'A', start_index: 0, end_index: 2 }
const IN_CHAT = { type: 'url_citation', url_citation: PAGE }
const IN_RESPONSES = { type: 'url_citation', ...PAGE }
const FILE = { type: 'file_citation', file_id: 'file_1', filename: 'f.txt', index: 3 }

const chat = (content: JsonValue, ...annotations: JsonObject[]): ChatRequest =>
  openaiChat.chat.decodeRequest(
    { model: 'm', messages: [ASKED, { role: 'assistant', content, annotations }, ASKED] },
    'chat',
  )

function responses(...annotations: JsonObject[]): ChatRequest {
  const content = [{ type: 'output_text', text: 'So.', annotations }]
  const said = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }
  return openaiResponses.chat.decodeRequest({ model: 'm', input: [ASKED, said, ASKED] })
}

function sent(request: ChatRequest, to: Dialect): { body: JsonObject; notes: Note[] } {
  const notes: Note[] = []
  const context = { model: 'm', provider: 'p', traits: {}, note: (note: Note) => void notes.push(note) }
  return { body: to.chat.encodeRequest(request, context), notes }
}

describe('pitfall 216 citations in the history', () => {
  const elsewhere = [anthropic, gemini, bedrock, ollama]

  test.each([
    ...[openaiResponses, ...elsewhere].map((to) => ['openai-chat', to.name, chat('So.', FILE), to] as const),
    ...elsewhere.map((to) => ['openai-chat', to.name, chat('So.', IN_CHAT), to] as const),
    ...[openaiChat, ...elsewhere].map(
      (to) => ['openai-responses', to.name, responses(IN_RESPONSES), to] as const,
    ),
  ])('pitfall 216 of %s are told where %s has no place for them', (_, __, request, to) => {
    const { body, notes } = sent(request, to)
    expect(JSON.stringify(body)).toContain('So.')
    expect(JSON.stringify(body)).not.toContain('e.com')
    expect(notes.filter(({ field }) => field.includes('citations'))).toMatchObject([{ kind: 'dropped' }])
  })

  test('pitfall 216 of pages go from chat completions to Responses, placed in the text they stand in', () => {
    const { body, notes } = sent(chat('So.', IN_CHAT), openaiResponses)
    expect(body['input']).toMatchObject([
      {},
      { content: [{ type: 'output_text', text: 'So.', annotations: [IN_RESPONSES] }] },
      {},
    ])
    const later = { type: 'url_citation', url_citation: { ...PAGE, start_index: 4, end_index: 6 } }
    const two = [
      { type: 'text', text: 'Yes.' },
      { type: 'text', text: 'So.' },
    ]
    expect(sent(chat(two, IN_CHAT, later), openaiResponses).body['input']).toMatchObject([
      {},
      { content: [{ annotations: [IN_RESPONSES] }, { annotations: [IN_RESPONSES] }] },
      {},
    ])
    expect(notes).toEqual([])
  })

  test('pitfall 216 go back to their own language as they came, and nothing is told', () => {
    const own = sent(chat('So.', IN_CHAT, FILE), openaiChat)
    expect(own.body['messages']).toMatchObject([{}, { annotations: [IN_CHAT, FILE] }, {}])
    expect(own.notes).toEqual([])
    const kept = sent(responses(IN_RESPONSES, FILE), openaiResponses)
    expect(kept.body['input']).toMatchObject([{}, { content: [{ annotations: [IN_RESPONSES, FILE] }] }, {}])
    expect(kept.notes).toEqual([])
  })

  test('an empty list of them is none', () => {
    expect(sent(chat('So.'), anthropic).notes).toEqual([])
    expect(sent(responses(), anthropic).notes).toEqual([])
  })
})

const completion = (message: JsonObject) => ({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message } }],
})
const response = (part: JsonObject) => ({
  id: 'r',
  object: 'response',
  status: 'completed',
  model: 'm',
  output: [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [part] }],
})

/** An answer to a client of the language, whole and streamed. */
function told(from: Dialect, to: Dialect, wire: JsonObject): { each: string[]; notes: Note[] } {
  const events = from.chat.decodeResponse(wire, { provider: 'p', exchangeId: 'x' })
  return answered(to, fold(events))
}

function answered(to: Dialect, answer: ChatResponse): { each: string[]; notes: Note[] } {
  const notes: Note[] = []
  const context: AnswerContext = {
    exchangeId: 'x',
    model: 'm',
    startedAt: 0,
    request: { model: 'm', messages: [], stream: true },
    elapsedMs: () => 0,
    note: (note) => void notes.push(note),
  }
  const whole = JSON.stringify(to.chat.encodeResponse(answer, context))
  const encoder = to.chat.streamEncoder(context)
  const streamed = unfold(answer).map((event) => encoder.push(event))
  return { each: [whole, streamed.join('')], notes }
}

describe('pitfall 217 citations of answers, whole and streamed', () => {
  test('pitfall 217 go from one language of OpenAI to the other', () => {
    const fromChat = told(openaiChat, openaiResponses, completion({ content: 'So.', annotations: [IN_CHAT] }))
    for (const each of fromChat.each) expect(each).toContain(JSON.stringify(IN_RESPONSES))
    const part = { type: 'output_text', text: 'So.', annotations: [IN_RESPONSES] }
    const fromResponses = told(openaiResponses, openaiChat, response(part))
    for (const each of fromResponses.each) expect(each).toContain(JSON.stringify(IN_CHAT))
    expect([...fromChat.notes, ...fromResponses.notes]).toEqual([])
  })

  test('pitfall 217 of kinds that only one of them has are told as lost to the other, and kept in their own', () => {
    const parsed = { type: 'file', file: { hash: 'h', name: 'f.pdf', content: [] } }
    const read = completion({ content: 'So.', annotations: [parsed] })
    const elsewhere = told(openaiChat, openaiResponses, read)
    // Whole and streamed.
    expect(elsewhere.notes).toMatchObject([{ field: 'citations' }, { field: 'citations' }])
    const own = told(openaiChat, openaiChat, read)
    for (const each of own.each) expect(each).toContain(JSON.stringify(parsed))
    const held = response({ type: 'output_text', text: 'So.', annotations: [FILE] })
    expect(told(openaiResponses, openaiChat, held).notes).toMatchObject([
      { field: 'citations' },
      { field: 'citations' },
    ])
  })

  test.each([
    ['openai-chat', openaiChat],
    ['openai-responses', openaiResponses],
  ] as const)('in a refusal have no place in %s, and are told', (_, to) => {
    const refusal = { type: 'text', text: 'No.', refusal: true, citations: [{ url: PAGE.url }] } as const
    const answer = { start: {}, parts: [refusal], finish: { reason: 'refusal' } } as const
    const { each, notes } = answered(to, answer)
    for (const said of each) expect(said).not.toContain(PAGE.url)
    expect(notes).toMatchObject([{ field: 'citations' }, { field: 'citations' }])
  })
})
