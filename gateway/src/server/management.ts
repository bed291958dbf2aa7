/** How the management routes word an error (requirements R15): `error` as most clients know it, `detail` for those of older gateways. */

import {
  type GatewayError,
  isObject,
  type JsonObject,
  type JsonValue,
  scrub,
  type UpstreamFacts,
} from '#core'

interface ErrorAnswer {
  readonly status: number
  readonly body: JsonObject
}

export const management = {
  errors: {
    encode({ type, status, message, facts }: GatewayError, requestId: string): ErrorAnswer {
      const { param, code } = facts
      const details = detailsOf(facts)
      const error = {
        type,
        message,
        ...(param === undefined ? {} : { param }),
        ...(code === undefined ? {} : { code }),
        request_id: requestId,
        ...(details === undefined ? {} : { details }),
      }
      return { status, body: { error, detail: message } }
    },
  },
}

function detailsOf({ details, provider, upstream }: GatewayError['facts']): JsonValue | undefined {
  if (details !== undefined && !isObject(details)) return details
  const all: JsonObject = {
    ...details,
    ...(provider === undefined ? {} : { provider }),
    ...(upstream === undefined ? {} : { upstream: toldUpstream(upstream) }),
  }
  return Object.keys(all).length === 0 ? undefined : all
}

function toldUpstream({ status, requestId, type, body }: UpstreamFacts): JsonObject {
  return {
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
    ...(type === undefined ? {} : { type }),
    ...(body === undefined ? {} : { body: scrub(body) }),
  }
}

/** Ollama's clients have the rest of `/api`. */
export function isManaged(path: string): boolean {
  return /^\/api\/(?:traces|explain|providers|config|stats|status|chat\/multi)(?:\/|$)/.test(path)
}
