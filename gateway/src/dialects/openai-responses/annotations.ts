/** Citations as annotations of a text. Files have no address: such an annotation is kept as it came. */

import { type Citation, type JsonDraft, type JsonObject, numberOf, stringOf } from '#core'
import { markOf } from './extra-fields.ts'

export function decodeAnnotation(annotation: JsonObject): Citation {
  const url = stringOf(annotation['url'])
  const title = stringOf(annotation['title']) ?? stringOf(annotation['filename'])
  const start = numberOf(annotation['start_index'])
  const end = numberOf(annotation['end_index'])
  return {
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    extras: { 'openai-responses': { '~annotation': annotation } },
  }
}

/** Undefined for a citation of another dialect without an address. */
export function encodeCitation(cited: Citation): JsonDraft | undefined {
  const own = markOf(cited, '~annotation')
  // Only `decodeAnnotation` writes the mark, and it writes an object.
  if (own !== undefined) return { ...(own as JsonObject) }
  if (cited.url === undefined) return undefined
  return {
    type: 'url_citation',
    url: cited.url,
    title: cited.title ?? '',
    start_index: cited.start ?? 0,
    end_index: cited.end ?? 0,
  }
}
