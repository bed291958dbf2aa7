/** Exchanges of our own with log probabilities, one stream in each language that has them besides chat completions. */

import type { Own } from './own.ts'

const TOKENS = ['Grü', 'ße', '!'] as const
const NUMBERS = [-0.25, -1.5, 0]
const TEXT = TOKENS.join('')

const sse = (...frames: object[]) => frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('')

/** As both of OpenAI's languages and Ollama have it. */
const weighed = (token: string, at: number) => ({
  token,
  logprob: NUMBERS[at],
  bytes: [...Buffer.from(token)],
  top_logprobs: [
    { token, logprob: NUMBERS[at], bytes: [...Buffer.from(token)] },
    { token: ' 7', logprob: -9.5, bytes: [32, 55] },
  ],
})
const ALL = TOKENS.map(weighed)

const PART = { item_id: 'msg_own', output_index: 0, content_index: 0 }
const said = (text: string, logprobs: readonly object[]) => ({
  type: 'output_text',
  text,
  annotations: [],
  logprobs,
})
const item = (status: string, content: readonly object[]) => ({
  type: 'message',
  id: 'msg_own',
  role: 'assistant',
  status,
  content,
})
const response = (status: string, output: readonly object[]) => ({
  id: 'resp_own',
  object: 'response',
  created_at: 1_700_000_000,
  model: 'own-responses',
  status,
  output,
})

const chosen = (token: string, at: number) => ({ token, tokenId: at + 7, logProbability: NUMBERS[at] })
const candidate = (token: string, at: number) => ({
  content: { role: 'model', parts: [{ text: token }] },
  index: 0,
  logprobsResult: {
    chosenCandidates: [chosen(token, at)],
    topCandidates: [{ candidates: [chosen(token, at), { token: ' 7', tokenId: 3, logProbability: -9.5 }] }],
  },
  ...(at === TOKENS.length - 1 ? { finishReason: 'STOP' } : {}),
})

const LINE = { model: 'own-lines', created_at: '2026-01-02T03:04:05.678901234Z' }

export const WEIGHED: readonly Own[] = [
  {
    id: 'responses-weighed',
    dialect: 'openai-responses',
    format: 'sse',
    body: sse(
      ...[
        { type: 'response.created', response: response('in_progress', []) },
        { type: 'response.output_item.added', output_index: 0, item: item('in_progress', []) },
        { type: 'response.content_part.added', ...PART, part: said('', []) },
        ...TOKENS.map((delta, at) => ({
          type: 'response.output_text.delta',
          ...PART,
          delta,
          logprobs: [weighed(delta, at)],
        })),
        { type: 'response.output_text.done', ...PART, text: TEXT, logprobs: ALL },
        { type: 'response.content_part.done', ...PART, part: said(TEXT, ALL) },
        { type: 'response.output_item.done', output_index: 0, item: item('completed', [said(TEXT, ALL)]) },
        {
          type: 'response.completed',
          response: response('completed', [item('completed', [said(TEXT, ALL)])]),
        },
      ].map((event, at) => ({ ...event, sequence_number: at })),
    ),
  },
  {
    id: 'gemini-weighed',
    dialect: 'gemini',
    format: 'sse',
    body: sse(
      ...TOKENS.map((token, at) => ({ candidates: [candidate(token, at)], modelVersion: 'own-gemini' })),
    ),
  },
  {
    id: 'lines-weighed',
    dialect: 'ollama',
    format: 'ndjson',
    body: [
      ...TOKENS.map((content, at) => ({
        ...LINE,
        message: { role: 'assistant', content },
        logprobs: [weighed(content, at)],
        done: false,
      })),
      { ...LINE, message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  },
]
