/** Upstream errors into the gateway's own types: by code, by wording where providers have no code, then by status. */

import { type ErrorFacts, type ErrorType, GatewayError, type JsonValue, parseJson, scrub } from '#core'
import type { HeaderReader } from '../dialect.ts'
import { readError, type WireError } from './error-facts.ts'
import { retryAfterMs } from './retry-after.ts'

const TOO_LONG =
  /context.{0,10}(?:length|window|size)|context_length_exceeded|exceed_context_size|prompt is too long|prompt too long|input too long|maximum.{0,20}tokens? allowed|too many (?:input )?tokens|input tokens exceeded|reduce the length of|token limit reached/i
const POLICY =
  /content[_ ]?(?:filter|policy|management)|responsibleaipolicy|content_moderation|moderation|flagged|safety system|prohibited content/i
const QUOTA =
  /insufficient_quota|exceeded your current quota|billing_hard_limit|quota exceeded|quota_exceeded|insufficient.{0,10}(?:balance|credit|funds)|credit balance|out of credits|payment required/i
const BAD_KEY =
  /invalid_api_key|incorrect api key|invalid api key|authentication fails|api key (?:is )?(?:invalid|not valid)|unauthori[sz]ed/i
const NO_MODEL =
  /model_not_found|model_not_available|deploymentnotfound|not a valid model|no such model|unknown model|model.{0,80}(?:not found|does not exist|not exist)|model names are|invalid model|no endpoints found/i
const BUSY =
  /overloaded|over capacity|capacity exceeded|temporarily unavailable|server is busy|insufficient_system_resource/i
const RATE = /rate.?limit|too many requests|throttl/i
/** Sealed thinking and kept answers belong to the account they were made for: another key's may be the one (pitfall 96). */
const OTHERS_STATE = /^(?:invalid_encrypted_content|previous_response_not_found)$/
const SLOW = /timed? ?out|deadline exceeded/i

export function decodeError(status: number, headers: HeaderReader, body: string): GatewayError {
  const parsed = body.trim() === '' ? undefined : parseJson(body)
  const html = parsed === undefined && /^\s*</.test(body)
  const wire = html ? {} : readError(parsed ?? body.trim())
  return build(status, wire, html ? undefined : body, headers)
}

/** For errors inside a 200 answer or a stream, which bring their status along or have none. */
export function errorFrom(body: JsonValue): GatewayError {
  const wire = readError(body)
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return build(wire.status ?? 0, wire, text, () => undefined)
}

function build(
  status: number,
  wire: WireError,
  body: string | undefined,
  headers: HeaderReader,
): GatewayError {
  const type = classify(status, wire)
  const message = scrub((wire.message ?? '').trim())
  const requestId = headers('x-request-id') ?? headers('request-id') ?? wire.requestId
  const wait = retryAfterMs(status, headers, wire)
  const kind = wire.code ?? wire.type
  const facts: ErrorFacts = {
    ...(type === 'context-length'
      ? { code: 'context_length_exceeded' }
      : wire.code === undefined
        ? {}
        : { code: scrub(wire.code, 100) }),
    ...(wire.param === undefined ? {} : { param: wire.param }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(OTHERS_STATE.test(wire.code ?? '') ? { wrongKey: true } : {}),
    // A caller's mistake keeps the status its own provider gave it.
    ...(type === 'invalid-request' && status >= 400 ? { status } : {}),
    upstream: {
      ...(status > 0 ? { status } : {}),
      ...(requestId === undefined ? {} : { requestId }),
      ...(kind === undefined ? {} : { type: scrub(kind, 100) }),
      ...(body === undefined || body === '' ? {} : { body: scrub(body) }),
    },
  }
  return new GatewayError(type, message || defaultMessage(status), facts)
}

function defaultMessage(status: number): string {
  return status > 0 ? `The provider answered with status ${status}.` : 'The provider reported an error.'
}

function classify(status: number, wire: WireError): ErrorType {
  const codes = `${wire.code ?? ''} ${wire.type ?? ''}`
  const all = `${codes} ${wire.message ?? ''}`
  const refused = status === 0 || (status >= 400 && status < 500)
  // A rate limit may speak of tokens too, so it is never taken for a full context.
  if (refused && status !== 429 && status !== 401 && TOO_LONG.test(all)) return 'context-length'
  if (status === 402) return 'billing'
  // The code means the same whatever status a relay puts before it (requirements I05).
  if (status >= 500 && /\binsufficient_quota\b/.test(codes)) return 'quota-exceeded'
  if (refused && status !== 402 && QUOTA.test(all) && !RATE.test(`${codes} ${perMinute(all)}`))
    return 'quota-exceeded'
  if (status === 429 || status === 425) return 'rate-limited'
  if (refused && POLICY.test(status === 400 || status === 0 ? codes : all)) return 'content-policy'
  if (refused && (status === 401 || BAD_KEY.test(codes) || (status <= 400 && BAD_KEY.test(all))))
    return 'provider-authentication'
  if (refused && (status === 404 || NO_MODEL.test(all))) return 'model-not-found'
  return byStatus(status) ?? byWord(all, codes)
}

/** Google speaks of a quota where a minute's rate is meant. */
function perMinute(all: string): string {
  return /per minute|per second/i.test(all) ? 'rate limit' : ''
}

function byStatus(status: number): ErrorType | undefined {
  switch (status) {
    case 403:
      return 'provider-permission'
    case 408:
    case 504:
    case 522:
    case 524:
      return 'timeout'
    case 413:
      return 'too-large'
    case 422:
      return 'unprocessable'
    case 498:
    case 503:
    case 529:
      return 'overloaded'
    default:
      if (status >= 500) return 'provider-error'
      return status >= 400 ? 'invalid-request' : undefined
  }
}

/** Without a status only the words are left. */
function byWord(all: string, codes: string): ErrorType {
  if (RATE.test(all)) return 'rate-limited'
  if (BUSY.test(all)) return 'overloaded'
  if (SLOW.test(all)) return 'timeout'
  return /invalid_request|bad.?request|tool_use_failed/i.test(codes) ? 'invalid-request' : 'provider-error'
}
