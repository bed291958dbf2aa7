/** What an upstream's error means: by the reason in its details, by its status word, by wording where both are too wide. */

import { arrayOf, GatewayError, isObject, numberOf, parseJson, scrub, stringOf } from '#core'
import type { ErrorFacts, ErrorType, JsonObject, JsonValue, UpstreamFacts } from '#core'
import type { HeaderReader } from '../dialect.ts'
import { toldWait } from '../told-wait.ts'

interface Around {
  readonly status?: number
  readonly headers?: HeaderReader
  readonly body?: string
}

export function decodeError(status: number, headers: HeaderReader, body: string): GatewayError {
  const wire = parseJson(body)
  // Some endpoints wrap the object in a list.
  const first = Array.isArray(wire) ? (wire as readonly JsonValue[])[0] : wire
  // A page of markup is a proxy's, not the provider's, and helps nobody.
  const shown = body === '' || body.trimStart().startsWith('<') ? {} : { body: scrub(body) }
  return errorFrom(isObject(first) ? first : {}, { status, headers, ...shown })
}

/** Whether a 200 body or a stream's item is an error in disguise. */
export function isErrorBody(wire: JsonObject): boolean {
  return isObject(wire['error']) || typeof wire['error'] === 'string'
}

export function errorFrom(wire: JsonObject, around: Around = {}): GatewayError {
  const inner = isObject(wire['error']) ? wire['error'] : wire
  const details = (arrayOf(inner['details']) ?? []).filter(isObject)
  const code = statusIn(inner['code'])
  const status = around.status !== undefined && around.status >= 400 ? around.status : code
  const word = stringOf(inner['status'])
  const text = stringOf(inner['message']) ?? stringOf(wire['error']) ?? stringOf(wire['message'])
  const type = typeOf(status, word, text ?? '', details)
  const wait =
    retryDelay(details) ?? (around.headers === undefined ? undefined : toldWait(status, around.headers))
  const requestId =
    around.headers?.('x-goog-request-id') ?? around.headers?.('x-request-id') ?? requestIdIn(details)
  const upstream: UpstreamFacts = {
    ...(around.status === undefined ? (status === undefined ? {} : { status }) : { status: around.status }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(word === undefined ? {} : { type: scrub(word, 100) }),
    ...(around.body === undefined ? {} : { body: around.body }),
  }
  const facts: ErrorFacts = {
    upstream,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(type === 'context-length' ? { code: 'context_length_exceeded' } : {}),
    // A caller's mistake keeps the status its own provider gave it.
    ...(type === 'invalid-request' && status !== undefined && status >= 400 && status < 500
      ? { status }
      : {}),
  }
  return new GatewayError(type, text === undefined || text === '' ? unreadable(status) : scrub(text), facts)
}

const TOO_LONG =
  /input token count.{0,40}exceeds|maximum number of tokens allowed|context (?:length|window)|prompt is too long|input is too long/i
const BAD_KEY: ReadonlySet<string> = new Set([
  'API_KEY_INVALID',
  'API_KEY_EXPIRED',
  'API_KEY_SERVICE_BLOCKED',
  'ACCESS_TOKEN_EXPIRED',
  'CREDENTIALS_MISSING',
])

function typeOf(
  status: number | undefined,
  word: string | undefined,
  text: string,
  details: readonly JsonObject[],
): ErrorType {
  const reasons = details.map((detail) => stringOf(detail['reason']) ?? '')
  if (reasons.some((reason) => BAD_KEY.has(reason)) || /^API key (?:not valid|expired)/i.test(text))
    return 'provider-authentication'
  if (reasons.includes('BILLING_DISABLED')) return 'billing'
  const type = byStatus(status) ?? byWord(word) ?? 'provider-error'
  if (type === 'rate-limited') return isUsedUp(text, details) ? 'quota-exceeded' : type
  if (type !== 'invalid-request') return type
  if (TOO_LONG.test(text)) return 'context-length'
  if (word !== 'FAILED_PRECONDITION') return type
  return /billing/i.test(text) ? 'billing' : 'provider-permission'
}

/** A minute's limit passes by itself; a day's, or none at all, does not. All of them are worded as a quota. */
function isUsedUp(text: string, details: readonly JsonObject[]): boolean {
  const told = JSON.stringify(details)
  if (/PerDay/i.test(told)) return true
  if (/PerMinute|PerSecond|RATE_LIMIT_EXCEEDED|retryDelay/i.test(told)) return false
  return /exceeded your current quota|billing details/i.test(text)
}

function byStatus(status: number | undefined): ErrorType | undefined {
  switch (status) {
    case 401:
      return 'provider-authentication'
    case 402:
      return 'billing'
    case 403:
      return 'provider-permission'
    case 404:
      return 'model-not-found'
    case 408:
    case 504:
      return 'timeout'
    case 413:
      return 'too-large'
    case 422:
      return 'unprocessable'
    case 429:
      return 'rate-limited'
    case 503:
    case 529:
      return 'overloaded'
    default:
      if (status === undefined) return undefined
      return status >= 500 ? 'provider-error' : 'invalid-request'
  }
}

function byWord(word: string | undefined): ErrorType | undefined {
  switch (word) {
    case 'INVALID_ARGUMENT':
    case 'FAILED_PRECONDITION':
    case 'OUT_OF_RANGE':
      return 'invalid-request'
    case 'UNAUTHENTICATED':
      return 'provider-authentication'
    case 'PERMISSION_DENIED':
      return 'provider-permission'
    case 'NOT_FOUND':
      return 'model-not-found'
    case 'RESOURCE_EXHAUSTED':
      return 'rate-limited'
    case 'UNAVAILABLE':
      return 'overloaded'
    case 'DEADLINE_EXCEEDED':
      return 'timeout'
    default:
      return undefined
  }
}

/** `34.4s` */
function retryDelay(details: readonly JsonObject[]): number | undefined {
  for (const detail of details) {
    const seconds = Number(/^(\d+(?:\.\d+)?)s$/.exec(stringOf(detail['retryDelay']) ?? '')?.[1] ?? Number.NaN)
    if (Number.isFinite(seconds)) return Math.ceil(seconds * 1000)
  }
  return undefined
}

function requestIdIn(details: readonly JsonObject[]): string | undefined {
  return details.map((detail) => stringOf(detail['requestId'])).find((id) => id !== undefined)
}

function statusIn(code: JsonValue | undefined): number | undefined {
  const number = numberOf(code)
  return number !== undefined && Number.isInteger(number) && number >= 400 && number < 600
    ? number
    : undefined
}

function unreadable(status: number | undefined): string {
  return status === undefined
    ? 'The provider reported an error without saying which.'
    : `The provider answered with status ${status} and no readable error.`
}
