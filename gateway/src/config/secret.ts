/** Which settings hold secrets, and how a value is shown: a secret only as its fingerprint. */

import { fingerprint } from './fingerprint.ts'
import { isTable, type Path } from './setting.ts'
import { PASSTHRU } from './schema-values.ts'

const FIELDS: ReadonlySet<string> = new Set([
  'api_key',
  'proxy_api_key',
  'admin_api_key',
  'key_sha256',
  'admin_api_key',
  'key_sha256',
  'secret_access_key',
  'session_token',
  'bearer_token',
  'client_secret',
  'identity_header',
  'credentials',
  'access_key_id',
])

/** Tables in which anything may be one: headers, and options that mean nothing here. */
const TABLES: ReadonlySet<string> = new Set(['custom_headers', 'settings', 'options'])

/** Amounts of tokens are none. */
const SOUNDS_SECRET =
  /(?:^|[_-])(?:api[_-]?key|keys?|secrets?|token|passwords?|credentials?|authorization|hash|hashes)$/i

export function isSecret(path: Path): boolean {
  const last = path.at(-1) ?? ''
  // The name of an alias, a model or a provider is the user's, whatever it sounds like.
  const isOwn = path.includes('aliases') || path[0] === 'models'
  return (
    FIELDS.has(last) ||
    path.slice(0, -1).some((part) => TABLES.has(part)) ||
    // What a client shows.
    (path[0] === 'clients' && last === 'key') ||
    (!isOwn && SOUNDS_SECRET.test(last))
  )
}

/** The value as it may be seen. */
export function shownValue(path: Path, value: unknown): unknown {
  if (isSecret(path)) return masked(value)
  return mapped(path, value)
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked)
  if (isTable(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item)]))
  // Several keys may stand in one text.
  const several = typeof value === 'string' ? value.trim().split(/\s+/) : []
  if (several.length > 1) return several.map(masked)
  return value === PASSTHRU ? 'PASSTHRU' : fingerprint(String(value))
}

function mapped(path: Path, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapped(path, item))
  if (isTable(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, shownValue([...path, key], item)]),
    )
  }
  return typeof value === 'string' ? withoutCredentials(value) : value
}

/** A URL may carry a password or a key. */
function withoutCredentials(text: string): string {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return text
  return text.replace(/\/\/[^/@]*@/, '//…@').replaceAll(/([?&][^=&#]+=)[^&#]*/g, '$1…')
}
