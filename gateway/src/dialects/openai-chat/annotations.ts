/** Citations: `url_citation` annotations, and the bare lists of addresses that search providers put beside the answer. */

import {
  arrayOf,
  type Citation,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  numberOf,
  objectOf,
  stringOf,
} from '#core'
import { compact } from './extra-fields.ts'

export function decodeAnnotation(annotation: JsonValue): Citation | undefined {
  if (!isObject(annotation)) return undefined
  const cited = objectOf(annotation['url_citation']) ?? annotation
  const url = stringOf(cited['url'])
  return url === undefined ? undefined : citation(url, cited)
}

function citation(url: string, fields: JsonObject): Citation {
  const title = stringOf(fields['title'])
  const quote = stringOf(fields['content']) ?? stringOf(fields['snippet'])
  const start = numberOf(fields['start_index'])
  const end = numberOf(fields['end_index'])
  return {
    url,
    ...(title === undefined ? {} : { title }),
    ...(quote === undefined ? {} : { quote }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  }
}

/** Top-level `citations` and `search_results` (Perplexity, xAI). */
export function decodeSources(answer: JsonObject): Citation[] {
  const found = new Map<string, Citation>()
  for (const source of arrayOf(answer['search_results']) ?? []) {
    const url = isObject(source) ? stringOf(source['url']) : undefined
    if (isObject(source) && url !== undefined) found.set(url, citation(url, source))
  }
  for (const url of arrayOf(answer['citations']) ?? []) {
    if (typeof url === 'string' && !found.has(url)) found.set(url, { url })
  }
  return [...found.values()]
}

/** Undefined for a citation without an address: this dialect cites pages only. `offset`: where the part's text begins. */
export function encodeCitation(cited: Citation, offset: number): JsonDraft | undefined {
  if (cited.url === undefined) return undefined
  const start = cited.start === undefined ? undefined : cited.start + offset
  const end = cited.end === undefined ? undefined : cited.end + offset
  return {
    type: 'url_citation',
    url_citation: compact({
      url: cited.url,
      title: cited.title ?? '',
      content: cited.quote,
      start_index: start ?? 0,
      end_index: end ?? 0,
    }),
  }
}
