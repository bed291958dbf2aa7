/** Exchanges of our own in the languages of Responses, Gemini and Bedrock. */

import { EventStreamCodec } from '@smithy/core/event-streams'
import { fromUtf8, toUtf8 } from '@smithy/core/serde'
import type { Own } from './own.ts'

const sse = (...frames: object[]) => frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('')
const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

const RESPONSE = { id: 'resp_own', object: 'response', created_at: 1_700_000_000, model: 'own-responses' }
const RESPONSE_USAGE = {
  input_tokens: 120,
  input_tokens_details: { cached_tokens: 100 },
  output_tokens: 45,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 165,
}
const said = (text: string) => ({
  type: 'message',
  id: 'msg_own',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
})
const callItem = (id: string, name: string, args: string) => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name,
  arguments: args,
  status: 'completed',
})
const resultItem = (id: string, output: string) => ({ type: 'function_call_output', call_id: id, output })

/** An answer as the events of the API tell it. */
function told(output: readonly object[]): string {
  let at = 0
  const steps = output.flatMap((item, output_index) => [
    { type: 'response.output_item.added', output_index, item: { ...item, status: 'in_progress' } },
    { type: 'response.output_item.done', output_index, item },
  ])
  const whole = { ...RESPONSE, status: 'completed', output, usage: RESPONSE_USAGE }
  const events = [
    { type: 'response.created', response: { ...RESPONSE, status: 'in_progress', output: [] } },
    ...steps,
    { type: 'response.completed', response: whole },
  ]
  return sse(...events.map((event) => ({ ...event, sequence_number: at++ })))
}

export const responses = (unicode: string): readonly Own[] => [
  {
    id: 'responses-words',
    dialect: 'openai-responses',
    format: 'json',
    request: {
      model: 'm',
      instructions: 'Be brief.',
      future_field: { keep: [1.0, 'ü'] },
      input: [
        { role: 'user', content: 'Oslo and Bergen?' },
        callItem('id_first', 'weather', '{"city":"Oslo"}'),
        callItem('id_second', 'weather', '{"city":"Bergen"}'),
        resultItem('id_first', 'sun'),
        resultItem('id_second', 'rain'),
        { role: 'user', content: 'And now?' },
      ],
      tools: [
        { type: 'function', name: 'weather', description: 'Tells it.', parameters: SCHEMA, strict: false },
      ],
    },
    body: JSON.stringify({
      ...RESPONSE,
      status: 'completed',
      output: [said(unicode)],
      usage: RESPONSE_USAGE,
    }),
  },
  {
    id: 'responses-calls',
    dialect: 'openai-responses',
    format: 'sse',
    body: told([
      callItem('call_first', 'weather', '{"city":"Oslo"}'),
      callItem('call_second', 'weather', '{"city":"Bergen"}'),
    ]),
  },
  {
    id: 'responses-limited',
    dialect: 'openai-responses',
    status: 429,
    format: 'json',
    body: JSON.stringify({
      error: { message: 'Too many words per minute.', type: 'tokens', code: 'rate_limit_exceeded' },
    }),
  },
]

const COUNTS = {
  promptTokenCount: 33,
  candidatesTokenCount: 12,
  thoughtsTokenCount: 5,
  totalTokenCount: 50,
}
const candidate = (parts: readonly object[], finishReason?: string) => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...(finishReason ? { finishReason } : {}) }],
  usageMetadata: COUNTS,
  modelVersion: 'own-gemini',
})
const used = (name: string, args: object, id?: string) => ({
  functionCall: { ...(id ? { id } : {}), name, args },
})

export const gemini = (unicode: string, units: readonly string[]): readonly Own[] => [
  {
    id: 'gemini-words',
    dialect: 'gemini',
    format: 'json',
    request: {
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      future_field: { keep: [1.0, 'ü'] },
      contents: [
        { role: 'user', parts: [{ text: 'Oslo and Bergen?' }] },
        {
          role: 'model',
          parts: [
            used('weather', { city: 'Oslo' }, 'id_first'),
            used('weather', { city: 'Bergen' }, 'id_second'),
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'id_first', name: 'weather', response: { result: 'sun' } } },
            { functionResponse: { id: 'id_second', name: 'weather', response: { result: 'rain' } } },
            { text: 'And now?' },
          ],
        },
      ],
      tools: [{ functionDeclarations: [{ name: 'weather', description: 'Tells it.', parameters: SCHEMA }] }],
    },
    body: JSON.stringify(candidate([{ text: unicode }], 'STOP')),
  },
  {
    id: 'gemini-calls',
    dialect: 'gemini',
    format: 'sse',
    body: sse(
      candidate([{ text: 'Two places.', thought: true }]),
      ...units.map((text) => candidate([{ text }])),
      candidate([{ ...used('weather', { city: 'Oslo' }), thoughtSignature: 'c2lnbmVk' }]),
      candidate([used('weather', { city: 'Bergen' })], 'STOP'),
    ),
  },
  {
    id: 'gemini-unknown',
    dialect: 'gemini',
    status: 404,
    format: 'json',
    body: JSON.stringify({
      error: { code: 404, message: 'models/nowhere is not found.', status: 'NOT_FOUND' },
    }),
  },
]

