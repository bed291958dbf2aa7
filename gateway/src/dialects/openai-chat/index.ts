/** OpenAI Chat Completions, and everybody who speaks it: OpenRouter, DeepSeek, Groq, Mistral, vLLM, Ollama's /v1 and more. */

import type { Dialect } from '../dialect.ts'
import { amend } from './amend.ts'
import { checkRequest } from './check.ts'
import { errors } from './errors.ts'
import { models } from './models.ts'
import { decodeRequest, encodeRequest } from './request.ts'
import { decodeResponse, encodeResponse } from './response.ts'
import { ChunkDecoder } from './stream-decoder.ts'
import { ChunkEncoder } from './stream-encoder.ts'

export const openaiChat = {
  name: 'openai-chat',
  framing: 'sse',
  chat: {
    paths: { chat: '/chat/completions' },
    check: checkRequest,
    decodeRequest,
    amend,
    encodeRequest,
    decodeResponse,
    encodeResponse,
    streamDecoder: (context) => new ChunkDecoder(context),
    streamEncoder: (context) => new ChunkEncoder(context),
  },
  errors,
  models,
} as const satisfies Dialect
