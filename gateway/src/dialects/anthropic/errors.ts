/** Errors in this dialect: what an upstream's mean, and how ours are worded. */

import { arrayOf, GatewayError, isObject, numberOf, parseJson, scrub, stringOf } from '#core'
import type { ErrorFacts, ErrorType, JsonDraft, JsonObject, JsonValue, UpstreamFacts } from '#core'
import type { ErrorAnswer, ErrorCodec } from '../dialect.ts'
import { toldWait } from '../told-wait.ts'
import { promptTooLong, saysTooLong } from './too-long.ts'

export const errors: ErrorCodec = {
  decode(status, headers, body) {
    const wire = parseJson(body)
    const told = isObject(wire) ? wire : objectIn(wire)
    const requestId = headers('request-id') ?? headers('x-request-id') ?? stringOf(told?.['request_id'])
    const retryAfterMs = toldWait(status, headers)
    return errorFrom(told, {
      status,
      ...(requestId === undefined ? {} : { requestId }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      // A page of markup is a proxy's, not the provider's, and helps nobody.
      ...(body === '' || body.trimStart().startsWith('<') ? {} : { body: scrub(body) }),
    })
  },
  encode: encodeError,
}

interface Around {
  readonly status?: number
  readonly requestId?: string
  readonly retryAfterMs?: number
  readonly body?: string
}

/** The error an object of this dialect means; `told` is the envelope around `error`, or that inner object itself. */
export function errorFrom(told: JsonObject | undefined, around: Around = {}): GatewayError {
  const inner = told === undefined ? undefined : isObject(told['error']) ? told['error'] : told
  const word = stringOf(inner?.['type'])
  const code = statusIn(inner?.['code']) ?? statusIn(told?.['code'])
  const status = around.status !== undefined && around.status >= 400 ? around.status : code
  const text = stringOf(inner?.['message']) ?? stringOf(told?.['error']) ?? stringOf(told?.['detail'])
  const type = typeOf(word, status, text ?? '')
  const upstream: UpstreamFacts = {
    ...(around.status === undefined ? (status === undefined ? {} : { status }) : { status: around.status }),
    ...(around.requestId === undefined ? {} : { requestId: around.requestId }),
    ...(word === undefined ? {} : { type: word }),
    ...(around.body === undefined ? {} : { body: around.body }),
  }
  const facts: ErrorFacts = {
    upstream,
    ...(around.retryAfterMs === undefined ? {} : { retryAfterMs: around.retryAfterMs }),
    ...(type === 'invalid-request' && status !== undefined && status > 400 && status < 500 ? { status } : {}),
  }
  return new GatewayError(type, text === undefined ? unreadable(status) : scrub(text), facts)
}

function statusIn(code: unknown): number | undefined {
  const number = numberOf(code)
  return number !== undefined && Number.isInteger(number) && number >= 400 && number < 600
    ? number
    : undefined
}

/** Whether a 200 body or a stream's item is an error in disguise. */
export function isErrorBody(wire: JsonObject): boolean {
  return (
    wire['type'] === 'error' ||
    (isObject(wire['error']) && wire['content'] === undefined) ||
    typeof wire['error'] === 'string'
  )
}

function typeOf(word: string | undefined, status: number | undefined, text: string): ErrorType {
  const byWord = word === undefined ? undefined : BY_WORD.get(word)
  const type = byWord ?? byStatus(status)
  if (type !== 'invalid-request' && type !== 'rate-limited' && type !== 'too-large') return type
  if (saysTooLong(text)) return 'context-length'
  if (type === 'too-large') return type
  if (/credit balance|billing/i.test(text)) return 'billing'
  if (/usage limits?\b|spend(ing)? limit|quota/i.test(text)) return 'quota-exceeded'
  return type
}

const BY_WORD: ReadonlyMap<string, ErrorType> = new Map<string, ErrorType>([
  ['invalid_request_error', 'invalid-request'],
  ['authentication_error', 'provider-authentication'],
  ['billing_error', 'billing'],
  ['permission_error', 'provider-permission'],
  ['not_found_error', 'model-not-found'],
  ['request_too_large', 'too-large'],
  ['rate_limit_error', 'rate-limited'],
  ['timeout_error', 'timeout'],
  ['api_error', 'provider-error'],
  ['overloaded_error', 'overloaded'],
  ['policy_blocked', 'content-policy'],
])

function byStatus(status: number | undefined): ErrorType {
  switch (status) {
    case 401:
      return 'provider-authentication'
    case 402:
      return 'billing'
    case 403:
      return 'provider-permission'
    case 404:
      return 'model-not-found'
    case 413:
      return 'too-large'
    case 429:
      return 'rate-limited'
    case 408:
    case 504:
      return 'timeout'
    case 503:
    case 529:
      return 'overloaded'
    default:
      return status !== undefined && status >= 400 && status < 500 ? 'invalid-request' : 'provider-error'
  }
}

function unreadable(status: number | undefined): string {
  return status === undefined
    ? 'The provider reported an error without saying which.'
    : `The provider answered with status ${status} and no readable error.`
}

function objectIn(wire: JsonValue | undefined): JsonObject | undefined {
  const first = arrayOf(wire)?.[0]
  return isObject(first) ? first : undefined
}

function encodeError(error: GatewayError, requestId: string): ErrorAnswer {
  // 529 is this dialect's own way to say it; its clients retry on it.
  const status = error.type === 'overloaded' ? 529 : error.status
  return { status, body: errorBody(error, requestId) }
}

export function errorBody(error: GatewayError, requestId: string): JsonObject {
  const details = detailsOf(error)
  return {
    type: 'error',
    error: {
      type: WORDS[error.type] ?? 'api_error',
      // Clients of this dialect compact their history on exactly this wording.
      message: error.type === 'context-length' ? promptTooLong(error.message) : error.message,
      ...(details === undefined ? {} : { details }),
    },
    request_id: requestId,
  }
}

const WORDS: Partial<Readonly<Record<ErrorType, string>>> = {
  'invalid-request': 'invalid_request_error',
  'context-length': 'invalid_request_error',
  unsupported: 'invalid_request_error',
  'content-policy': 'invalid_request_error',
  unprocessable: 'invalid_request_error',
  'method-not-allowed': 'invalid_request_error',
  loop: 'invalid_request_error',
  authentication: 'authentication_error',
  'provider-authentication': 'authentication_error',
  billing: 'billing_error',
  permission: 'permission_error',
  'provider-permission': 'permission_error',
  'not-found': 'not_found_error',
  'model-not-found': 'not_found_error',
  'too-large': 'request_too_large',
  'rate-limited': 'rate_limit_error',
  'quota-exceeded': 'rate_limit_error',
  overloaded: 'overloaded_error',
  busy: 'overloaded_error',
  unavailable: 'overloaded_error',
  timeout: 'timeout_error',
  deadline: 'timeout_error',
}

function detailsOf(error: GatewayError): JsonObject | undefined {
  const { param, code, provider, upstream, details } = error.facts
  const out: JsonDraft = {}
  if (isObject(details)) Object.assign(out, details)
  else if (details !== undefined) out['info'] = details
  if (param !== undefined) out['param'] = param
  if (code !== undefined) out['code'] = code
  if (provider !== undefined) out['provider'] = provider
  if (upstream !== undefined) {
    out['upstream'] = {
      ...(upstream.status === undefined ? {} : { status: upstream.status }),
      ...(upstream.requestId === undefined ? {} : { request_id: upstream.requestId }),
      ...(upstream.type === undefined ? {} : { type: upstream.type }),
      ...(upstream.body === undefined ? {} : { body: upstream.body }),
    }
  }
  return Object.keys(out).length === 0 ? undefined : out
}
