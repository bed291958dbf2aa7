/** A configured upstream account, ready to be called: where, in which dialect, with which headers and limits. */

import type { Client } from '#transport'
import type { RoadOperation } from '#core'
import type { Address, Dialect, Traits } from '#dialects'

export interface Provider {
  readonly name: string
  readonly type: string
  readonly dialect: Dialect
  readonly baseUrl: string
  readonly priority: number
  readonly passthrough: boolean
  readonly keys: KeyRing
  readonly timeouts: ProviderTimeouts
  readonly maxRetries: number
  readonly defaultModel: string | undefined
  /** Configured model names; listed without asking the upstream. */
  readonly models: readonly string[]
  readonly client: Client
  /** Path of an operation; undefined when the dialect has no such operation. Some dialects need the address to say it. */
  path(operation: RoadOperation, address?: Address): string | undefined
  /** Path of anything else under the base URL. */
  pathTo(path: string): string
  /** Flat header list for one call. `client` holds the client's headers in the same-language lane. */
  headers(key: string | undefined, client: HeaderSource | undefined): string[]
  traits(model: string): Traits
}

export type HeaderSource = Readonly<Record<string, string | string[] | undefined>>

export interface ProviderTimeouts {
  readonly connectMs: number
  readonly headersMs: number
  readonly firstTokenMs: number
  readonly idleMs: number
  readonly totalMs: number
}

/** Hands out keys in rotation; a request never gets the same key twice. */
export interface KeyRing {
  readonly size: number
  /** The next key not among `tried`; undefined when all were. */
  next(tried: ReadonlySet<string>): string | undefined
}
