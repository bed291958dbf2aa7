/** Errors both ways. Ollama's own are a status and `{"error": "text"}`; ours add the type, the request id and details. */

import { ERRORS, GatewayError, isObject, objectOf, parseJson, scrub, stringOf } from '#core'
import type { ErrorType, JsonDraft, JsonObject, JsonValue, UpstreamFacts } from '#core'
import type { ErrorAnswer, ErrorCodec, HeaderReader } from '../dialect.ts'
import { toldWait } from '../told-wait.ts'

export const errors: ErrorCodec = { decode, encode }

function decode(status: number, headers: HeaderReader, body: string): GatewayError {
  const requestId = headers('x-request-id')
  const retryAfterMs = toldWait(status, headers)
  const error = errorFrom(parseJson(body), status, body, requestId === undefined ? {} : { requestId })
  return retryAfterMs === undefined ? error : error.with({ retryAfterMs })
}

/** An error told inside a 200 answer or as a line of a stream: there may be a status in the line, there is none outside. */
export function errorInside(line: JsonObject): GatewayError {
  const told = line['status_code']
  return errorFrom(line, typeof told === 'number' && told >= 400 ? told : 500, JSON.stringify(line), {})
}

function errorFrom(
  wire: JsonValue | undefined,
  status: number,
  body: string,
  facts: UpstreamFacts,
): GatewayError {
  const inner = objectOf(wire)?.['error']
  const type = stringOf(objectOf(wire)?.['type']) ?? stringOf(objectOf(inner)?.['type'])
  const text = stringOf(inner) ?? stringOf(objectOf(inner)?.['message']) ?? ''
  const kind = typeTold(type) ?? classify(status, text === '' ? body : text)
  return new GatewayError(kind, messageOf(kind, text, status), {
    // A fault of the server is ours to word; a fault of the request keeps the status it had.
    ...(status >= 400 && status < 500 && ERRORS[kind].status < 500 ? { status } : {}),
    upstream: {
      ...facts,
      status,
      ...(type === undefined ? {} : { type: scrub(type, 100) }),
      body: scrub(body),
    },
  })
}

function messageOf(kind: ErrorType, text: string, status: number): string {
  if (kind === 'provider-authentication') return 'The provider refused the key that the gateway holds for it.'
  return text === '' ? `The provider answered with status ${status}.` : scrub(text)
}

/** Types another gateway of this kind told, as they are meant here: its client is we. */
const TOLD: Readonly<Partial<Record<string, ErrorType>>> = {
  'invalid-request': 'invalid-request',
  'context-length': 'context-length',
  'content-policy': 'content-policy',
  authentication: 'provider-authentication',
  billing: 'billing',
  permission: 'provider-permission',
  'not-found': 'not-found',
  'model-not-found': 'model-not-found',
  'too-large': 'too-large',
  unprocessable: 'unprocessable',
  'rate-limited': 'rate-limited',
  'quota-exceeded': 'quota-exceeded',
  'provider-error': 'provider-error',
  overloaded: 'overloaded',
  timeout: 'timeout',
}

function typeTold(type: string | undefined): ErrorType | undefined {
  return type !== undefined && Object.hasOwn(TOLD, type) ? TOLD[type] : undefined
}

function classify(status: number, text: string): ErrorType {
  if (/context (?:length|window|size)|prompt (?:is )?too long/i.test(text) && status < 502)
    return 'context-length'
  switch (status) {
    case 401:
      return 'provider-authentication'
    case 402:
      return 'billing'
    case 403:
      return 'provider-permission'
    case 404:
      return /model\b.*not found/i.test(text) ? 'model-not-found' : 'not-found'
    case 408:
    case 504:
      return 'timeout'
    case 413:
      return 'too-large'
    case 422:
      return 'unprocessable'
    case 429:
      return /quota|usage limit|(?:hourly|daily|weekly|monthly) limit/i.test(text)
        ? 'quota-exceeded'
        : 'rate-limited'
    case 503:
      return 'overloaded'
    default:
      return status >= 400 && status < 500 ? 'invalid-request' : 'provider-error'
  }
}

/** Milliseconds. A date is read against the answer's own `date`, since there is no clock here. */
function encode(error: GatewayError, requestId: string): ErrorAnswer {
  const details = detailsOf(error)
  return {
    status: error.status,
    body: {
      error: errorText(error),
      type: error.type,
      request_id: requestId,
      ...(details === undefined ? {} : { details }),
    },
  }
}

/** Clients show this text and some look for `not found` in it. Always a string: an object breaks both official clients. */
function errorText(error: GatewayError): string {
  if (error.type !== 'model-not-found' || /^model '.*' not found/.test(error.message)) return error.message
  const details = error.facts.details
  const known = isObject(details) ? stringOf(details['model']) : undefined
  const name = known ?? /["'`]([^"'`]+)["'`]/.exec(error.message)?.[1]
  return name === undefined ? `model not found: ${error.message}` : `model '${name}' not found`
}

function detailsOf(error: GatewayError): JsonObject | undefined {
  const { param, code, provider, upstream, retryAfterMs, details } = error.facts
  const body: JsonDraft = isObject(details) ? { ...details } : details === undefined ? {} : { details }
  if (param !== undefined) body['param'] = param
  if (code !== undefined) body['code'] = code
  if (provider !== undefined) body['provider'] = provider
  if (retryAfterMs !== undefined) body['retry_after_ms'] = retryAfterMs
  if (upstream !== undefined) {
    body['upstream'] = {
      ...(upstream.status === undefined ? {} : { status: upstream.status }),
      ...(upstream.requestId === undefined ? {} : { request_id: upstream.requestId }),
      ...(upstream.type === undefined ? {} : { type: upstream.type }),
      ...(upstream.body === undefined ? {} : { body: scrub(upstream.body) }),
    }
  }
  return Object.keys(body).length === 0 ? undefined : body
}
