/** The gateway's errors in Google's words, with details as its clients read them. */

import { isObject } from '#core'
import type { ErrorType, GatewayError, JsonDraft, JsonObject } from '#core'
import type { ErrorAnswer } from '../dialect.ts'
import { compact } from './wire.ts'

export function encodeError(error: GatewayError, requestId: string): ErrorAnswer {
  return { status: error.status, body: errorBody(error, requestId) }
}

export function errorBody(error: GatewayError, requestId: string): JsonObject {
  return {
    error: {
      code: error.status,
      message: error.message,
      status: WORDS[error.type],
      details: detailsOf(error, requestId),
    },
  }
}

const WORDS: Readonly<Record<ErrorType, string>> = {
  'invalid-request': 'INVALID_ARGUMENT',
  'context-length': 'INVALID_ARGUMENT',
  unsupported: 'INVALID_ARGUMENT',
  'content-policy': 'INVALID_ARGUMENT',
  authentication: 'UNAUTHENTICATED',
  'provider-authentication': 'UNAUTHENTICATED',
  billing: 'FAILED_PRECONDITION',
  permission: 'PERMISSION_DENIED',
  'provider-permission': 'PERMISSION_DENIED',
  'not-found': 'NOT_FOUND',
  'model-not-found': 'NOT_FOUND',
  'method-not-allowed': 'INVALID_ARGUMENT',
  'too-large': 'INVALID_ARGUMENT',
  unprocessable: 'INVALID_ARGUMENT',
  'rate-limited': 'RESOURCE_EXHAUSTED',
  'quota-exceeded': 'RESOURCE_EXHAUSTED',
  cancelled: 'CANCELLED',
  internal: 'INTERNAL',
  'not-implemented': 'UNIMPLEMENTED',
  'provider-error': 'INTERNAL',
  connection: 'UNAVAILABLE',
  'bad-answer': 'INTERNAL',
  'cut-stream': 'INTERNAL',
  overloaded: 'UNAVAILABLE',
  busy: 'UNAVAILABLE',
  unavailable: 'UNAVAILABLE',
  timeout: 'DEADLINE_EXCEEDED',
  deadline: 'DEADLINE_EXCEEDED',
  loop: 'INTERNAL',
}

const RPC = 'type.googleapis.com/google.rpc.'

/** Clients read how long to wait from here; a `retry-after` header alone they ignore. */
function detailsOf(error: GatewayError, requestId: string): JsonObject[] {
  const { code, param, provider, upstream, details, retryAfterMs } = error.facts
  const metadata: JsonDraft = {
    ...(isObject(details) ? details : compact({ info: details })),
    ...compact({
      code,
      provider,
      upstream_status: upstream?.status === undefined ? undefined : `${upstream.status}`,
      upstream_type: upstream?.type,
      upstream_request_id: upstream?.requestId,
      upstream_body: upstream?.body,
    }),
  }
  return [
    {
      '@type': `${RPC}ErrorInfo`,
      reason: error.type.toUpperCase().replaceAll('-', '_'),
      domain: 'sluice',
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    },
    { '@type': `${RPC}RequestInfo`, requestId },
    ...(param === undefined
      ? []
      : [{ '@type': `${RPC}BadRequest`, fieldViolations: [{ field: param, description: error.message }] }]),
    ...(retryAfterMs === undefined
      ? []
      : [{ '@type': `${RPC}RetryInfo`, retryDelay: `${retryAfterMs / 1000}s` }]),
  ]
}
