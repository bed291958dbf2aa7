/**
 * Base URLs as people write them, brought to one form: origin and path prefix under which a dialect's own paths hang.
 * Never a doubled version segment, never `//` (requirements R17, K17, pitfall 247).
 */

import { GatewayError } from '#core'

/** Where a dialect expects its version segment: in the base URL, or in its own paths. */
const VERSION_IN_BASE: Readonly<Record<string, boolean>> = {
  'openai-chat': true,
  anthropic: false,
  ollama: false,
}

/** Operations people paste together with the base URL. */
const OPERATIONS =
  /\/(?:chat\/completions|completions|embeddings|models|messages(?:\/count_tokens)?|api\/(?:chat|generate|tags))$/

export interface BaseUrl {
  readonly origin: string
  /** Empty, or starting with `/` and not ending in one. */
  readonly prefix: string
}

export function normaliseBaseUrl(text: string, dialect: string): BaseUrl {
  const url = URL.parse(text.trim())
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new GatewayError('invalid-request', `"${text}" is not an http or https URL.`, { param: 'base_url' })
  }
  if (url.username !== '' || url.password !== '') {
    throw new GatewayError('invalid-request', 'A base URL must not carry credentials; use api_key.', {
      param: 'base_url',
    })
  }
  let prefix = url.pathname
    .replaceAll(/\/{2,}/g, '/')
    .replace(/\/+$/, '')
    .replace(OPERATIONS, '')
  const versioned = /\/v\d+(?:beta\d*)?$/.test(prefix)
  if (VERSION_IN_BASE[dialect] === true) {
    // A bare host means the usual place; any other path is authoritative (`/api/v1`, `/openai`, a proxy's prefix).
    if (prefix === '') prefix = '/v1'
  } else if (versioned) {
    prefix = prefix.replace(/\/v\d+(?:beta\d*)?$/, '')
  }
  return { origin: url.origin, prefix }
}
