/** The error object of a failed response. Clients act on its code and, for the wait, on its words. */

import { objectOf, type ErrorType, type GatewayError, type JsonObject, type JsonValue } from '#core'
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
  return { code: codeOf(error, wordedOf(error)), message: messageOf(error) }
}

/** The same as OpenAI tells it in an event of its own just before: its SDK for JavaScript throws there and nowhere else. */
export function errorEventOf(error: GatewayError): JsonObject {
  const worded = wordedOf(error)
  return {
    type: worded?.['type'] ?? 'server_error',
    code: codeOf(error, worded),
    message: messageOf(error),
    param: worded?.['param'] ?? null,
  }
}

function wordedOf(error: GatewayError): JsonObject | undefined {
  return objectOf(openaiChat.errors.encode(error, '').body['error'])
}

function codeOf(error: GatewayError, worded: JsonObject | undefined): JsonValue {
  return CODES[error.type] ?? worded?.['code'] ?? 'server_error'
}

/** Codex reads the wait out of the sentence. */
function messageOf(error: GatewayError): string {
  const { retryAfterMs } = error.facts
  if (retryAfterMs === undefined || /try again in/i.test(error.message)) return error.message
  return `${error.message} Please try again in ${Math.max(0.1, Math.ceil(retryAfterMs / 100) / 10)}s.`
}
