/** OpenAI Chat Completions, and everybody who speaks it: OpenRouter, DeepSeek, Groq, Mistral, vLLM, Ollama's /v1 and more. */

import type { Dialect } from '../dialect.ts'
import { ThinkTags, withoutThinkTags } from '../think-tags.ts'
import { amend } from './amend.ts'
import { checkRequest } from './check.ts'
import { embed } from './embed.ts'
import { errors } from './errors.ts'
import { models } from './models.ts'
import { decodeRequest, encodeRequest } from './request.ts'
import { decodeResponse, encodeResponse, inspectResponse } from './response.ts'
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
    decodeResponse(wire, context) {
      const events = decodeResponse(wire, context)
      return context.traits?.thinkTags ? new ThinkTags().push(events) : events
    },
    inspectResponse,
    encodeResponse,
    streamDecoder(context) {
      const decoder = new ChunkDecoder(context)
      return context.traits?.thinkTags ? withoutThinkTags(decoder) : decoder
    },
    streamEncoder: (context) => new ChunkEncoder(context),
  },
  embed,
  errors,
  models,
} as const satisfies Dialect