const CODEC = new EventStreamCodec(toUtf8, fromUtf8)

/** Messages of the binary framing, packed by Amazon's own codec. */
function packed(...messages: readonly (readonly [string, object])[]): string {
  const bytes = messages.map(([type, body]) =>
    CODEC.encode({
      headers: {
        ':message-type': { type: 'string', value: 'event' },
        ':event-type': { type: 'string', value: type },
        ':content-type': { type: 'string', value: 'application/json' },
      },
      body: fromUtf8(JSON.stringify(body)),
    }),
  )
  return Buffer.concat(bytes).toString('base64')
}

const USED = {
  inputTokens: 20,
  outputTokens: 17,
  totalTokens: 45,
  cacheReadInputTokens: 8,
  cacheWriteInputTokens: 0,
}
const use = (id: string, city: string) => ({ toolUse: { toolUseId: id, name: 'weather', input: { city } } })
const result = (id: string, text: string) => ({ toolResult: { toolUseId: id, content: [{ text }] } })
const delta = (contentBlockIndex: number, piece: object) =>
  ['contentBlockDelta', { contentBlockIndex, delta: piece }] as const
const stop = (contentBlockIndex: number) => ['contentBlockStop', { contentBlockIndex }] as const
const start = (contentBlockIndex: number, toolUseId: string) =>
  ['contentBlockStart', { contentBlockIndex, start: { toolUse: { toolUseId, name: 'weather' } } }] as const

export const bedrock = (unicode: string, units: readonly string[]): readonly Own[] => [
  {
    id: 'converse-words',
    dialect: 'bedrock',
    format: 'json',
    request: {
      system: [{ text: 'Be brief.' }],
      additionalModelRequestFields: { future_field: { keep: [1.0, 'ü'] } },
      messages: [
        { role: 'user', content: [{ text: 'Oslo and Bergen?' }] },
        { role: 'assistant', content: [use('id_first', 'Oslo'), use('id_second', 'Bergen')] },
        {
          role: 'user',
          content: [result('id_first', 'sun'), result('id_second', 'rain'), { text: 'And now?' }],
        },
      ],
      toolConfig: {
        tools: [{ toolSpec: { name: 'weather', description: 'Tells it.', inputSchema: { json: SCHEMA } } }],
      },
    },
    body: JSON.stringify({
      output: { message: { role: 'assistant', content: [{ text: unicode }] } },
      stopReason: 'end_turn',
      usage: USED,
      metrics: { latencyMs: 9 },
    }),
  },
  {
    id: 'converse-calls',
    dialect: 'bedrock',
    format: 'eventstream',
    body: packed(
      ['messageStart', { role: 'assistant' }],
      delta(0, { reasoningContent: { text: 'Two places.' } }),
      delta(0, { reasoningContent: { signature: 'c2lnbmVk' } }),
      stop(0),
      ...units.map((text) => delta(1, { text })),
      stop(1),
      start(2, 'tooluse_first'),
      delta(2, { toolUse: { input: '{"city":"Os' } }),
      delta(2, { toolUse: { input: 'lo"}' } }),
      stop(2),
      start(3, 'tooluse_second'),
      delta(3, { toolUse: { input: '{"city":"Bergen"}' } }),
      stop(3),
      ['messageStop', { stopReason: 'tool_use' }],
      ['metadata', { usage: USED, metrics: { latencyMs: 9 } }],
    ),
  },
  {
    id: 'converse-refused',
    dialect: 'bedrock',
    status: 400,
    format: 'json',
    body: JSON.stringify({ message: 'The value for temperature is out of range.' }),
  },
]
