/** The bytes of the bench: what the upstream answers and what the load generator sends. Built once, never per request. */

/** Every streamed answer carries this many content events, each with one `ripple…` piece; with role, finish and usage it has 100. */
export const STREAM_EVENTS = 100
export const STREAM_TOKENS = STREAM_EVENTS - 3
/** Between two events of a stream. */
export const EVENT_GAP_MS = 2
/** Counted by the load generator; written nowhere else in an answer. */
export const TOKEN_MARK = 'ripple'
/** The last words of a whole answer: proof that nothing was cut. */
export const WHOLE_TAIL = 'and the last gate closes.'

export const MODEL = 'gpt-4o-mini'
/** The upstream streams slowly for this model and never ends on its own. */
export const DRIP_MODEL = 'gpt-4o-drip'
export const DRIP_GAP_MS = 1_000

const SENTENCE = 'Water finds the lowest sill, the keeper reads the board, '
const ANSWER = SENTENCE.repeat(11) + WHOLE_TAIL
/** Of the answer's text alone, whatever frame a language puts around it. */
export const ANSWER_BYTES = ANSWER.length
const CREATED = 1_760_000_000
const OPENAI_USAGE = { prompt_tokens: 180, completion_tokens: 160, total_tokens: 340 }

export const OPENAI_WHOLE = JSON.stringify({
  id: 'chatcmpl-bench0000000000000000',
  object: 'chat.completion',
  created: CREATED,
  model: 'gpt-4o-mini-2024-07-18',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: ANSWER, refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: OPENAI_USAGE,
  system_fingerprint: 'fp_bench',
})

export const ANTHROPIC_WHOLE = JSON.stringify({
  id: 'msg_bench00000000000000000000',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-4-5',
  content: [{ type: 'text', text: ANSWER }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 180, output_tokens: 160 },
})

/** A hundred events and the closing `[DONE]`. */
export const OPENAI_STREAM: readonly string[] = [
  openAiEvent({ role: 'assistant', content: '', refusal: null }),
  ...Array.from({ length: STREAM_TOKENS }, (_, index) => openAiToken(index)),
  openAiEvent({}, 'stop'),
  `data: ${JSON.stringify({ ...openAiChunk(), choices: [], usage: OPENAI_USAGE })}\n\n`,
  'data: [DONE]\n\n',
]

/** The same answer in Anthropic's words: a hundred and two events. */
export const ANTHROPIC_STREAM: readonly string[] = [
  anthropicEvent({
    type: 'message_start',
    message: {
      id: 'msg_bench',
      type: 'message',
      role: 'assistant',
      model: 'claude-haiku-4-5',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 180, output_tokens: 1 },
    },
  }),
  anthropicEvent({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  ...Array.from({ length: STREAM_TOKENS }, (_, index) =>
    anthropicEvent({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: token(index) },
    }),
  ),
  anthropicEvent({ type: 'content_block_stop', index: 0 }),
  anthropicEvent({
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 160 },
  }),
  anthropicEvent({ type: 'message_stop' }),
]

export function openAiToken(index: number): string {
  return openAiEvent({ content: token(index) })
}

export function openAiRequest(model: string, options: { readonly stream: boolean }): string {
  const stream = options.stream ? { stream: true, stream_options: { include_usage: true } } : {}
  return JSON.stringify({
    model,
    messages: [
      { role: 'system', content: SYSTEM },
      { role: 'user', content: QUESTION },
    ],
    max_tokens: 400,
    temperature: 0.7,
    ...stream,
  })
}

export function anthropicRequest(model: string, options: { readonly stream: boolean }): string {
  return JSON.stringify({
    model,
    system: SYSTEM,
    messages: [{ role: 'user', content: QUESTION }],
    max_tokens: 400,
    temperature: 0.7,
    ...(options.stream ? { stream: true } : {}),
  })
}

/** Always streamed. */
export function responsesRequest(model: string): string {
  return JSON.stringify({
    model,
    instructions: SYSTEM,
    input: QUESTION,
    max_output_tokens: 400,
    temperature: 0.7,
    stream: true,
    store: false,
  })
}

/** The model stands in the path, and whether it streams. */
export function geminiRequest(): string {
  return JSON.stringify({
    systemInstruction: { parts: [{ text: SYSTEM }] },
    contents: [{ role: 'user', parts: [{ text: QUESTION }] }],
    generationConfig: { maxOutputTokens: 400, temperature: 0.7 },
  })
}

/** Together about one kilobyte, like the answer. */
const SYSTEM = 'You keep the gates of a canal and answer in plain words. '.repeat(6).trim()
const QUESTION = 'How does a keeper know which gate to open when two boats come from both sides? '
  .repeat(6)
  .trim()

function token(index: number): string {
  return ` ${TOKEN_MARK}${String(index).padStart(3, '0')}`
}

function openAiEvent(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }]
  return `data: ${JSON.stringify({ ...openAiChunk(), choices, usage: null })}\n\n`
}

function openAiChunk(): object {
  return {
    id: 'chatcmpl-bench0000000000000000',
    object: 'chat.completion.chunk',
    created: CREATED,
    model: 'gpt-4o-mini-2024-07-18',
    service_tier: 'default',
    system_fingerprint: 'fp_bench',
  }
}

function anthropicEvent(data: { readonly type: string; readonly [key: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`
}
