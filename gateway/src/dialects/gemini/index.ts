/** Google Gemini's generateContent, both directions: the Gemini API and Vertex. Model and streaming are said in the URL. */

import type { Dialect } from '../dialect.ts'
import { needsOf } from '../needs.ts'
import { amend } from './amend.ts'
import { check } from './check.ts'
import { countTokens } from './count.ts'
import { embed } from './embed.ts'
import { predict, predictOne, single } from './embed-vertex.ts'
import { errors } from './errors.ts'
import { models } from './models.ts'
import { chatPath } from './path.ts'
import { decodeRequest, encodeRequest } from './request.ts'
import { decodeResponse, encodeResponse } from './response.ts'
import { GeminiStreamDecoder } from './stream-decoder.ts'
import { GeminiStreamEncoder } from './stream-encoder.ts'

export const gemini: Dialect = {
  name: 'gemini',
  framing: 'sse',
  chat: {
    paths: { chat: chatPath },
    toolNames: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
    check,
    needs: needsOf,
    amend,
    decodeRequest,
    encodeRequest,
    decodeResponse,
    encodeResponse,
    streamDecoder: (context) => new GeminiStreamDecoder(context),
    streamEncoder: (context) => new GeminiStreamEncoder(context),
    // LangChain and LiteLLM skip the frame; Google's own SDK throws what it says as soon as it reads it.
    errorsPassUnseen: true,
  },
  embed,
  embedForms: { predict, predictOne, single },
  errors,
  models,
  countTokens,
}
