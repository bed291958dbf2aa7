/** Errors in this dialect: what an upstream's mean, and how ours are worded. The body has a message, the header its type. */

import { GatewayError, isObject, parseJson, scrub, stringOf } from '#core'
import type { ErrorFacts, ErrorType, JsonDraft, JsonObject, UpstreamFacts } from '#core'
import type { ErrorAnswer, ErrorCodec, HeaderReader } from '../dialect.ts'
import { saysTooLong } from '../anthropic/too-long.ts'
import { toldWait } from '../told-wait.ts'
import { meaningOf, nameFor, plainName } from './error-words.ts'

export const errors: ErrorCodec = {
  decode(status, headers, body) {
    const wire = parseJson(body)
    return errorFrom(isObject(wire) ? wire : {}, {
      status,
      headers,
      // A page of markup is a proxy's, not the provider's, and helps nobody.
      ...(body === '' || body.trimStart().startsWith('<') ? {} : { body: scrub(body) }),
    })
  },
  encode: encodeError,
}

interface Around {
  readonly status?: number
  readonly headers?: HeaderReader
  readonly body?: string
  /** The type of an exception inside a stream. */
  readonly name?: string
}

const NO_HEADERS: HeaderReader = () => undefined

export function errorFrom(wire: JsonObject, around: Around = {}): GatewayError {
  const { headers = NO_HEADERS, status } = around
  const name =
    around.name ?? headers('x-amzn-errortype') ?? stringOf(wire['__type']) ?? stringOf(wire['code'])
  const text = stringOf(wire['message']) ?? stringOf(wire['Message']) ?? stringOf(wire['originalMessage'])
  const type = typeOf(name, status, text ?? '')
  const requestId = headers('x-amzn-requestid') ?? headers('x-request-id')
  const upstream: UpstreamFacts = {
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(name === undefined ? {} : { type: scrub(plainName(name), 100) }),
    ...(around.body === undefined ? {} : { body: around.body }),
  }
  const wait = toldWait(status, headers)
  const facts: ErrorFacts = {
    upstream,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(type === 'context-length' ? { code: 'context_length_exceeded' } : {}),
    ...(type === 'invalid-request' && status !== undefined && status > 400 && status < 500 ? { status } : {}),
  }
  return new GatewayError(
    type,
    text === undefined || text === '' ? unreadable(status) : helpful(scrub(text)),
    facts,
  )
}

const TOO_LONG = /input tokens exceeded|input is too long|too many input tokens|exceeds maximum length/i
const USED_UP = /tokens? per day|requests? per day|daily/i
/** The model exists, but is reached through a profile only. */
const PROFILE_ONLY = /on-demand throughput isn.t supported/i

function typeOf(name: string | undefined, status: number | undefined, text: string): ErrorType {
  const known = name === undefined ? undefined : meaningOf(name)
  // A name invented later inside a stream is the provider's failure; in an answer the status tells.
  const unknown = name !== undefined && status === undefined ? 'provider-error' : byStatus(status, text)
  const type = known ?? unknown
  if (type === 'rate-limited') return USED_UP.test(text) ? 'quota-exceeded' : type
  if (type !== 'invalid-request') return type
  if (TOO_LONG.test(text) || saysTooLong(text)) return 'context-length'
  return /model identifier is invalid/i.test(text) ? 'model-not-found' : type
}

function byStatus(status: number | undefined, text: string): ErrorType {
  switch (status) {
    case 401:
      return 'provider-authentication'
    case 402:
      return 'billing'
    case 403:
      return /security token|signature|credential|api key/i.test(text)
        ? 'provider-authentication'
        : 'provider-permission'
    case 404:
      return 'model-not-found'
    case 408:
    case 504:
      return 'timeout'
    case 413:
      return 'too-large'
    case 422:
      return 'unprocessable'
    case 424:
      return 'provider-error'
    case 429:
      return 'rate-limited'
    case 503:
    case 529:
      return 'overloaded'
    default:
      // An error in a 200 body says neither name nor status; nearly all of those tell what is wrong with the request.
      return status === undefined || (status >= 200 && status < 500) ? 'invalid-request' : 'provider-error'
  }
}

function helpful(text: string): string {
  return PROFILE_ONLY.test(text)
    ? `${text} (Name an inference profile as the model, e.g. the same name with "us." or "eu." before it.)`
    : text
}

function unreadable(status: number | undefined): string {
  return status === undefined
    ? 'The provider reported an error without saying which.'
    : `The provider answered with status ${status} and no readable error.`
}

function encodeError(error: GatewayError, requestId: string): ErrorAnswer {
  const name = nameFor(error.type)
  return {
    status: statusOf(error),
    body: errorBody(error, requestId, name),
    headers: ['x-amzn-errortype', name, 'x-amzn-requestid', requestId],
  }
}

/** Some statuses have another number here, and SDKs go by it. */
function statusOf(error: GatewayError): number {
  switch (error.type) {
    case 'authentication':
    case 'provider-authentication':
      return 403
    case 'timeout':
    case 'deadline':
      return 408
    default:
      return error.status
  }
}

/** Besides the message, what SDKs read where the header got lost, and what helps people. */
function errorBody(error: GatewayError, requestId: string, name: string): JsonObject {
  const { param, code, provider, upstream } = error.facts
  const details: JsonDraft = {}
  if (param !== undefined) details['param'] = param
  if (code !== undefined) details['code'] = code
  if (provider !== undefined) details['provider'] = provider
  if (upstream !== undefined) {
    details['upstream'] = {
      ...(upstream.status === undefined ? {} : { status: upstream.status }),
      ...(upstream.requestId === undefined ? {} : { requestId: upstream.requestId }),
      ...(upstream.type === undefined ? {} : { type: upstream.type }),
      ...(upstream.body === undefined ? {} : { body: upstream.body }),
    }
  }
  return {
    __type: name,
    message: error.message,
    requestId,
    ...(Object.keys(details).length === 0 ? {} : { details }),
  }
}
