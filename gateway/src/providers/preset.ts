/** What a provider type is: a record. Most need no code; what is odd is a named trait with its reason. */

import type { Dialect, Traits } from '#dialects'
import type { AuthScheme } from './auth.ts'

export interface Preset {
  /** The word configuration uses. */
  readonly name: string
  readonly title: string
  readonly dialect: Dialect['name']
  /** Absent: the configuration must name one. */
  readonly baseUrl?: string
  readonly auth: AuthScheme
  /** Whether it is unusable without a key. */
  readonly needsKey: boolean
  /** Client headers that go on to this provider in the same-language lane, lower-case. All others stay here. */
  readonly forwards?: readonly string[]
  /** Sent with every call unless the client's forwarded header says otherwise. */
  readonly headers?: Readonly<Record<string, string>>
  readonly traits?: Traits
  /** Facts about some of its models; the first match wins, over `traits`. */
  readonly models?: readonly ModelTraits[]
  readonly defaultModel?: string
}

export interface ModelTraits {
  readonly match: RegExp
  readonly traits: Traits
  /** Where the fact comes from. */
  readonly reason: string
}
