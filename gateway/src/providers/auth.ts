/** How a key is put on a call. A key never goes into a URL. */

export type AuthScheme = 'bearer' | 'x-api-key' | 'x-goog-api-key' | 'none'

/** Flat header list for this scheme; empty without a key. */
export function authHeaders(scheme: AuthScheme, key: string | undefined): string[] {
  if (key === undefined || key === '') return []
  switch (scheme) {
    case 'bearer':
      return ['authorization', `Bearer ${key}`]
    case 'x-api-key':
      return ['x-api-key', key]
    case 'x-goog-api-key':
      return ['x-goog-api-key', key]
    case 'none':
      return []
  }
}
