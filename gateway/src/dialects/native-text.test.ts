/** What a provider's own tool found stays in the conversation when another provider goes on with it. */

import { expect, test } from 'vitest'
import type { JsonObject } from '#core'
import { anthropic } from './anthropic/index.ts'
import { bedrock } from './bedrock/index.ts'
import { gemini } from './gemini/index.ts'
import { ollama } from './ollama/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiResponses } from './openai-responses/index.ts'

const FOUND = {
  type: 'web_search_result',
  url: 'https://a.example/x',
  title: 'Tides',
  encrypted_content: 'zzz',
}
const SEARCHED: readonly JsonObject[] = [
  { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } },
  { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [FOUND] },
]
const WIRE = {
  model: 'm',
  max_tokens: 99,
  messages: [
    { role: 'user', content: 'Look it up.' },
    { role: 'assistant', content: [...SEARCHED, { type: 'text', text: 'Found.' }] },
    { role: 'user', content: 'And then?' },
  ],
}

test.each([openaiChat, openaiResponses, gemini, bedrock, ollama])(
  'pitfall 214 what was found is words for $name, and no call',
  ({ chat }) => {
    const notes: string[] = []
    const context = {
      model: 'm',
      provider: 'p',
      traits: {},
      note: ({ kind }: { kind: string }) => void notes.push(kind),
    }
    const sent = JSON.stringify(chat.encodeRequest(anthropic.chat.decodeRequest(WIRE, 'chat'), context))
    expect(sent).toContain('Tides https://a.example/x')
    expect(sent).toContain('Found.')
    expect(sent).not.toMatch(/zzz|srvtoolu/)
    expect(notes).toEqual(expect.arrayContaining(['changed', 'dropped']))
  },
)

test('pitfall 214 what another provider’s tool said is words for Anthropic', () => {
  const item = { type: 'message_like', content: [{ type: 'text', text: 'Tides at noon.' }] }
  const native = { type: 'native', dialect: 'openai-responses', value: item } as const
  const context = { model: 'm', provider: 'p', traits: {}, note: () => undefined }
  const messages = [
    { role: 'user', parts: [{ type: 'text', text: 'x' }] },
    { role: 'assistant', parts: [native] },
    { role: 'user', parts: [{ type: 'text', text: 'y' }] },
  ] as const
  const sent = anthropic.chat.encodeRequest({ model: 'm', messages, stream: false }, context)
  expect(JSON.stringify(sent)).toContain('Tides at noon.')
})

test.each<[string, JsonObject, string]>([
  [
    'bedrock',
    { guardContent: { text: { text: 'Is this allowed?', qualifiers: ['query'] } } },
    'Is this allowed?',
  ],
  ['gemini', { executableCode: { language: 'PYTHON', code: 'print(6*7)' } }, 'print(6*7)'],
  ['gemini', { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '42' } }, '42'],
])('a block of %s’s with words in it keeps them: %j', (dialect, block, words) => {
  const turn = { role: 'user', [dialect === 'gemini' ? 'parts' : 'content']: [block] }
  const request =
    dialect === 'gemini'
      ? gemini.chat.decodeRequest({ contents: [turn] }, 'chat', { model: 'm', stream: false })
      : bedrock.chat.decodeRequest({ messages: [turn] }, 'chat')
  const context = { model: 'm', provider: 'p', traits: {}, note: () => undefined }
  for (const { chat } of [openaiChat, openaiResponses, anthropic, ollama])
    expect(JSON.stringify(chat.encodeRequest(request, context))).toContain(words)
})
