/**
 * Base URLs as people write them, brought to one form: origin and path prefix under which a dialect's own paths hang.
 * Never a doubled version segment, never `//` (requirements R17, K17, pitfall 247).
 */

import { GatewayError } from '#core'

/** The version segment of dialects that expect it in the base URL, for a bare host. The others have it in their own paths. */
const USUAL_VERSION: ReadonlyMap<string, string> = new Map([
  ['openai-chat', '/v1'],
  ['openai-responses', '/v1'],
  ['gemini', '/v1beta'],
])

/** Operations people paste together with the base URL. */
const OPERATIONS =
  /\/(?:models\/[^/]+:\w+|chat\/completions|completions|responses|embeddings|models|messages(?:\/count_tokens)?|api\/(?:chat|generate|tags))$/

export interface BaseUrl {
  readonly origin: string
  /** Empty, or starting with `/` and not ending in one. */
  readonly prefix: string
}

/** `version`: what a bare host of this very type is continued with, where that is not the dialect's usual one. */
export function normaliseBaseUrl(text: string, dialect: string, version?: string): BaseUrl {
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
  const usual = version ?? USUAL_VERSION.get(dialect)
  if (usual !== undefined) {
    // A bare host means the usual place; any other path is authoritative (`/api/v1`, `/openai`, a proxy's prefix).
    if (prefix === '') prefix = usual
  } else if (versioned) {
    prefix = prefix.replace(/\/v\d+(?:beta\d*)?$/, '')
  }
  return { origin: url.origin, prefix }
}
