/** Citations: where a statement comes from. Places count in the source here, not in the answer. */

import { isObject, stringOf } from '#core'
import type { Citation, JsonObject, NoteSink } from '#core'
import { objectsOf, ownOf } from './wire.ts'

export function decodeCitation(wire: JsonObject): Citation {
  const location = isObject(wire['location']) ? wire['location'] : undefined
  const web = isObject(location?.['web']) ? location['web'] : undefined
  const source = stringOf(wire['source'])
  const url = stringOf(web?.['url']) ?? (source !== undefined && /^https?:/.test(source) ? source : undefined)
  const title = stringOf(wire['title'])
  const quote = objectsOf(wire['sourceContent'])
    .map((each) => stringOf(each['text']) ?? '')
    .join('')
  return {
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(quote === '' ? {} : { quote }),
    extras: { bedrock: wire },
  }
}

/** One of another dialect can only be said when it has an address. */
export function encodeCitation(citation: Citation): JsonObject | undefined {
  const own = ownOf(citation)
  if (Object.keys(own).length > 0) return own
  const { url, title, quote } = citation
  if (url === undefined) return undefined
  return {
    ...(title === undefined ? {} : { title }),
    ...(quote === undefined ? {} : { sourceContent: [{ text: quote }] }),
    location: { web: { url } },
  }
}

export function noteCitation(note: NoteSink): void {
  note({ kind: 'dropped', field: 'citations', reason: 'a citation of another dialect needs an address here' })
}
