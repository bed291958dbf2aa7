/** Takes key-like strings and internal addresses out of foreign text before it may reach a client or a log. */

const SECRETS: readonly [RegExp, string][] = [
  [/\b(?:sk|pk|rk|key|xai|gsk|AIza|hf|ghp|nvapi|pplx)[-_][A-Za-z0-9_*-]{4,}/g, '[key]'],
  [/\bAIza[A-Za-z0-9_-]{8,}/g, '[key]'],
  [/\bBearer\s+[A-Za-z0-9._~+/=-]{6,}/gi, 'Bearer [key]'],
  [/([?&](?:api[-_]?key|key|token|access_token)=)[^&\s"']+/gi, '$1[key]'],
  [/\bhttps?:\/\/(?:[^\s/"'@]+@)[^\s"']*/g, '[address]'],
  [/\bhttps?:\/\/(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)\.[^\s"']*/g, '[address]'],
  [/\bhttps?:\/\/(?:localhost|\[::1\])[^\s"']*/g, '[address]'],
]

/** At most `limit` characters, scrubbed. */
export function scrub(text: string, limit = 1000): string {
  // Cut generously first so that a hostile body cannot make the patterns run long, and finely afterwards.
  let clean = text.length > limit * 4 ? text.slice(0, limit * 4) : text
  for (const [pattern, instead] of SECRETS) clean = clean.replace(pattern, instead)
  return clean.length > limit ? `${clean.slice(0, limit)}…` : clean
}
