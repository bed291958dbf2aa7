/** Documents and search results that the model is to cite: said by Anthropic and by Bedrock, and by nobody else. */

import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#core'
import { anthropic } from './anthropic/index.ts'
import { bedrock } from './bedrock/index.ts'
import { gemini } from './gemini/index.ts'
import { ollama } from './ollama/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiResponses } from './openai-responses/index.ts'

const notes: string[] = []
const CONTEXT = {
  model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  provider: 'other',
  traits: {},
  note: ({ field }: { field: string }) => void notes.push(field),
}
const CITED = { enabled: true }
const PDF = 'JVBERi0xLjQK'

const DOCUMENT = {
  type: 'document',
  source: { type: 'base64', media_type: 'application/pdf', data: PDF },
  title: 'Report',
  context: 'Of last year.',
  citations: CITED,
}
const FOUND = {
  type: 'search_result',
  source: 'https://a.example/x',
  title: 'X',
  content: [{ type: 'text', text: 'One.' }],
  citations: CITED,
}
const BLOCKS = {
  document: {
    format: 'pdf',
    name: 'Report',
    source: { bytes: PDF },
    context: 'Of last year.',
    citations: CITED,
  },
  searchResult: { source: 'https://a.example/x', title: 'X', content: [{ text: 'One.' }], citations: CITED },
}

const message = (content: readonly JsonObject[]): JsonObject => ({
  model: 'm',
  max_tokens: 99,
  messages: [{ role: 'user', content }],
})
const fromAnthropic = (...content: JsonObject[]) => anthropic.chat.decodeRequest(message(content), 'chat')
const fromBedrock = (...content: JsonObject[]) =>
  bedrock.chat.decodeRequest({ messages: [{ role: 'user', content }] }, 'chat')

describe('pitfall 222 what is to be cited', () => {
  test('pitfall 222 is to be cited on Bedrock when an Anthropic client says so', () => {
    const body = bedrock.chat.encodeRequest(fromAnthropic(DOCUMENT, FOUND), CONTEXT)
    expect(body['messages']).toEqual([
      { role: 'user', content: [{ document: BLOCKS.document }, { searchResult: BLOCKS.searchResult }] },
    ])
  })

  test('pitfall 222 is to be cited by Anthropic when a Bedrock client says so', () => {
    const { document, searchResult } = BLOCKS
    const body = anthropic.chat.encodeRequest(fromBedrock({ document }, { searchResult }), CONTEXT)
    expect(body['messages']).toEqual([{ role: 'user', content: [DOCUMENT, FOUND] }])
  })

  test('pitfall 222 also as the result of a call', () => {
    const call = { type: 'tool_use', id: 't', name: 'find', input: {} }
    const result = { type: 'tool_result', tool_use_id: 't', content: [FOUND] }
    const wire = {
      ...message([]),
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: [call] },
        { role: 'user', content: [result] },
      ],
    }
    const body = bedrock.chat.encodeRequest(anthropic.chat.decodeRequest(wire, 'chat'), CONTEXT)
    expect(JSON.stringify(body)).toContain(JSON.stringify({ searchResult: BLOCKS.searchResult }))
  })

  test('pitfall 222 stays as it came in its own language', () => {
    expect(anthropic.chat.encodeRequest(fromAnthropic(DOCUMENT, FOUND), CONTEXT)['messages']).toEqual([
      { role: 'user', content: [DOCUMENT, FOUND] },
    ])
    const { document, searchResult } = BLOCKS
    expect(
      bedrock.chat.encodeRequest(fromBedrock({ document }, { searchResult }), CONTEXT)['messages'],
    ).toEqual([{ role: 'user', content: [{ document }, { searchResult }] }])
  })

  test('pitfall 222 is not asked of models behind Bedrock that cannot cite', () => {
    notes.length = 0
    const context = { ...CONTEXT, model: 'meta.llama3-70b-instruct-v1:0' }
    const text = JSON.stringify(bedrock.chat.encodeRequest(fromAnthropic(DOCUMENT, FOUND), context))
    expect(text).not.toMatch(/citations|searchResult/)
    expect(notes).toContain('citations')
  })

  test.each([openaiChat, openaiResponses, gemini, ollama])(
    'pitfall 222 is told as lost in $name',
    (other) => {
      notes.length = 0
      other.chat.encodeRequest(fromAnthropic(DOCUMENT), CONTEXT)
      expect(notes).toContain('citations')
      expect(notes).toContain('context')
      notes.length = 0
      other.chat.encodeRequest(
        fromAnthropic({ ...DOCUMENT, context: null, citations: { enabled: false } }),
        CONTEXT,
      )
      expect(notes.filter((field) => /citations|context/.test(field))).toEqual([])
    },
  )
})
