/** A search that the provider runs, asked for and answered over real HTTP in languages that differ (pitfalls 211, 214, 217 and 221). */

import { describe, expect, test } from 'vitest'
import { jsonAnswer, rows, textAnswer } from './row.ts'

const open = rows()
const QUESTION = [{ role: 'user' as const, content: 'Who won?' }]
const SEARCH = { type: 'web_search_20250305' as const, name: 'web_search' as const }
const ASK = { model: 'm', max_tokens: 99, messages: QUESTION, tools: [SEARCH] }

const PAGE = { url: 'https://e.com/a', title: 'A' }

/** What an Anthropic client is told of one page. */
const CITED = [
  { type: 'text', text: 'They won.', citations: [{ type: 'web_search_result_location', ...PAGE }] },
]

const GROUNDED = jsonAnswer({
  candidates: [
    {
      content: { role: 'model', parts: [{ text: 'They won.' }] },
      finishReason: 'STOP',
      groundingMetadata: {
        webSearchQueries: ['who won'],
        groundingChunks: [{ web: { uri: PAGE.url, title: PAGE.title } }],
        groundingSupports: [
          { segment: { startIndex: 0, endIndex: 9, text: 'They won.' }, groundingChunkIndices: [0] },
        ],
      },
    },
  ],
})

const SEARCHED = jsonAnswer({
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'm',
  output: [
    {
      type: 'web_search_call',
      id: 'ws_1',
      status: 'completed',
      action: { type: 'search', query: 'who won' },
    },
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [
        {
          type: 'output_text',
          text: 'They won.',
          annotations: [{ type: 'url_citation', ...PAGE, start_index: 0, end_index: 9 }],
        },
      ],
    },
  ],
  usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
})

const CLAUDE = jsonAnswer({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [
    { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'who won' } },
    {
      type: 'web_search_tool_result',
      tool_use_id: 'srvtoolu_1',
      content: [{ type: 'web_search_result', ...PAGE, encrypted_content: 'x', page_age: null }],
    },
    {
      type: 'text',
      text: 'They won.',
      citations: [
        { type: 'web_search_result_location', ...PAGE, cited_text: 'They won', encrypted_index: 'y' },
      ],
    },
  ],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
})

describe('a client of Anthropic’s', () => {
  test('pitfall 221 has Google search, and is told the pages', async () => {
    const row = await open({ gg: GROUNDED })
    const { content, stop_reason } = await row.anthropic.messages.create(ASK)
    expect(row.sent('gg')['tools']).toEqual([{ googleSearch: {} }])
    expect(content).toMatchObject(CITED)
    expect(stop_reason).toBe('end_turn')
  })

  test('pitfall 214 pitfall 221 has OpenAI search, and meets no call that it should run itself', async () => {
    const row = await open({ rs: SEARCHED })
    const { content, stop_reason } = await row.anthropic.messages.create(ASK)
    expect(row.sent('rs')['tools']).toEqual([{ type: 'web_search' }])
    expect(content).toMatchObject(CITED)
    expect(stop_reason).toBe('end_turn')
  })

  test('pitfall 211 pitfall 221 is told with 400 where nobody could search', async () => {
    const row = await open({ ol: textAnswer() })
    const { status, json } = await row.post('/v1/messages', ASK)
    expect(status).toBe(400)
    expect(json).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.stringContaining('tools.web_search') },
    })
    expect(row.calls('ol')).toEqual([])
  })

  test('pitfall 211 is served by the next target that can search', async () => {
    const row = await open({ ol: textAnswer(), an: CLAUDE })
    const { status, headers } = await row.post('/v1/messages', ASK, { 'x-fallback': 'an:claude-haiku-4-5' })
    expect(status).toBe(200)
    expect(headers.get('x-provider')).toBe('an')
    expect(row.calls('ol')).toEqual([])
  })
})

test('pitfall 217 pages that another provider has cited do not go to Anthropic, which could not read them', async () => {
  const row = await open({ rs: SEARCHED, an: CLAUDE })
  const { content } = await row.anthropic.messages.create(ASK)
  expect(content).toMatchObject(CITED)
  const messages = [...QUESTION, { role: 'assistant' as const, content }, ...QUESTION]
  const again = await row.anthropic.messages.create({ ...ASK, model: 'an:m', messages })
  expect(again.content.at(-1)).toMatchObject(CITED[0] ?? {})
  expect(JSON.stringify(row.sent('an'))).toContain('They won.')
  expect(JSON.stringify(row.sent('an'))).not.toContain('encrypted_index')
})

test('pitfall 217 what Anthropic has cited goes back to it as it came', async () => {
  const row = await open({ an: CLAUDE })
  const { content } = await row.anthropic.messages.create(ASK)
  const messages = [...QUESTION, { role: 'assistant' as const, content: content as never }, ...QUESTION]
  await row.anthropic.messages.create({ ...ASK, messages })
  expect(row.sent('an')['messages']).toEqual(messages)
})

test('pitfall 214 pitfall 217 pitfall 221 a client of chat completions has Anthropic search, and reads an answer with its pages', async () => {
  const row = await open({ an: CLAUDE })
  const answer = await row.openai.chat.completions.create({
    model: 'm',
    messages: QUESTION,
    web_search_options: {},
  })
  expect(row.sent('an')['tools']).toEqual([SEARCH])
  const [choice] = answer.choices
  expect(choice).toMatchObject({
    finish_reason: 'stop',
    message: { content: 'They won.', annotations: [{ type: 'url_citation', url_citation: PAGE }] },
  })
  expect(choice?.message.tool_calls).toBeUndefined()
})

test('pitfall 211 an agent that offers a search beside its functions is answered without one, and a note tells it', async () => {
  const row = await open({ ol: textAnswer() })
  const { status, headers } = await row.post('/v1/responses', {
    model: 'm',
    input: 'Hi',
    tools: [{ type: 'function', name: 'f', parameters: null, strict: false }, { type: 'web_search' }],
  })
  expect(status).toBe(200)
  expect(headers.get('x-sluice-notes')).toContain('tools.web_search')
})
