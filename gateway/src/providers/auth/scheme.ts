/** How a key is put on a call. A key never goes into a URL. */

/** `google`: an API key or, as the older way on Google's cloud, an access token. */
export type AuthScheme = 'bearer' | 'x-api-key' | 'x-goog-api-key' | 'api-key' | 'google' | 'none'

/** The same for one key after another: nearly always it is the one before, and equal headers that are one thing are known at a glance. */
export function admissions(scheme: AuthScheme): (key: string | undefined) => readonly string[] {
  let before: string | undefined
  let headers: readonly string[] = []
  return (key) => {
    if (key !== before) {
      headers = authHeaders(scheme, key)
      before = key
    }
    return headers
  }
}

/** Flat header list for this scheme; empty without a key. */
function authHeaders(scheme: AuthScheme, key: string | undefined): string[] {
  if (key === undefined || key === '') return []
  switch (scheme) {
    case 'bearer':
      return ['authorization', `Bearer ${key}`]
    case 'google':
      return isGoogleApiKey(key) ? ['x-goog-api-key', key] : ['authorization', `Bearer ${key}`]
    case 'x-api-key':
    case 'x-goog-api-key':
    case 'api-key':
      return [scheme, key]
    case 'none':
      return []
  }
}

/** The two beginnings of Google's API keys; access tokens begin with `ya29.` or are JWTs. */
function isGoogleApiKey(key: string): boolean {
  return /^(?:AIza|AQ\.)/.test(key)
}
