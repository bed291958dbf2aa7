/** Errors of this dialect, both ways: OpenAI has one body for both of its APIs, but here more than models can be missing. */

import { GatewayError } from '#core'
import type { ErrorCodec } from '../dialect.ts'
import { openaiChat } from '../openai-chat/index.ts'

const KEPT = /^(?:not_found|.*_not_found)$/
const MISSING = /\b(?:response|conversation|item|file|prompt|vector store)s?\b.{0,120}\bnot found/i

export const errors: ErrorCodec = {
  decode(status, headers, body) {
    const error = openaiChat.errors.decode(status, headers, body)
    const { code = '' } = error.facts
    if (error.type !== 'model-not-found' || code === 'model_not_found') return error
    const missing = KEPT.test(code) || MISSING.test(error.message)
    return missing ? new GatewayError('not-found', error.message, error.facts) : error
  },
  encode: (error, requestId) => openaiChat.errors.encode(error, requestId),
}
