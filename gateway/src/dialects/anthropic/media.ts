/** Images and documents. */

import { invalid, isObject, stringOf } from '#core'
import type { JsonDraft, JsonObject, MediaPart, MediaSource } from '#core'
import { cacheControl, cacheOf, ownOf, rest, verbatim, verbatimOf } from './wire.ts'

const KNOWN: ReadonlySet<string> = new Set(['type', 'source', 'title'])

/** An image or document block. A source this version does not know rides along verbatim, readable text pulled out. */
export function decodeMedia(wire: JsonObject): MediaPart | undefined {
  const kind = wire['type'] === 'image' ? 'image' : 'document'
  const source = isObject(wire['source']) ? wire['source'] : undefined
  const known = source === undefined ? undefined : decodeSource(source)
  const name = stringOf(wire['title'])
  const about = {
    type: 'media',
    kind,
    ...(name === undefined ? {} : { name }),
    ...citing(wire),
    ...cacheOf(wire),
  } as const
  if (known === undefined) {
    const text = textOf(source?.['content'])
    if (text === undefined) return undefined
    return { ...about, source: { type: 'text', mediaType: 'text/plain', text }, ...verbatim(wire) }
  }
  // Ids of files belong to who issued them: only a source that came in this dialect may go out in it.
  const own = known.type === 'file-id' ? verbatim(wire) : rest(wire, KNOWN)
  return { ...about, source: known, ...own }
}

/** A search result is a small text document; its wire form is kept for its own dialect. */
export function decodeSearchResult(wire: JsonObject): MediaPart {
  const name = stringOf(wire['title'])
  const foundAt = stringOf(wire['source'])
  return {
    type: 'media',
    kind: 'document',
    source: { type: 'text', mediaType: 'text/plain', text: textOf(wire['content']) ?? '' },
    ...(name === undefined ? {} : { name }),
    ...(foundAt === undefined ? {} : { foundAt }),
    ...citing(wire),
    ...cacheOf(wire),
    ...verbatim(wire),
  }
}

/** What came in this dialect is also kept as it was spelled. */
function citing(wire: JsonObject): Pick<MediaPart, 'cites' | 'context'> {
  const cites = isObject(wire['citations']) && wire['citations']['enabled'] === true
  const context = stringOf(wire['context'])
  return { ...(cites ? { cites } : {}), ...(context === undefined ? {} : { context }) }
}

function decodeSource(source: JsonObject): MediaSource | undefined {
  const mediaType = stringOf(source['media_type'])
  const data = stringOf(source['data'])
  const url = stringOf(source['url'])
  const id = stringOf(source['file_id'])
  switch (source['type']) {
    case 'base64':
      return data === undefined
        ? undefined
        : { type: 'base64', mediaType: mediaType ?? 'application/octet-stream', data }
    case 'text':
      return data === undefined
        ? undefined
        : { type: 'text', mediaType: mediaType ?? 'text/plain', text: data }
    case 'url':
      return url === undefined ? undefined : { type: 'url', url }
    case 'file':
      return id === undefined ? undefined : { type: 'file-id', id }
    default:
      return undefined
  }
}

function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  return content
    .map((block: unknown) => (isObject(block) ? (stringOf(block['text']) ?? '') : ''))
    .filter((text) => text !== '')
    .join('\n')
}

export function encodeMedia(part: MediaPart): JsonDraft {
  const own = verbatimOf(part)
  if (own !== undefined) return { ...own }
  const cited = part.cites ? { citations: { enabled: true } } : {}
  if (part.foundAt !== undefined && part.source.type === 'text') {
    const content = [{ type: 'text', text: part.source.text }]
    const title = part.name ?? part.foundAt
    return {
      type: 'search_result',
      source: part.foundAt,
      title,
      content,
      ...cited,
      ...cacheControl(part.cache),
    }
  }
  const { kind, source } = encodeSource(part)
  return {
    type: kind,
    source,
    ...(kind === 'document' ? { ...titled(part), ...cited } : {}),
    ...cacheControl(part.cache),
    ...ownOf(part),
  }
}

function titled({ name, context }: MediaPart): JsonDraft {
  return { ...(name === undefined ? {} : { title: name }), ...(context === undefined ? {} : { context }) }
}

function encodeSource(part: MediaPart): { kind: 'image' | 'document'; source: JsonObject } {
  const { source } = part
  if (part.kind === 'audio' || part.kind === 'video') {
    throw invalid(`messages: ${part.kind} parts are not understood by this provider.`, 'messages')
  }
  switch (source.type) {
    case 'url':
      if (!/^https?:/i.test(source.url)) {
        throw invalid(
          'messages: media must be given by http(s) URL or as data for this provider.',
          'messages',
        )
      }
      return { kind: part.kind, source: { type: 'url', url: source.url } }
    case 'text':
      return { kind: 'document', source: { type: 'text', media_type: 'text/plain', data: source.text } }
    case 'file-id':
      throw invalid('messages: a file id is known only to the provider that issued it.', 'messages')
    case 'base64':
      return encodeData(sniff(source.data) ?? source.mediaType.toLowerCase(), source.data)
  }
}

function encodeData(mediaType: string, data: string): { kind: 'image' | 'document'; source: JsonObject } {
  if (IMAGES.has(mediaType)) return { kind: 'image', source: { type: 'base64', media_type: mediaType, data } }
  if (mediaType === 'application/pdf') {
    return { kind: 'document', source: { type: 'base64', media_type: mediaType, data } }
  }
  if (mediaType.startsWith('text/') || mediaType === 'application/json') {
    return { kind: 'document', source: { type: 'text', media_type: 'text/plain', data: decodeText(data) } }
  }
  throw invalid(`messages: media of type ${mediaType} is not understood by this provider.`, 'messages')
}

const IMAGES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

/** The type the first bytes show, told from how base64 spells them; a contradicting declaration is refused upstream. */
function sniff(data: string): string | undefined {
  if (data.startsWith('iVBORw0KGgo')) return 'image/png'
  if (data.startsWith('/9j/')) return 'image/jpeg'
  if (data.startsWith('R0lGOD')) return 'image/gif'
  if (data.startsWith('UklGR') && data.slice(12, 16) === 'RUJQ') return 'image/webp'
  if (data.startsWith('JVBERi')) return 'application/pdf'
  return undefined
}

function decodeText(data: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)))
  } catch {
    throw invalid('messages: the data of a text document is not base64.', 'messages')
  }
}
