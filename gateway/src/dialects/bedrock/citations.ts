/** Citations: where a statement comes from. Places count in the source here, not in the answer. */

import { isObject, numberOf, stringOf } from '#core'
import type { Citation, CitedPlace, JsonDraft, JsonObject, NoteSink } from '#core'
import { objectsOf, ownOf } from './wire.ts'

const UNITS = {
  character: 'documentChar',
  page: 'documentPage',
  block: 'documentChunk',
} as const satisfies Readonly<Record<CitedPlace['unit'], string>>

export function decodeCitation(wire: JsonObject): Citation {
  const location = isObject(wire['location']) ? wire['location'] : undefined
  const web = isObject(location?.['web']) ? location['web'] : undefined
  const source = stringOf(wire['source'])
  const url = stringOf(web?.['url']) ?? (source !== undefined && /^https?:/.test(source) ? source : undefined)
  const title = stringOf(wire['title'])
  const quote = objectsOf(wire['sourceContent'])
    .map((each) => stringOf(each['text']) ?? '')
    .join('')
  const place = location === undefined ? undefined : placeIn(location, source)
  return {
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(quote === '' ? {} : { quote }),
    ...(place === undefined ? {} : { place }),
    extras: { bedrock: wire },
  }
}

function placeIn(location: JsonObject, source = ''): CitedPlace | undefined {
  const found = location['searchResultLocation']
  if (isObject(found)) return placeOf('block', found, 'searchResultIndex', { source })
  for (const unit of ['character', 'page', 'block'] as const) {
    const wire = location[UNITS[unit]]
    if (isObject(wire)) return placeOf(unit, wire, 'documentIndex', {})
  }
  return undefined
}

function placeOf(
  unit: CitedPlace['unit'],
  wire: JsonObject,
  index: string,
  source: { readonly source?: string },
): CitedPlace | undefined {
  const document = numberOf(wire[index])
  const start = numberOf(wire['start'])
  const end = numberOf(wire['end'])
  if (document === undefined || start === undefined || end === undefined) return undefined
  return { unit, document, start, end, ...source }
}

/** All of it may be left out here; a citation that says nothing at all is none. */
export function encodeCitation(citation: Citation): JsonObject | undefined {
  const own = ownOf(citation)
  if (Object.keys(own).length > 0) return own
  const { url, title, quote, fileId, place } = citation
  const source = place?.source ?? fileId
  const location =
    place === undefined ? (url === undefined ? undefined : { web: { url } }) : encodePlace(place)
  const wire: JsonDraft = {
    ...(title === undefined ? {} : { title }),
    ...(source === undefined ? {} : { source }),
    ...(quote === undefined ? {} : { sourceContent: [{ text: quote }] }),
    ...(location === undefined ? {} : { location }),
  }
  return Object.keys(wire).length === 0 ? undefined : wire
}

function encodePlace({ unit, document, start, end, source }: CitedPlace): JsonDraft {
  return source === undefined
    ? { [UNITS[unit]]: { documentIndex: document, start, end } }
    : { searchResultLocation: { searchResultIndex: document, start, end } }
}

export function noteCitation(note: NoteSink): void {
  note({ kind: 'dropped', field: 'citations', reason: 'the citation says nothing of its source' })
}
