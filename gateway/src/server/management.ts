/** How the management routes word an error (requirements R15): `error` as most clients know it, `detail` for those of older gateways. */

import type { GatewayError, JsonObject } from '#core'

interface ErrorAnswer {
  readonly status: number
  readonly body: JsonObject
}

export const management = {
  errors: {
    encode({ type, status, message, facts }: GatewayError): ErrorAnswer {
      const { details, param } = facts
      const error = {
        type,
        message,
        ...(param === undefined ? {} : { param }),
        ...(details === undefined ? {} : { details }),
      }
      return { status, body: { error, detail: message } }
    },
  },
}

/** Ollama's clients have the rest of `/api`. */
export function isManaged(path: string): boolean {
  return /^\/api\/(?:traces|explain|providers|config)(?:\/|$)/.test(path)
}
