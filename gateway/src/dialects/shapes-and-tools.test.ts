/** A wished shape of the answer beside tools of the caller's, and documents with citations: what reaches each language. */

import { describe, expect, test } from 'vitest'
import type { ChatRequest, JsonObject } from '#core'
import { anthropic } from './anthropic/index.ts'
import { bedrock } from './bedrock/index.ts'
import type { Dialect } from './dialect.ts'
import { gemini } from './gemini/index.ts'
import { ollama } from './ollama/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiResponses } from './openai-responses/index.ts'

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const REQUEST: ChatRequest = {
  model: 'm',
  stream: false,
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Where?' }] }],
  tools: [{ type: 'function', name: 'look', parameters: SCHEMA }],
  responseFormat: { type: 'json-schema', name: 'place', schema: SCHEMA },
}
const context = { model: 'm', provider: 'p', traits: {}, note: () => undefined }

/** The names of tools in a body, and what it says of the choice among them. */
const TOOLS: readonly (readonly [Dialect, (body: JsonObject) => unknown])[] = [
  [openaiChat, ({ tools, tool_choice }) => [tools, tool_choice]],
  [openaiResponses, ({ tools, tool_choice }) => [tools, tool_choice]],
  [anthropic, ({ tools, tool_choice }) => [tools, tool_choice]],
  [gemini, ({ tools, toolConfig }) => [tools, toolConfig]],
  [bedrock, ({ toolConfig }) => [toolConfig, undefined]],
  [ollama, ({ tools, tool_choice }) => [tools, tool_choice]],
]

describe.each(TOOLS.map(([dialect, read]) => [dialect.name, dialect, read] as const))(
  '%s',
  (_, dialect, read) => {
    test('pitfall 146 pitfall 147 a wished shape adds no tool and forces no choice', () => {
      const wished = dialect.chat.encodeRequest(REQUEST, context)
      const { responseFormat: _wish, ...plain } = REQUEST
      expect(read(wished)).toEqual(read(dialect.chat.encodeRequest(plain, context)))
      expect(JSON.stringify(read(wished)).match(/"name":/g)).toHaveLength(1)
      // The wish itself is there: as the language's own field or in words.
      expect(JSON.stringify(wished).split('city').length).toBeGreaterThan(
        JSON.stringify(plain.tools).split('city').length,
      )
    })
  },
)

const document = (data: string, citations?: JsonObject) => ({
  type: 'document',
  source: { type: 'text', media_type: 'text/plain', data },
  title: 'T',
  context: 'C',
  ...(citations === undefined ? {} : { citations }),
})

test('pitfall 222 documents keep title, context and whether they may be cited, one as the other', () => {
  const found = {
    type: 'search_result',
    source: 'https://a.example/',
    title: 'A',
    content: [{ type: 'text', text: 'Found.' }],
    citations: { enabled: true },
  }
  const content = [
    document('One.', { enabled: true }),
    document('Two.'),
    found,
    { type: 'text', text: 'Which?' },
  ]
  const body = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content }] }
  const again = anthropic.chat.encodeRequest(anthropic.chat.decodeRequest(body, 'chat'), context)
  expect(again['messages']).toEqual(body.messages)
})
