/** A few exchanges written by us, so that the proof holds without the recordings: the simulator replays them just the same. */

import { mkdtemp, writeFile, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DialectUnderTest, RecordedExchange } from './exchange.ts'
import { bedrock, gemini, responses } from './own-others.ts'
import { WEIGHED } from './own-weighed.ts'

export interface Own {
  readonly id: string
  readonly dialect: DialectUnderTest
  readonly status?: number
  readonly format: 'json' | 'sse' | 'ndjson' | 'eventstream'
  readonly body: string
  readonly request?: object
}

const sse = (...frames: (object | string)[]) =>
  frames.map((frame) => `data: ${typeof frame === 'string' ? frame : JSON.stringify(frame)}\n\n`).join('')
const events = (...frames: { readonly type: string; readonly [key: string]: unknown }[]) =>
  frames.map((frame) => `event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`).join('')
const lines = (...frames: object[]) => frames.map((frame) => `${JSON.stringify(frame)}\n`).join('')

const HEAD = {
  id: 'chatcmpl-own',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'own-chat',
}
const chunk = (delta: object, finish_reason: string | null = null) => ({
  ...HEAD,
  choices: [{ index: 0, delta, finish_reason }],
})
const CHAT_USAGE = {
  prompt_tokens: 120,
  completion_tokens: 45,
  total_tokens: 165,
  prompt_tokens_details: { cached_tokens: 100 },
  completion_tokens_details: { reasoning_tokens: 20 },
}
const call = (id: string, name: string, args: string) => ({
  id,
  type: 'function',
  function: { name, arguments: args },
})

/** Letters of two, three and four bytes, a family of joined emoji, and a flag. */
export const UNICODE = 'Grüße, 世界 👩‍👩‍👧‍👦 🇳🇿 ok'
const UNITS = ['Grüße, 世', '界 👩‍👩‍', '👧‍👦 🇳', '🇿 ok']

const weighed = (piece: ReturnType<typeof chunk>, token: string) => ({
  ...piece,
  choices: piece.choices.map((choice) => ({
    ...choice,
    logprobs: { content: [{ token, logprob: -0.5, bytes: null, top_logprobs: [] }], refusal: null },
  })),
})
const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const CHAT_TOOLS = [
  { type: 'function', function: { name: 'weather', description: 'Tells it.', parameters: SCHEMA } },
]

