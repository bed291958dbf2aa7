/** Pictures, sound, films and documents: bytes in `inlineData`, addresses in `fileData`. */

import { invalid, isObject, stringOf } from '#core'
import type { JsonDraft, JsonObject, MediaPart, MediaSource } from '#core'
import { camelAt, compact, fieldSet, markOf, ownOf, restOf, withRest } from './wire.ts'

const PART = fieldSet('inlineData fileData thoughtSignature')
const INNER = fieldSet('mimeType data fileUri displayName')

/** A part with `inlineData` or `fileData`; undefined when it lacks what it is for. */
export function decodeMedia(wire: JsonObject): MediaPart | undefined {
  const inline = camelAt(wire, 'inlineData')
  const inner = inline ?? camelAt(wire, 'fileData')
  const data = stringOf(inline?.['data'])
  const url = stringOf(inner?.['fileUri'])
  if (inner === undefined || (inline === undefined ? url : data) === undefined) return undefined
  const mediaType = stringOf(inner['mimeType'])
  const name = stringOf(inner['displayName'])
  const rest = restOf(inner, INNER)
  const marks = {
    ...(rest === undefined ? {} : { '~inner': rest }),
    // An address says its type beside it; a source of this kind has no place for that.
    ...(inline === undefined && mediaType !== typeOfUrl(url ?? '') ? { '~mimeType': mediaType ?? null } : {}),
  }
  return {
    type: 'media',
    kind: kindOf(mediaType ?? typeOfUrl(url ?? '') ?? ''),
    source:
      inline === undefined
        ? sourceAt(url ?? '')
        : { type: 'base64', mediaType: mediaType ?? 'application/octet-stream', data: data ?? '' },
    ...(name === undefined ? {} : { name }),
    ...withRest(restOf(wire, PART), marks),
  }
}

/** What was uploaded to the Gemini API has an address that nobody else can read. */
function sourceAt(url: string): MediaSource {
  return UPLOADED.test(url) ? { type: 'file-id', id: url } : { type: 'url', url }
}

const UPLOADED = /^https:\/\/generativelanguage\.googleapis\.com\/.*\bfiles\//

export function encodeMedia(part: MediaPart): JsonDraft {
  const { source } = part
  const inner = markOf(part, '~inner')
  const more = {
    ...(part.name === undefined ? {} : { displayName: part.name }),
    ...(isObject(inner) ? inner : {}),
  }
  switch (source.type) {
    case 'base64':
      return {
        inlineData: { mimeType: plainType(source.mediaType), data: source.data, ...more },
        ...ownOf(part),
      }
    case 'url':
      if (/^s3:/i.test(source.url))
        throw invalid(
          'contents: media must be given by http(s) URL, from Google’s store or as data.',
          'contents',
        )
      return fileData(part, source.url, more)
    case 'text':
      return { text: part.name === undefined ? source.text : `${part.name}:\n${source.text}` }
    case 'file-id':
      if (UPLOADED.test(source.id)) return fileData(part, source.id, more)
      throw invalid('contents: a file id is known only to the provider that issued it.', 'contents')
  }
}

function fileData(part: MediaPart, url: string, more: JsonDraft): JsonDraft {
  return {
    fileData: { ...compact({ mimeType: typeOf(part, url) }), fileUri: url, ...more },
    ...ownOf(part),
  }
}

function typeOf(part: MediaPart, url: string): string | undefined {
  const said = markOf(part, '~mimeType')
  if (said !== undefined) return stringOf(said)
  return typeOfUrl(url) ?? USUAL[part.kind]
}

const USUAL = {
  image: 'image/jpeg',
  audio: 'audio/mpeg',
  video: 'video/mp4',
  document: 'application/pdf',
} as const

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  mp4: 'video/mp4',
  mov: 'video/mov',
  webm: 'video/webm',
  pdf: 'application/pdf',
  txt: 'text/plain',
}

function typeOfUrl(url: string): string | undefined {
  const ending = /\.([A-Za-z0-9]{2,4})(?:[?#].*)?$/.exec(url)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined
}

/** Names in use that the servers do not know. */
function plainType(mediaType: string): string {
  return mediaType === 'image/jpg' ? 'image/jpeg' : mediaType
}

function kindOf(mediaType: string): MediaPart['kind'] {
  const [family] = mediaType.split('/', 1)
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'document'
}
