/** The error object of a failed response. Clients act on its code and, for the wait, on its words. */

import type { ErrorType, GatewayError, JsonObject } from '#core'
import { openaiChat } from '../openai-chat/index.ts'

/** Codes with a meaning of their own for clients; everything else is worded as in error bodies. */
const CODES: Readonly<Partial<Record<ErrorType, string>>> = {
  'invalid-request': 'invalid_prompt',
  'context-length': 'context_length_exceeded',
  'rate-limited': 'rate_limit_exceeded',
  'quota-exceeded': 'insufficient_quota',
  billing: 'insufficient_quota',
  overloaded: 'server_is_overloaded',
}

export function failureOf(error: GatewayError): JsonObject {
  const { body } = openaiChat.errors.encode(error, '')
  const told = body['error']
  const worded = typeof told === 'object' && told !== null && 'code' in told ? told.code : null
  return { code: CODES[error.type] ?? worded ?? 'server_error', message: messageOf(error) }
}

/** Codex reads the wait out of the sentence. */
function messageOf(error: GatewayError): string {
  const { retryAfterMs } = error.facts
  if (retryAfterMs === undefined || /try again in/i.test(error.message)) return error.message
  return `${error.message} Please try again in ${Math.max(0.1, Math.ceil(retryAfterMs / 100) / 10)}s.`
}