const CHAT: readonly Own[] = [
  {
    id: 'chat-calls',
    dialect: 'openai-chat',
    format: 'json',
    request: {
      model: 'm',
      future_field: { keep: [1.0, 'ü'] },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Oslo and Bergen?' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [
            call('id_first', 'weather', '{"city":"Oslo"}'),
            call('id_second', 'weather', '{"city":"Bergen"}'),
          ],
        },
        { role: 'tool', tool_call_id: 'id_first', content: 'sun' },
        { role: 'tool', tool_call_id: 'id_second', content: 'rain' },
        { role: 'user', content: 'And now?' },
      ],
      tools: CHAT_TOOLS,
    },
    body: JSON.stringify({
      ...HEAD,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: null,
            reasoning_content: 'Two places, two calls.',
            tool_calls: [
              call('call_first', 'weather', '{"city":"Oslo","days":2}'),
              call('call_second', 'weather', '{"city":"Bergen","days":3}'),
            ],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage: CHAT_USAGE,
    }),
  },
  {
    id: 'chat-words',
    dialect: 'openai-chat',
    format: 'sse',
    body: sse(
      chunk({ role: 'assistant', content: '' }),
      ...UNITS.map((content) => chunk({ content })),
      chunk({}, 'length'),
      { ...HEAD, choices: [], usage: CHAT_USAGE },
      '[DONE]',
    ),
  },
  {
    id: 'chat-calls-mixed',
    dialect: 'openai-chat',
    format: 'sse',
    body: sse(
      chunk({ role: 'assistant', content: null }),
      chunk({ tool_calls: [{ index: 0, ...call('call_first', 'weather', '') }] }),
      chunk({ tool_calls: [{ index: 1, ...call('call_second', 'clock', '') }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
      chunk({ tool_calls: [{ index: 1, function: { arguments: '{"zone":"UTC"' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '"Oslo"}' } }] }),
      chunk({ tool_calls: [{ index: 1, function: { arguments: '}' } }] }),
      chunk({}, 'tool_calls'),
      { ...HEAD, choices: [], usage: CHAT_USAGE },
      '[DONE]',
    ),
  },
  {
    id: 'chat-weighed',
    dialect: 'openai-chat',
    format: 'sse',
    body: sse(
      weighed(chunk({ role: 'assistant', content: 'Ye' }), 'Ye'),
      weighed(chunk({ content: 's' }), 's'),
      chunk({}, 'stop'),
      '[DONE]',
    ),
  },
  {
    id: 'chat-limited',
    dialect: 'openai-chat',
    status: 429,
    format: 'json',
    body: JSON.stringify({
      error: { message: 'Too many words per minute.', type: 'rate_limit_error', code: null },
    }),
  },
]

const MESSAGE = { id: 'msg_own', type: 'message', role: 'assistant', model: 'own-messages' }
const MESSAGE_USAGE = {
  input_tokens: 12,
  cache_read_input_tokens: 80,
  cache_creation_input_tokens: 8,
  output_tokens: 1,
}
const toolUse = (id: string, name: string, input: object) => ({ type: 'tool_use', id, name, input })

const MESSAGES: readonly Own[] = [
  {
    id: 'messages-words',
    dialect: 'anthropic',
    format: 'json',
    request: {
      model: 'm',
      max_tokens: 100,
      system: 'Be brief.',
      future_field: { keep: [1.0, 'ü'] },
      messages: [
        { role: 'user', content: 'Oslo and Bergen?' },
        {
          role: 'assistant',
          content: [
            toolUse('id_first', 'weather', { city: 'Oslo' }),
            toolUse('id_second', 'weather', { city: 'Bergen' }),
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'id_first', content: 'sun' },
            { type: 'tool_result', tool_use_id: 'id_second', content: [{ type: 'text', text: 'rain' }] },
            { type: 'text', text: 'And now?' },
          ],
        },
      ],
      tools: [{ name: 'weather', description: 'Tells it.', input_schema: SCHEMA }],
    },
    body: JSON.stringify({
      ...MESSAGE,
      content: [{ type: 'text', text: UNICODE }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { ...MESSAGE_USAGE, output_tokens: 30 },
    }),
  },
  {
    id: 'messages-calls',
    dialect: 'anthropic',
    format: 'sse',
    body: events(
      {
        type: 'message_start',
        message: { ...MESSAGE, content: [], stop_reason: null, stop_sequence: null, usage: MESSAGE_USAGE },
      },
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: '', signature: '' },
      },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Two places.' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'c2lnbmVk' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      ...UNITS.map((text) => ({
        type: 'content_block_delta',
        index: 1,
        delta: { type: 'text_delta', text },
      })),
      { type: 'content_block_stop', index: 1 },
      { type: 'content_block_start', index: 2, content_block: toolUse('toolu_first', 'weather', {}) },
      {
        type: 'content_block_delta',
        index: 2,
        delta: { type: 'input_json_delta', partial_json: '{"city":"Os' },
      },
      { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: 'lo"}' } },
      { type: 'content_block_stop', index: 2 },
      { type: 'content_block_start', index: 3, content_block: toolUse('toolu_second', 'clock', {}) },
      { type: 'content_block_stop', index: 3 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'tool_use', stop_sequence: null },
        usage: { output_tokens: 60 },
      },
      { type: 'message_stop' },
    ),
  },
  {
    id: 'messages-refused',
    dialect: 'anthropic',
    format: 'json',
    body: JSON.stringify({
      ...MESSAGE,
      content: [],
      stop_reason: 'refusal',
      stop_sequence: null,
      stop_details: { type: 'refusal', category: 'other', explanation: 'Not for this house.' },
      usage: MESSAGE_USAGE,
    }),
  },
  {
    id: 'messages-unknown',
    dialect: 'anthropic',
    status: 404,
    format: 'json',
    body: JSON.stringify({ type: 'error', error: { type: 'not_found_error', message: 'model: nowhere' } }),
  },
]

