/** Writes answers that are not model output: JSON and errors, with the headers every answer has. The one place that words errors. */

import { Buffer } from 'node:buffer'
import type { GatewayError } from '#core'
import type { DownstreamResponse } from './downstream.ts'
import type { Family } from './family.ts'

/** Seconds; more would block clients that obey without limit. */
const LONGEST_RETRY_AFTER = 60

export function sendError(
  response: DownstreamResponse,
  family: Family,
  error: GatewayError,
  requestId: string,
  more: readonly string[] = [],
): void {
  if (response.headersSent || response.destroyed) return
  const { status, headers, body } = errorReply(family, error, requestId)
  // Whatever is left of the request is not worth reading.
  if (error.type === 'too-large') headers.push('connection', 'close')
  send(response, status, [...headers, ...more], body)
}

export interface ErrorReply {
  readonly status: number
  /** Flat: name, value, name, value. */
  readonly headers: string[]
  readonly body: string
}

export function errorReply(family: Family, error: GatewayError, requestId: string): ErrorReply {
  const { status, body, headers: own = [] } = family.errors.encode(error, requestId)
  const headers = [
    'content-type',
    'application/json',
    ...idHeaders(requestId),
    ...retryHeaders(error, status),
    ...own,
  ]
  if (error.facts.allow !== undefined) headers.push('allow', error.facts.allow)
  return { status, headers, body: JSON.stringify(body) }
}

/** The same where an answer is an object of the web's own kind. */
export function errorResponse(family: Family, error: GatewayError, requestId: string): Response {
  const { status, headers: flat, body } = errorReply(family, error, requestId)
  const headers = new Headers()
  for (let i = 0; i + 1 < flat.length; i += 2) headers.set(flat[i] ?? '', flat[i + 1] ?? '')
  return new Response(body, { status, headers })
}

export function sendJson(
  response: DownstreamResponse,
  body: string | Buffer,
  headers: readonly string[],
  contentType = 'application/json',
): void {
  send(response, 200, ['content-type', contentType, ...headers], body)
}

/** The list of headers is written on. */
function send(response: DownstreamResponse, status: number, headers: string[], body: string | Buffer): void {
  const length = Buffer.byteLength(body)
  headers.push('content-length', String(length))
  response.writeHead(status, headers)
  if (response.req.method === 'HEAD') response.end()
  else if (typeof body !== 'string') response.end(body.toString('latin1'), 'latin1')
  // Latin-1 text goes out together with the head in one write, and is copied where UTF-8 would be transcoded.
  else response.end(body, length === body.length ? 'latin1' : 'utf8')
}

/** OpenAI's clients read one, Anthropic's the other. */
export function idHeaders(requestId: string): string[] {
  return ['x-request-id', requestId, 'request-id', requestId]
}

function retryHeaders(error: GatewayError, status: number): string[] {
  const { retryAfterMs } = error.facts
  // An outage that is known to end can be waited for, whoever is to blame.
  const ends = error.type === 'unavailable' && retryAfterMs !== undefined
  const hopeless = !ends && (error.traits.next === 'never' || error.traits.blame === 'operator')
  const headers = hopeless ? ['x-should-retry', 'false'] : []
  if (status === 429 || status === 503 || status === 529) {
    // Some clients know only this header: those shall at least not come back at once.
    const seconds = Math.ceil((retryAfterMs ?? (hopeless ? Infinity : 1000)) / 1000)
    headers.push('retry-after', String(Math.min(Math.max(seconds, 1), LONGEST_RETRY_AFTER)))
  }
  return headers
}

/** Header values are Latin-1 by the standard and ASCII by good manners; names of models may be anything. */
export function headerSafe(text: string, limit = 256): string {
  const short = text.length > limit ? text.slice(0, limit) : text
  return UNSAFE.test(short) ? short.replaceAll(/[^\x20-\x7e]/g, '?') : short
}

const UNSAFE = /[^\x20-\x7e]/
