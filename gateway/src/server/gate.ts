/**
 * The client gate. With `PROXY_API_KEY` or clients configured, a request must carry one of their keys, in any of the places where clients
 * put a key. Some fill several places, so any may hold the gate key; what is none of the gate's is the caller's own provider key. A key of
 * the gate never goes on.
 */

import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '#core'
import type { Client } from '#pipeline'
import { lackOf } from './gate-lack.ts'
import { queryValue } from './query.ts'

export interface Gate {
  /** Who comes in. Throws `authentication`. `url`: with the query, which may hold a key. */
  enter(headers: IncomingHttpHeaders, url: string | undefined): Entrant
}

export interface Entrant {
  /** The caller's own provider key, if any. */
  readonly callerKey: string | undefined
  /** Where the house knows its clients by name. */
  readonly client: Client | undefined
}

export interface GateKeys {
  readonly proxyApiKey?: string | undefined
  /** By the SHA-256 of their keys, in hexadecimal; absent: there are none. */
  readonly clients?: ReadonlyMap<string, Client> | undefined
}

export function gate({ proxyApiKey, clients }: GateKeys): Gate {
  if (proxyApiKey === undefined && clients === undefined) {
    return { enter: (headers, url) => ({ callerKey: firstKey(headers, url), client: undefined }) }
  }
  const expected = proxyApiKey === undefined ? undefined : digest(proxyApiKey)
  const known = (key: string): Known | undefined => {
    if (expected !== undefined && sameKey(key, expected)) return {}
    // What is looked up is a hash of the secret: its timing tells nothing of the key.
    const client = clients?.get(digest(key).toString('hex'))
    return client === undefined ? undefined : { client }
  }
  return {
    enter(headers, url) {
      const keys = keysIn(headers, url)
      const who = keys.map(known)
      const entrant = who.find((one) => one !== undefined)
      if (entrant === undefined) {
        throw new GatewayError(
          'authentication',
          keys.length > 0 ? 'The gateway key is not valid.' : lackOf(headers),
        )
      }
      return {
        callerKey: keys.find((_, i) => who[i] === undefined),
        client: entrant.client,
      }
    },
  }
}

/** Whoever shows a key of the gate. */
interface Known {
  readonly client?: Client
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
  const given = [
    keyIn(headers['x-api-key']),
    keyIn(headers['x-goog-api-key']),
    bearer(headers),
    keyIn(queryValue(url, 'key')),
  ]
  return given.filter((key) => key !== undefined)
}

/** The same order, and no further than needed: asked of every request. */
function firstKey(headers: IncomingHttpHeaders, url: string | undefined): string | undefined {
  return (
    keyIn(headers['x-api-key']) ??
    keyIn(headers['x-goog-api-key']) ??
    bearer(headers) ??
    keyIn(queryValue(url, 'key'))
  )
}

function keyIn(value: string | string[] | undefined): string | undefined {
  const key = Array.isArray(value) ? value[0] : value
  return key === '' ? undefined : key
}

function bearer(headers: IncomingHttpHeaders): string | undefined {
  const { authorization } = headers
  return authorization === undefined ? undefined : /^bearer\s+(\S+)$/i.exec(authorization)?.[1]
}
