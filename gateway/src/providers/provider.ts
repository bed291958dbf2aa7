/** A configured upstream account, ready to be called: where, in which dialect, with which headers and limits. */

import type { Client } from '#transport'
import type { GatewayError, RetryPolicy, RoadOperation } from '#core'
import type { Address, Dialect, Traits } from '#dialects'
import type { Authorize } from './auth/grant.ts'
import type { Envelope } from './site.ts'
import type { Standing } from './preset.ts'

export interface Provider {
  readonly name: string
  readonly type: string
  readonly dialect: Dialect
  readonly baseUrl: string
  readonly priority: number
  readonly passthrough: boolean
  readonly keys: KeyRing
  readonly timeouts: ProviderTimeouts
  /** Milliseconds a probe of its health may take; absent means as for all. */
  readonly probeLimitMs?: number
  readonly maxRetries: number
  readonly retryPolicy: RetryPolicy
  readonly defaultModel: string | undefined
  /** Configured model names; listed without asking the upstream. */
  readonly models: readonly string[]
  readonly client: Client
  /** What it calls a model that others call so; absent: the same. */
  readonly spells?: (model: string) => string
  /** Path of an operation; undefined when the dialect has no such operation. Some dialects need the address to say it. */
  path(operation: RoadOperation, address?: Address): string | undefined
  /** Path of anything else under the base URL. */
  pathTo(path: string): string
  /** Flat header list for one call. `client` holds the client's headers in the same-language lane. */
  headers(key: string | undefined, client: HeaderSource | undefined): string[]
  /** What else in its headers must be seen by nobody; absent: nothing. */
  readonly secrets?: readonly string[]
  traits(model: string): Traits
  /** What each call needs besides; absent where the headers say it all. */
  readonly authorize?: Authorize
  readonly envelope?: Envelope
  /** Who mints the opaque state of its answers. Default: its name. */
  readonly issuer?: string
  /** The same account as it must be called for this model, where its models speak different dialects. */
  forModel?(model: string): Provider
  /** The same account at the place that lists its models, where that is another one. */
  readonly lister?: Provider
  readonly standing: Standing
  /** Models that may stand in for one another: its size classes. */
  readonly classes: readonly (readonly string[])[]
  /** Its share where targets are chosen by weight. */
  readonly weight: number
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
  /** The best key for a call that is nobody's request, such as a probe: takes no turn and spends no quota. */
  idle(): string | undefined
  /** The key whose turn it is. Takes no turn and spends no quota; undefined when there is none left to take. */
  due(): string | undefined
  /** The provider would not take it: it rests, and other keys go first. */
  refused(key: string, error: GatewayError): void
  /**
   * `sentAt`: monotonic milliseconds; an answer to what was sent before a refusal unsays nothing. `roomMs`: until the provider has room
   * for another request with it, as it tells; 0: it has.
   */
  answered(key: string, sentAt: number, roomMs?: number): void
  /** Tokens of a request and its answer. */
  used(key: string, tokens: number): void
  /** Nobody rests any more, and the turns begin anew. What was counted stays, quotas too. */
  reset(): void
  /** The only form in which a key may be shown. */
  fingerprint(key: string): string
  facts(): readonly KeyFacts[]
}

/** What may be told of a key. */
export interface KeyFacts {
  readonly fingerprint: string
  /** `resting` after a refusal, `spent` until its quota's period ends. */
  readonly state: 'ready' | 'resting' | 'spent'
  readonly requests: number
  readonly failures: number
  readonly tokens: number
}