const LINE = { model: 'own-lines', created_at: '2026-01-02T03:04:05.678901234Z' }
const COUNTS = {
  total_duration: 9,
  load_duration: 1,
  prompt_eval_count: 33,
  prompt_eval_duration: 3,
  eval_count: 17,
  eval_duration: 5,
}
const said = (message: object) => ({
  ...LINE,
  message: { role: 'assistant', content: '', ...message },
  done: false,
})

const LINES: readonly Own[] = [
  {
    id: 'lines-words',
    dialect: 'ollama',
    format: 'json',
    request: {
      model: 'm',
      stream: false,
      future_field: { keep: [1.0, 'ü'] },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Oslo and Bergen?' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [
            { id: 'id_first', function: { name: 'weather', arguments: { city: 'Oslo' } } },
            { id: 'id_second', function: { name: 'weather', arguments: { city: 'Bergen' } } },
          ],
        },
        { role: 'tool', tool_name: 'weather', tool_call_id: 'id_first', content: 'sun' },
        { role: 'tool', tool_name: 'weather', tool_call_id: 'id_second', content: 'rain' },
        { role: 'user', content: 'And now?' },
      ],
      tools: CHAT_TOOLS,
    },
    body: JSON.stringify({ ...said({ content: UNICODE }), done: true, done_reason: 'stop', ...COUNTS }),
  },
  {
    id: 'lines-calls',
    dialect: 'ollama',
    format: 'ndjson',
    body: lines(
      said({ thinking: 'Two ' }),
      said({ thinking: 'places.' }),
      ...UNITS.map((content) => said({ content })),
      said({ tool_calls: [{ function: { name: 'weather', arguments: { city: 'Oslo' } } }] }),
      said({ tool_calls: [{ function: { name: 'weather', arguments: { city: 'Bergen' } } }] }),
      { ...said({}), done: true, done_reason: 'stop', ...COUNTS },
    ),
  },
  {
    id: 'lines-unknown',
    dialect: 'ollama',
    status: 404,
    format: 'json',
    body: JSON.stringify({ error: "model 'nowhere' not found" }),
  },
]

const OTHERS = [...responses(UNICODE), ...gemini(UNICODE, UNITS), ...bedrock(UNICODE, UNITS)]

export const OWN: readonly RecordedExchange[] = [...CHAT, ...MESSAGES, ...LINES, ...OTHERS, ...WEIGHED].map(
  (own) => ({
    folder: 'own',
    id: own.id,
    dialect: own.dialect,
    operation: 'chat',
    status: own.status ?? 200,
    streamed: own.format !== 'json',
    format: own.format,
    body: () => own.body,
    request: () => (own.request === undefined ? undefined : JSON.stringify(own.request, null, 1)),
  }),
)

/** Lays them out as the simulator wants its recordings; `remove` takes them away again. */
export async function layOut(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-own-'))
  await mkdir(join(root, 'own'))
  const entries = OWN.map(({ id, status, streamed, format }) => ({
    id,
    api: 'own',
    status,
    streaming: streamed,
    format,
    response: `${id}.txt`,
  }))
  await writeFile(join(root, 'own', 'index.json'), JSON.stringify({ entries }))
  await Promise.all(OWN.map(({ id, body }) => writeFile(join(root, 'own', `${id}.txt`), body())))
  return { folder: root, remove: () => rm(root, { recursive: true }) }
}
