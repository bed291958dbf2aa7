/** Citations as annotations of a text: of a page by its address, of a stored file by its id. */

import { type Citation, type JsonDraft, type JsonObject, numberOf, stringOf } from '#core'
import { markOf } from './extra-fields.ts'

export function decodeAnnotation(annotation: JsonObject): Citation {
  const url = stringOf(annotation['url'])
  const title = stringOf(annotation['title']) ?? stringOf(annotation['filename'])
  const start = numberOf(annotation['start_index'])
  const end = numberOf(annotation['end_index'])
  const fileId = stringOf(annotation['file_id'])
  return {
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(fileId === undefined ? {} : { fileId }),
    extras: { 'openai-responses': { '~annotation': annotation } },
  }
}

/** Undefined for a citation of another dialect without either: what a request brought along itself has no id here. */
export function encodeCitation(cited: Citation): JsonDraft | undefined {
  const own = markOf(cited, '~annotation')
  // Only `decodeAnnotation` writes the mark, and it writes an object.
  if (own !== undefined) return { ...(own as JsonObject) }
  if (cited.url === undefined) return encodeFile(cited)
  return {
    type: 'url_citation',
    url: cited.url,
    title: cited.title ?? '',
    start_index: cited.start ?? 0,
    end_index: cited.end ?? 0,
  }
}

function encodeFile({ fileId, title = '', end = 0 }: Citation): JsonDraft | undefined {
  if (fileId === undefined) return undefined
  return { type: 'file_citation', file_id: fileId, filename: title, index: end }
}
