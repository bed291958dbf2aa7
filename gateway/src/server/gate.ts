/**
 * The client gate: with `PROXY_API_KEY` set, a request must carry it as `x-api-key` or as bearer token. Clients send one, the other
 * or both, so either may be the gate key; the one that is not is the caller's own provider key. The gate key never goes on.
 */

import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '#core'

export interface Gate {
  /** The caller's own provider key, if any. Throws `authentication`. */
  pass(headers: IncomingHttpHeaders): string | undefined
}

export function gate(proxyApiKey: string | undefined): Gate {
  if (proxyApiKey === undefined) {
    return { pass: (headers) => apiKey(headers) ?? bearer(headers) }
  }
  const expected = digest(proxyApiKey)
  return {
    pass(headers) {
      const first = apiKey(headers)
      const second = bearer(headers)
      const firstFits = first !== undefined && sameKey(first, expected)
      const secondFits = second !== undefined && sameKey(second, expected)
      if (!firstFits && !secondFits) {
        throw new GatewayError(
          'authentication',
          first === undefined && second === undefined
            ? 'This gateway needs a key: send it as x-api-key or as bearer token.'
            : 'The gateway key is not valid.',
        )
      }
      return (firstFits ? undefined : first) ?? (secondFits ? undefined : second)
    },
  }
}

/** Compares digests of equal length in constant time, so that neither content nor length shows in the timing. */
export function sameKey(given: string, expected: Buffer): boolean {
  return timingSafeEqual(digest(given), expected)
}

export function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

function apiKey(headers: IncomingHttpHeaders): string | undefined {
  const value = headers['x-api-key']
  const text = Array.isArray(value) ? value[0] : value
  return text === undefined || text === '' ? undefined : text
}

function bearer(headers: IncomingHttpHeaders): string | undefined {
  const match = /^bearer\s+(\S+)$/i.exec(headers.authorization ?? '')
  return match?.[1]
}
