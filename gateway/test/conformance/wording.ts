/** Words of errors: the provider's own, or the house's for the same. */

import { loose, text } from './loose-json.ts'

/**
 * What the gateway says in its own words: whose key or quota it was is what the caller must know, and clients look for the words
 * of their language. The provider's are in the details and in the log.
 */
const REWORDED: readonly { readonly status: number; readonly told: RegExp }[] = [
  { status: 400, told: /prompt is too long: \d+ tokens > \d+ maximum/ },
  { status: 401, told: /refused the gateway's own key/ },
  { status: 402, told: /The quota of the account at provider/ },
  { status: 403, told: /does not let the gateway's key do this/ },
  { status: 404, told: /has no model "[^"]*" for this key|model '.+' not found/ },
  { status: 429, told: /The quota of the account at provider/ },
]

/** The upstream's words are there, or the house's for the same. */
export function says(status: number, said: string, words: string): boolean {
  const plain = /\{"(?:type":"error"|error":)/.test(said) ? messageIn(said.slice(said.indexOf('{'))) : said
  if (REWORDED.some((one) => one.status === status && one.told.test(plain))) return true
  // Only what looks like a key may have been blotted out.
  return words.split(/\bsk-[\w-]*|\S*\*{3,}\S*/).every((piece) => plain.includes(piece))
}

/** OpenRouter keeps what its provider said one level deeper than its own shrug; others say it without an `error` around it. */
export function messageIn(body: string): string {
  const parsed: unknown = JSON.parse(body)
  const wire = loose(Array.isArray(parsed) ? parsed[0] : parsed)
  const error = wire['error']
  const inner = text(loose(loose(error)['metadata'])['raw']) || text(loose(error)['message'])
  return text(error) || inner || text(wire['message']) || text(wire['Message']) || text(wire['detail'])
}
