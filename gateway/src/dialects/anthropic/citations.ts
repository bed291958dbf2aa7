/** Citations: pages of the web, and places in the documents and search results a request brought along. */

import { isSealed, numberOf, seal, stringOf } from '#core'
import type { Citation, CitedPlace, JsonDraft, JsonObject, NoteSink } from '#core'
import { ownOf } from './wire.ts'

/** How each kind of place says its two ends. */
const ENDS = {
  char_location: { unit: 'character', start: 'start_char_index', end: 'end_char_index' },
  page_location: { unit: 'page', start: 'start_page_number', end: 'end_page_number' },
  content_block_location: { unit: 'block', start: 'start_block_index', end: 'end_block_index' },
  search_result_location: { unit: 'block', start: 'start_block_index', end: 'end_block_index' },
} as const

type Kind = keyof typeof ENDS

/** Stands where only Anthropic can write, and would refuse what others have written: sealed, so that no history takes it there. */
const NOBODYS = seal({ issuer: '', value: '' })

/** Whether Anthropic itself has found what is cited. */
export function isFound({ encrypted_index: index }: JsonObject): boolean {
  return index !== '' && !isSealed(index)
}

/** Offsets here count in the cited document, not in the answer. */
export function decodeCitation(wire: JsonObject): Citation {
  const source = stringOf(wire['source'])
  const url = stringOf(wire['url']) ?? (source !== undefined && /^https?:/.test(source) ? source : undefined)
  const title = stringOf(wire['title']) ?? stringOf(wire['document_title'])
  const quote = stringOf(wire['cited_text'])
  const fileId = stringOf(wire['file_id'])
  const place = placeIn(wire)
  return {
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(quote === undefined ? {} : { quote }),
    ...(fileId === undefined ? {} : { fileId }),
    ...(place === undefined ? {} : { place }),
    extras: { anthropic: wire },
  }
}

function placeIn(wire: JsonObject): CitedPlace | undefined {
  const kind = stringOf(wire['type'])
  if (kind === undefined || !isKind(kind)) return undefined
  const ends = ENDS[kind]
  const searched = kind === 'search_result_location'
  const document = numberOf(wire[searched ? 'search_result_index' : 'document_index'])
  const start = numberOf(wire[ends.start])
  const end = numberOf(wire[ends.end])
  if (document === undefined || start === undefined || end === undefined) return undefined
  const source = searched ? { source: stringOf(wire['source']) ?? '' } : {}
  return { unit: ends.unit, document, start, end, ...source }
}

function isKind(type: string): type is Kind {
  return Object.hasOwn(ENDS, type)
}

/** One of another dialect can be said when it has an address, or a place in what the request brought along. */
export function encodeCitation(citation: Citation): JsonObject | undefined {
  const own = ownOf(citation)
  if (Object.keys(own).length > 0) return own
  const { url, quote = '', place } = citation
  if (place !== undefined) return { ...encodePlace(place, citation), cited_text: quote }
  if (url === undefined) return undefined
  return {
    type: 'web_search_result_location',
    url,
    title: citation.title ?? null,
    cited_text: quote,
    encrypted_index: NOBODYS,
  }
}

function encodePlace(place: CitedPlace, citation: Citation): JsonDraft {
  const { source, unit, document, start, end } = place
  const title = citation.title ?? null
  if (source !== undefined) {
    const { start: from, end: to } = ENDS.search_result_location
    return {
      type: 'search_result_location',
      search_result_index: document,
      source,
      title,
      [from]: start,
      [to]: end,
    }
  }
  const type = TYPES[unit]
  const { start: from, end: to } = ENDS[type]
  return {
    type,
    document_index: document,
    document_title: title,
    file_id: citation.fileId ?? null,
    [from]: start,
    [to]: end,
  }
}

const TYPES = {
  character: 'char_location',
  page: 'page_location',
  block: 'content_block_location',
} as const satisfies Readonly<Record<CitedPlace['unit'], Kind>>

export function noteCitation(note: NoteSink): void {
  note({
    kind: 'dropped',
    field: 'citations',
    reason: 'a citation here has an address or a place in a document of the request',
  })
}
