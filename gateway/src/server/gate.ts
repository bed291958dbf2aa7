/**
 * The client gate: with `PROXY_API_KEY` set, a request must carry it, in any of the places where clients put a key. Some fill several
 * places, so any may hold the gate key; what is not the gate key is the caller's own provider key. The gate key never goes on.
 */

import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '#core'
import { lackOf } from './gate-lack.ts'
import { queryValue } from './query.ts'

export interface Gate {
  /** The caller's own provider key, if any. Throws `authentication`. `url`: with the query, which may hold a key. */
  pass(headers: IncomingHttpHeaders, url: string | undefined): string | undefined
}

export function gate(proxyApiKey: string | undefined): Gate {
  if (proxyApiKey === undefined) {
    return { pass: (headers, url) => keysIn(headers, url)[0] }
  }
  const expected = digest(proxyApiKey)
  return {
    pass(headers, url) {
      const keys = keysIn(headers, url)
      if (!keys.some((key) => sameKey(key, expected))) {
        throw new GatewayError(
          'authentication',
          keys.length > 0 ? 'The gateway key is not valid.' : lackOf(headers),
        )
      }
      return keys.find((key) => !sameKey(key, expected))
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

/** In the order in which a caller's own key is looked for. */
function keysIn(headers: IncomingHttpHeaders, url: string | undefined): string[] {
  const given = [headers['x-api-key'], headers['x-goog-api-key'], bearer(headers), queryValue(url, 'key')]
  return given.flatMap((value) => {
    const key = Array.isArray(value) ? value[0] : value
    return key === undefined || key === '' ? [] : [key]
  })
}

function bearer(headers: IncomingHttpHeaders): string | undefined {
  const match = /^bearer\s+(\S+)$/i.exec(headers.authorization ?? '')
  return match?.[1]
}
