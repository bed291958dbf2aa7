/** Writes answers that are not model output: JSON and errors, with the headers every answer has. The one place that words errors. */

import type { ServerResponse } from 'node:http'
import type { GatewayError } from '#core'
import type { Dialect } from '#dialects'

/** Seconds; more would block clients that obey without limit. */
const LONGEST_RETRY_AFTER = 60

export function sendError(
  response: ServerResponse,
  dialect: Dialect,
  error: GatewayError,
  requestId: string,
  more: readonly string[] = [],
): void {
  if (response.headersSent || response.destroyed) return
  const { status, body } = dialect.errors.encode(error, requestId)
  const headers = [
    'content-type',
    'application/json',
    ...idHeaders(requestId),
    ...retryHeaders(error, status),
    ...more,
  ]
  if (error.facts.allow !== undefined) headers.push('allow', error.facts.allow)
  // Whatever is left of the request is not worth reading.
  if (error.type === 'too-large') headers.push('connection', 'close')
  send(response, status, headers, JSON.stringify(body))
}

export function sendJson(
  response: ServerResponse,
  body: string | Uint8Array,
  headers: readonly string[],
  contentType = 'application/json',
): void {
  send(response, 200, ['content-type', contentType, ...headers], body)
}

function send(
  response: ServerResponse,
  status: number,
  headers: readonly string[],
  body: string | Uint8Array,
): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
  response.writeHead(status, [...headers, 'content-length', String(length)])
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

/** OpenAI's clients read one, Anthropic's the other. */
export function idHeaders(requestId: string): string[] {
  return ['x-request-id', requestId, 'request-id', requestId]
}

function retryHeaders(error: GatewayError, status: number): string[] {
  if (error.traits.next === 'never' || error.traits.blame === 'operator') return ['x-should-retry', 'false']
  if (status !== 429 && status !== 503 && status !== 529) return []
  const told = Math.ceil((error.facts.retryAfterMs ?? 1000) / 1000)
  return ['retry-after', String(Math.min(Math.max(told, 1), LONGEST_RETRY_AFTER))]
}

/** Header values are Latin-1 by the standard and ASCII by good manners; names of models may be anything. */
export function headerSafe(text: string, limit = 256): string {
  const short = text.length > limit ? text.slice(0, limit) : text
  return UNSAFE.test(short) ? short.replaceAll(/[^\x20-\x7e]/g, '?') : short
}

const UNSAFE = /[^\x20-\x7e]/
