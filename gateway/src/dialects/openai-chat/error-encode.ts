/** The gateway's errors in OpenAI's words. */

import { type ErrorType, type GatewayError, isObject, type JsonDraft } from '#core'
import type { ErrorAnswer } from '../dialect.ts'
import { compact } from './extra-fields.ts'

interface Words {
  readonly type: string
  readonly code?: string
}

const INVALID = 'invalid_request_error'

const WORDS: Readonly<Record<ErrorType, Words>> = {
  'invalid-request': { type: INVALID },
  'context-length': { type: INVALID, code: 'context_length_exceeded' },
  unsupported: { type: INVALID, code: 'unsupported' },
  'content-policy': { type: INVALID, code: 'content_policy_violation' },
  authentication: { type: 'authentication_error', code: 'invalid_api_key' },
  'provider-authentication': { type: 'authentication_error', code: 'provider_authentication' },
  billing: { type: 'insufficient_quota', code: 'billing' },
  permission: { type: 'permission_error', code: 'permission_denied' },
  'provider-permission': { type: 'permission_error', code: 'provider_permission' },
  'not-found': { type: INVALID, code: 'not_found' },
  'model-not-found': { type: INVALID, code: 'model_not_found' },
  'method-not-allowed': { type: INVALID, code: 'method_not_allowed' },
  'too-large': { type: INVALID, code: 'request_too_large' },
  unprocessable: { type: INVALID, code: 'unprocessable' },
  'rate-limited': { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  'quota-exceeded': { type: 'insufficient_quota', code: 'insufficient_quota' },
  cancelled: { type: INVALID, code: 'cancelled' },
  internal: { type: 'server_error', code: 'internal_error' },
  'not-implemented': { type: INVALID, code: 'not_implemented' },
  'provider-error': { type: 'server_error', code: 'provider_error' },
  connection: { type: 'server_error', code: 'connection_error' },
  'bad-answer': { type: 'server_error', code: 'bad_answer' },
  'cut-stream': { type: 'server_error', code: 'stream_cut' },
  overloaded: { type: 'server_error', code: 'overloaded' },
  busy: { type: 'server_error', code: 'server_busy' },
  unavailable: { type: 'server_error', code: 'unavailable' },
  timeout: { type: 'server_error', code: 'timeout' },
  deadline: { type: 'server_error', code: 'deadline_exceeded' },
  loop: { type: 'server_error', code: 'loop_detected' },
}

/** An upstream's own code is shown where we have no better word; elsewhere clients shall meet a closed set. */
export function encodeError(error: GatewayError, requestId: string): ErrorAnswer {
  const words = WORDS[error.type]
  const { facts } = error
  const own = facts.upstream === undefined || words.code === undefined ? facts.code : undefined
  const details = detailsOf(error)
  return {
    status: error.status,
    body: {
      error: {
        message: error.message,
        type: words.type,
        param: facts.param ?? null,
        code: own ?? words.code ?? null,
        request_id: requestId,
        ...(details === undefined ? {} : { details }),
      },
    },
  }
}

function detailsOf(error: GatewayError): JsonDraft | undefined {
  const { facts } = error
  const upstream = facts.upstream
  const details = compact({
    ...(isObject(facts.details) ? facts.details : { info: facts.details }),
    provider: facts.provider,
    retry_after: facts.retryAfterMs === undefined ? undefined : Math.ceil(facts.retryAfterMs / 1000),
    upstream:
      upstream === undefined
        ? undefined
        : compact({
            status: upstream.status,
            type: upstream.type,
            request_id: upstream.requestId,
            body: upstream.body,
          }),
  })
  return Object.keys(details).length === 0 ? undefined : details
}
