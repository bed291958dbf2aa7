/** Images, documents, films and sound. Types are said as bare words here (`png`, `docx`); bytes are base64 in JSON. */

import { invalid, isObject, stringOf } from '#core'
import type { JsonDraft, JsonObject, MediaPart, MediaSource } from '#core'
import { trueType } from '../data-url.ts'
import { base64, isBase64 } from './base64.ts'
import { formatOf, isFormatOf, mediaTypeOf } from './media-format.ts'
import { objectsOf, verbatim, verbatimOf } from './wire.ts'

const KINDS = ['image', 'document', 'video', 'audio'] as const

/** A block of media; undefined when it is none, or has no source this version can read. The block itself rides along whole. */
export function decodeMedia(block: JsonObject): MediaPart | undefined {
  for (const kind of KINDS) {
    const wire = block[kind]
    if (!isObject(wire)) continue
    const source = isObject(wire['source'])
      ? decodeSource(kind, stringOf(wire['format']), wire['source'])
      : undefined
    if (source === undefined) return undefined
    const name = stringOf(wire['name'])
    return {
      type: 'media',
      kind,
      source,
      ...(name === undefined ? {} : { name }),
      ...citing(wire),
      ...verbatim(block),
    }
  }
  return undefined
}

/** A search result is a small text document. */
export function decodeSearchResult(block: JsonObject): MediaPart | undefined {
  const wire = block['searchResult']
  if (!isObject(wire)) return undefined
  const name = stringOf(wire['title'])
  const foundAt = stringOf(wire['source'])
  return {
    type: 'media',
    kind: 'document',
    source: { type: 'text', mediaType: 'text/plain', text: textsOf(wire['content']) },
    ...(name === undefined ? {} : { name }),
    ...(foundAt === undefined ? {} : { foundAt }),
    ...citing(wire),
    ...verbatim(block),
  }
}

function citing(wire: JsonObject): Pick<MediaPart, 'cites' | 'context'> {
  const cites = isObject(wire['citations']) && wire['citations']['enabled'] === true
  const context = stringOf(wire['context'])
  return { ...(cites ? { cites } : {}), ...(context === undefined ? {} : { context }) }
}

function decodeSource(
  kind: MediaPart['kind'],
  format: string | undefined,
  source: JsonObject,
): MediaSource | undefined {
  const data = stringOf(source['bytes'])
  if (data !== undefined)
    return { type: 'base64', mediaType: trueType(mediaTypeOf(kind, format), data), data }
  const text = stringOf(source['text'])
  if (text !== undefined) return { type: 'text', mediaType: mediaTypeOf(kind, format ?? 'txt'), text }
  if (Array.isArray(source['content']))
    return { type: 'text', mediaType: 'text/plain', text: textsOf(source['content']) }
  const stored = source['s3Location']
  const url = isObject(stored) ? stringOf(stored['uri']) : undefined
  return url === undefined ? undefined : { type: 'url', url }
}

function textsOf(value: JsonObject[string] | undefined): string {
  return objectsOf(value)
    .map((each) => stringOf(each['text']) ?? '')
    .join('\n')
}

/** As `encodeMedia`, for a model that cites what it is given. */
export function encodeCited(part: MediaPart, nameOf: (name: string | undefined) => string): JsonDraft {
  const own = verbatimOf(part)
  if (own !== undefined) return { ...own }
  const cited = part.cites ? { citations: { enabled: true } } : {}
  if (part.foundAt !== undefined && part.source.type === 'text') {
    const title = part.name ?? part.foundAt
    return { searchResult: { source: part.foundAt, title, content: [{ text: part.source.text }], ...cited } }
  }
  const block = encodeMedia(part, nameOf)
  const { document } = block
  if (!isObject(document)) return block
  const about = part.context === undefined ? {} : { context: part.context }
  return { document: { ...document, ...about, ...cited } }
}

/** `nameOf` makes a document's name legal and tells it from the others of the request. */
export function encodeMedia(part: MediaPart, nameOf: (name: string | undefined) => string): JsonDraft {
  const own = verbatimOf(part)
  if (own !== undefined) return { ...own }
  const { source } = part
  switch (source.type) {
    case 'base64':
      return encodeData(part, source.mediaType, source.data, nameOf)
    case 'text':
      return {
        document: {
          format: formatOf('document', source.mediaType, part.name) ?? 'txt',
          name: nameOf(part.name),
          source: { bytes: base64(source.text) },
        },
      }
    case 'url':
      return encodeUrl(part, source.url, nameOf)
    case 'file-id':
      throw invalid('messages: a file id is known only to the provider that issued it.', 'messages')
  }
}

function encodeData(
  part: MediaPart,
  declared: string,
  data: string,
  nameOf: (name: string | undefined) => string,
): JsonDraft {
  const mediaType = trueType(declared.toLowerCase().split(';', 1)[0] ?? '', data)
  // What the bytes are decides, not where the client put them: a PDF may come as an image's address.
  const kind = mediaType === 'application/pdf' ? 'document' : part.kind
  const format = formatOf(kind, mediaType, part.name)
  if (format === undefined)
    throw invalid(
      `messages: ${kind} data of type ${mediaType} is not understood by this provider.`,
      'messages',
    )
  const name = kind === 'document' ? { name: nameOf(part.name) } : {}
  return { [kind]: { format, ...name, source: { bytes: data } } }
}

/** Media a model of another provider made; undefined where no block here holds it. */
export function encodeMade(part: MediaPart): JsonDraft | undefined {
  const own = verbatimOf(part)
  if (own !== undefined) return { ...own }
  const { kind, source } = part
  if (source.type !== 'base64' || kind === 'document') return undefined
  const mediaType = trueType(source.mediaType.toLowerCase().split(';', 1)[0] ?? '', source.data)
  const format = formatOf(kind, mediaType, part.name)
  if (format === undefined || !isBase64(source.data)) return undefined
  return { [kind]: { format, source: { bytes: source.data } } }
}

/** Its servers fetch from their own store only. */
function encodeUrl(part: MediaPart, url: string, nameOf: (name: string | undefined) => string): JsonDraft {
  const format = formatOf(part.kind, '', url)
  if (!url.startsWith('s3://') || format === undefined || !isFormatOf(part.kind, format))
    throw invalid('messages: this provider takes media as data or from S3, not by URL.', 'messages')
  const name = part.kind === 'document' ? { name: nameOf(part.name) } : {}
  return { [part.kind]: { format, ...name, source: { s3Location: { uri: url } } } }
}
