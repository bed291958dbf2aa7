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
  type Part,
  stringOf,
} from '#core'
import { compact, markOf } from './extra-fields.ts'

export function decodeAnnotation(annotation: JsonValue): Citation | undefined {
  if (!isObject(annotation)) return undefined
  const cited = objectOf(annotation['url_citation']) ?? annotation
  const url = stringOf(cited['url'])
  return url === undefined ? otherKind(annotation) : citation(url, cited)
}

/** Of a kind that some servers have of their own, such as a file that was read. */
function otherKind(annotation: JsonObject): Citation {
  const file = objectOf(annotation['file'])
  const title = stringOf(annotation['title']) ?? stringOf(file?.['name'])
  return {
    ...(title === undefined ? {} : { title }),
    extras: { 'openai-chat': { '~annotation': annotation } },
  }
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

/** Undefined for another dialect's citation without an address: this one cites pages only. `offset`: where the part's text begins. */
export function encodeCitation(cited: Citation, offset: number): JsonDraft | undefined {
  const own = markOf(cited, '~annotation')
  if (isObject(own)) return { ...own }
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

/** The annotations of a turn in the history, which count in the whole of what it says, on the texts they stand in. */
export function citedParts<P extends Part>(parts: readonly P[], annotations: JsonValue | undefined): P[] {
  const list = (arrayOf(annotations) ?? []).flatMap((one) => decodeAnnotation(one) ?? [])
  const texts = parts.filter((part) => part.type === 'text' && part.refusal !== true)
  if (list.length === 0 || texts.length === 0) return [...parts]
  let offset = 0
  return parts.map((part) => {
    if (part.type !== 'text' || part.refusal === true) return part
    const from = offset
    offset += part.text.length
    const first = part === texts[0]
    const last = part === texts.at(-1)
    const citations = list
      .filter(({ start = 0 }) => (first || start >= from) && (last || start < offset))
      .map((cited) => movedBy(cited, -from))
    return citations.length === 0 ? part : { ...part, citations }
  })
}

function movedBy(cited: Citation, units: number): Citation {
  if (units === 0) return cited
  const { start, end } = cited
  return {
    ...cited,
    ...(start === undefined ? {} : { start: start + units }),
    ...(end === undefined ? {} : { end: end + units }),
  }
}
