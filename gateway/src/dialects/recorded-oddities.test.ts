/** What recorded traffic taught: small things that were lost between two languages, each shown on an answer of our own. */

import { describe, expect, test } from 'vitest'
import { type ChatResponse, fold, type Note } from '#core'
import { anthropic } from './anthropic/index.ts'
import { bedrock } from './bedrock/index.ts'
import type { AnswerContext, Dialect } from './dialect.ts'
import { gemini } from './gemini/index.ts'
import { raiseFromOpenApi } from './json-schema/index.ts'
import { ollama } from './ollama/index.ts'

const FROM = { provider: 'p', exchangeId: 'x1' }

function told(dialect: Dialect, response: Partial<ChatResponse>): { body: object; notes: Note[] } {
  const notes: Note[] = []
  const context: AnswerContext = {
    exchangeId: 'x1',
    model: 'm',
    startedAt: 0,
    request: { model: 'm', messages: [], stream: false },
    elapsedMs: () => 5,
    note: (note) => void notes.push(note),
  }
  const whole = { start: {}, parts: [], finish: { reason: 'stop' as const }, ...response }
  return { body: dialect.chat.encodeResponse(whole, context), notes }
}

function citing(dialect: Dialect, citation: object): { body: object; notes: Note[] } {
  return told(dialect, { parts: [{ type: 'text', text: 'So.', citations: [citation] }] })
}

test('Converse says in a note that it has no counter for thinking', () => {
  const { notes } = told(bedrock, { usage: { inputTokens: 3, outputTokens: 9, reasoningTokens: 5 } })
  expect(notes).toMatchObject([{ kind: 'dropped', field: 'usage' }])
  expect(told(bedrock, { usage: { inputTokens: 3, outputTokens: 9 } }).notes).toEqual([])
})

test('Gemini says in a note that it has no counter for what a cache took', () => {
  const { notes } = told(gemini, { usage: { inputTokens: 30, outputTokens: 9, cacheWriteTokens: 5 } })
  expect(notes).toMatchObject([{ kind: 'dropped', field: 'usage' }])
  expect(told(gemini, { usage: { inputTokens: 30, outputTokens: 9, cacheReadTokens: 5 } }).notes).toEqual([])
})

describe.each([
  ['anthropic', anthropic, { quote: 'words' }],
  ['bedrock', bedrock, {}],
  ['gemini', gemini, {}],
] as const)('%s', (_, dialect, unsayable) => {
  test('a citation that cannot be said is told as lost, one with an address is not', () => {
    expect(citing(dialect, unsayable).notes).toMatchObject([{ kind: 'dropped', field: 'citations' }])
    const kept = citing(dialect, { url: 'https://a.example/' })
    expect(kept.notes).toEqual([])
    expect(JSON.stringify(kept.body)).toContain('https://a.example/')
  })
})

test('a text that only cites reaches Anthropic’s clients', () => {
  const { body } = told(anthropic, {
    parts: [
      { type: 'text', text: 'So it is.' },
      { type: 'text', text: '', citations: [{ url: 'https://a.example/' }] },
    ],
  })
  expect(JSON.stringify(body)).toContain('https://a.example/')
})

test('a source of Gemini’s that has neither address nor title is known by its words', () => {
  const grounding = {
    groundingChunks: [{ retrievedContext: { text: 'Paris is the capital.' } }],
    groundingSupports: [{ segment: { endIndex: 5, text: 'Paris' }, groundingChunkIndices: [0] }],
  }
  const candidate = {
    content: { parts: [{ text: 'Paris.' }] },
    finishReason: 'STOP',
    groundingMetadata: grounding,
  }
  const answer = fold(gemini.chat.decodeResponse({ candidates: [candidate] }, FROM))
  expect(answer.parts).toMatchObject([{ text: 'Paris.', citations: [{ quote: 'Paris is the capital.' }] }])
})

test('pitfall 20 a path may write its names in double quotes', () => {
  const piece = { jsonPath: '$["for all"].a', stringValue: 'x' }
  const functionCall = { name: 'f', partialArgs: [piece] }
  const candidate = { content: { parts: [{ functionCall }] }, finishReason: 'STOP' }
  const answer = fold(gemini.chat.decodeResponse({ candidates: [candidate] }, FROM))
  expect(answer.parts).toMatchObject([{ arguments: '{"for all":{"a":"x"}}' }])
})

test('types that are numbers in a schema of Gemini’s are named', () => {
  const schema = { type: 6, properties: { city: { type: 1 }, all: { type: 5, items: { type: 3 } } } }
  expect(raiseFromOpenApi(schema)).toEqual({
    type: 'object',
    properties: { city: { type: 'string' }, all: { type: 'array', items: { type: 'integer' } } },
  })
})

test('an empty schema of parameters goes to Ollama as one without properties', () => {
  const request = {
    model: 'm',
    stream: false,
    messages: [],
    tools: [{ type: 'function' as const, name: 'f', parameters: {} }],
  }
  const context = { model: 'm', provider: 'p', traits: {}, note: () => undefined }
  expect(ollama.chat.encodeRequest(request, context)).toMatchObject({
    tools: [{ function: { name: 'f', parameters: { type: 'object', properties: {} } } }],
  })
})
