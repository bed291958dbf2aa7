/** Sources of an answer. Offsets here count bytes of UTF-8; everywhere else they count UTF-16 units. */

import { isObject, numberOf, stringOf } from '#core'
import type { Citation, JsonDraft, JsonObject, JsonValue } from '#core'
import { camelAt, compact, objectsOf } from './wire.ts'

/** Citations of the candidate's grounding and of what it recited, placed in the text said so far. */
export function decodeCitations(candidate: JsonObject, text: string): Citation[] {
  return [...decodeGrounding(candidate, text), ...decodeRecited(candidate, text)]
}

function decodeGrounding(candidate: JsonObject, text: string): Citation[] {
  const metadata = camelAt(candidate, 'groundingMetadata')
  if (metadata === undefined) return []
  const chunks = objectsOf(metadata['groundingChunks']).map(sourceOf)
  return objectsOf(metadata['groundingSupports']).flatMap((support) => {
    const segment = camelAt(support, 'segment')
    const quote = stringOf(segment?.['text'])
    const place = segment === undefined ? {} : placeOf(segment, text, quote)
    const indices = support['groundingChunkIndices']
    const cited = Array.isArray(indices) ? indices : []
    return cited.flatMap((index: JsonValue) => {
      const source = chunks[numberOf(index) ?? -1]
      return source === undefined ? [] : [{ ...source, ...place }]
    })
  })
}

function sourceOf(chunk: JsonObject): Citation | undefined {
  const kind = ['web', 'retrievedContext', 'maps', 'image'].find((each) => isObject(chunk[each]))
  const source = kind === undefined ? undefined : camelAt(chunk, kind)
  if (source === undefined) return undefined
  const url = stringOf(source['uri'])
  const title = stringOf(source['title'])
  const quote = stringOf(source['text'])
  if (url === undefined && title === undefined && quote === undefined) return undefined
  return {
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(quote === undefined ? {} : { quote }),
  }
}

function decodeRecited(candidate: JsonObject, text: string): Citation[] {
  const metadata = camelAt(candidate, 'citationMetadata')
  if (metadata === undefined) return []
  return objectsOf(metadata['citationSources'] ?? metadata['citations']).flatMap((source) => {
    const url = stringOf(source['uri'])
    const title = stringOf(source['title'])
    return url === undefined
      ? []
      : [{ url, ...(title === undefined ? {} : { title }), ...placeOf(source, text, undefined) }]
  })
}

/** What was recited, over all chunks: some servers tell all of it each time, some only what is new. */
export function mergeRecited(before: JsonValue | undefined, more: JsonValue | undefined): JsonDraft {
  if (!isObject(before) || !isObject(more)) return {}
  const key = more['citations'] === undefined ? 'citationSources' : 'citations'
  const every = [...objectsOf(before[key]), ...objectsOf(more[key])]
  const distinct = new Map(every.map((source) => [JSON.stringify(source), source]))
  return { citationMetadata: { ...before, ...more, [key]: [...distinct.values()] } }
}

/** The quoted words decide where they stand; servers count from other beginnings now and then. */
function placeOf(
  segment: JsonObject,
  text: string,
  quote: string | undefined,
): Pick<Citation, 'start' | 'end'> {
  const from = unitsAt(text, numberOf(segment['startIndex']) ?? 0)
  const to = unitsAt(text, numberOf(segment['endIndex']) ?? -1)
  if (from !== undefined && to !== undefined && to >= from) {
    if (quote === undefined || text.slice(from, to) === quote) return { start: from, end: to }
  }
  const found = quote === undefined || quote === '' ? -1 : text.indexOf(quote)
  return quote === undefined || found === -1 ? {} : { start: found, end: found + quote.length }
}

/** UTF-16 units in the first `bytes` bytes of the text; undefined when it is not that long. */
function unitsAt(text: string, bytes: number): number | undefined {
  if (bytes < 0) return undefined
  const all = new TextEncoder().encode(text)
  return bytes > all.length ? undefined : new TextDecoder().decode(all.subarray(0, bytes)).length
}

/** Grounding for a client of this dialect, from citations of any origin. `text`: what the answer says in all. */
export function encodeGrounding(
  cited: readonly (Citation & { readonly offset: number })[],
  text: string,
): JsonDraft {
  const chunks: JsonObject[] = []
  const places = new Map<string, number>()
  const supports = cited.flatMap((citation): JsonObject[] => {
    const key = keyOf(citation)
    let index = places.get(key)
    if (index === undefined) {
      index = chunks.length
      places.set(key, index)
      chunks.push(chunkOf(citation))
    }
    if (citation.start === undefined || citation.end === undefined) return []
    const [from, to] = [citation.start + citation.offset, citation.end + citation.offset]
    const segment = { startIndex: bytesOf(text.slice(0, from)), endIndex: bytesOf(text.slice(0, to)) }
    return [{ segment: { ...segment, text: text.slice(from, to) }, groundingChunkIndices: [index] }]
  })
  return { groundingChunks: chunks, groundingSupports: supports }
}

/** A page of the web is one source whatever is quoted of it; of a document only its words can be shown. */
function keyOf({ url, title, quote, place }: Citation): string {
  return url ?? JSON.stringify([title, quote, place?.document, place?.start])
}

function chunkOf({ url, title, quote, place }: Citation): JsonObject {
  if (url !== undefined) return { web: compact({ uri: url, title }) }
  const pageNumber = place?.unit === 'page' ? place.start : undefined
  return { retrievedContext: compact({ title, text: quote, pageNumber }) }
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}
