/** Where an account of an odd type is found: URLs, bodies and credentials that a plain record cannot say. */

import type { ProviderConfig } from '#config'
import type { Clock, JsonObject, RoadOperation } from '#core'
import type { Address, Dialect, Traits } from '#dialects'
import type { Authorize } from './auth/grant.ts'
import type { FetchText } from './auth/token-request.ts'
import type { BaseUrl } from './base-url.ts'

export interface Site {
  readonly base: BaseUrl
  /** The whole path, from the dialect's own one; undefined: the place has no such operation. Absent: prefix and own path. */
  readonly place?: (own: string, operation: RoadOperation, address: Address) => string | undefined
  /** The same for side questions: lists and counts. */
  readonly pathTo?: (own: string) => string
  readonly authorize?: Authorize
  readonly envelope?: Envelope
  /** Facts that hang on the configuration. */
  readonly traits?: Traits
  /** Where models are listed, if not here. */
  readonly lists?: { readonly origin: string; readonly authorize: Authorize }
}

/** What a body has and lacks besides what its dialect says. */
export interface Envelope {
  readonly adds: JsonObject
  readonly lacks: readonly string[]
}

export interface SiteTools {
  readonly clock: Clock
  readonly fetchText: FetchText
}

export type SiteMaker = (config: ProviderConfig, dialect: Dialect, tools: SiteTools) => Site

/** A missing setting, for people: `{NAME}_PROJECT`, or `vertex.project` in the file. */
export interface Lack {
  readonly what: string
  readonly variable: string
  readonly field: string
}
