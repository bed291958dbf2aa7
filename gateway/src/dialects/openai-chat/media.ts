/** Pictures, sound, films and files inside messages, both ways. */

import {
  type CacheMark,
  type JsonDraft,
  type JsonObject,
  type MediaPart,
  type MediaSource,
  objectOf,
  stringOf,
} from '#core'
import { dataUrl, isStored, kindOf, parseDataUrl } from '../data-url.ts'
import { compact, markOf, restOf, spareOf, withRest, fieldSet } from './extra-fields.ts'

const OUTER = fieldSet('type cache_control image_url input_audio file document_url video_url')
const INNER = fieldSet('url data format filename file_data file_id')
const PICTURE = fieldSet('url detail')

/** A media part, or undefined when it is not one we understand. */
export function decodeMedia(part: JsonObject, cache: { cache?: CacheMark }): MediaPart | undefined {
  const type = stringOf(part['type']) ?? ''
  const field = part[type]
  const inner = objectOf(field) ?? {}
  const found = sourceOf(type, stringOf(field), inner)
  if (found === undefined) return undefined
  const { name, ...core } = found
  const detail = type === 'image_url' && core.kind === 'image' ? stringOf(inner['detail']) : undefined
  const innerRest = restOf(inner, detail === undefined ? INNER : PICTURE)
  const marks: JsonDraft = {
    // The plain spelling for the kind needs no mark; anything else is remembered.
    ...(isPlain(type, core) ? {} : { '~type': type }),
    ...(innerRest === undefined ? {} : { '~inner': innerRest }),
  }
  const rest = restOf(part, OUTER, Object.keys(marks).length === 0 ? undefined : marks)
  return {
    type: 'media',
    ...core,
    ...(name === undefined ? {} : { name }),
    ...(detail === undefined ? {} : { detail }),
    ...cache,
    ...withRest(rest),
  }
}

/** Files by id or by address are no common ground: only a client of this dialect can mean them for its providers. */
function isPlain(type: string, { kind, source }: Found): boolean {
  return type === plainType(kind) && (type !== 'file' || source.type === 'base64' || source.type === 'text')
}

type Found = { kind: MediaPart['kind']; source: MediaSource; name?: string }

function sourceOf(type: string, plain: string | undefined, inner: JsonObject): Found | undefined {
  switch (type) {
    case 'image_url':
      return fromUrl(plain ?? stringOf(inner['url']), 'image')
    case 'video_url':
      return fromUrl(plain ?? stringOf(inner['url']), 'video')
    case 'document_url':
      return fromUrl(plain ?? stringOf(inner['url']), 'document')
    case 'input_audio': {
      const data = stringOf(inner['data'])
      if (data === undefined) return undefined
      const format = stringOf(inner['format']) ?? 'wav'
      return {
        kind: 'audio',
        source: { type: 'base64', mediaType: AUDIO[format] ?? `audio/${format}`, data },
      }
    }
    case 'file':
      return fromFile(inner)
    default:
      return undefined
  }
}

function fromFile(file: JsonObject): Found | undefined {
  const id = stringOf(file['file_id'])
  const filename = stringOf(file['filename'])
  const named = filename === undefined ? {} : { name: filename }
  if (id !== undefined) return { kind: 'document', source: { type: 'file-id', id }, ...named }
  const found = fromUrl(stringOf(file['file_data']), 'document')
  return found === undefined ? undefined : { ...found, ...named }
}

function fromUrl(url: string | undefined, kind: MediaPart['kind']): Found | undefined {
  if (url === undefined) return undefined
  const parsed = parseDataUrl(url)
  if (parsed !== undefined) {
    const { source, name } = parsed
    // The media type knows better than the part's name: PDFs travel in image_url parts.
    const told = source.type === 'base64' ? kindOf(source.mediaType) : 'document'
    return { kind: told, source, ...(name === undefined ? {} : { name }) }
  }
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? { kind, source: { type: 'url', url } } : undefined
}

/** Undefined when this dialect cannot say it. */
export function encodeMedia(part: MediaPart): JsonDraft | undefined {
  const type = stringOf(markOf(part, '~type')) ?? plainType(part.kind)
  const inner = objectOf(markOf(part, '~inner')) ?? {}
  const field = fieldOf(type, part, inner)
  return field === undefined ? undefined : { type, [type]: field, ...spareOf(part) }
}

function fieldOf(type: string, part: MediaPart, inner: JsonObject): JsonObject | string | undefined {
  const { source } = part
  switch (type) {
    case 'image_url':
    case 'video_url': {
      const url = urlOf(source)
      if (url === undefined) return undefined
      return { ...compact({ url, detail: type === 'image_url' ? part.detail : undefined }), ...inner }
    }
    case 'document_url':
      return urlOf(source)
    case 'input_audio': {
      if (source.type !== 'base64') return undefined
      return { data: source.data, format: formatOf(source.mediaType), ...inner }
    }
    case 'file': {
      if (source.type === 'file-id') {
        // An id that no openai-chat client gave belongs to another provider.
        if (markOf(part, '~type') === undefined) return undefined
        return { ...compact({ file_id: source.id, filename: part.name }), ...inner }
      }
      const data = urlOf(source)
      if (data === undefined || (source.type === 'url' && markOf(part, '~type') === undefined))
        return undefined
      return { ...compact({ filename: part.name ?? defaultName(source), file_data: data }), ...inner }
    }
    default:
      return undefined
  }
}

function plainType(kind: MediaPart['kind']): string {
  return PLAIN[kind]
}

const PLAIN = { image: 'image_url', audio: 'input_audio', video: 'video_url', document: 'file' } as const

const AUDIO: Readonly<Record<string, string>> = { mp3: 'audio/mpeg', wav: 'audio/wav', flac: 'audio/flac' }

function formatOf(mediaType: string): string {
  const subtype = mediaType.slice('audio/'.length)
  if (subtype === 'mpeg') return 'mp3'
  return subtype === 'x-wav' || subtype === 'wave' ? 'wav' : subtype
}

function urlOf(source: MediaSource): string | undefined {
  switch (source.type) {
    case 'url':
      return isStored(source.url) ? undefined : source.url
    case 'base64':
      return dataUrl(source.mediaType, source.data)
    default:
      return undefined
  }
}

/** OpenAI refuses inline files without a name. */
function defaultName(source: MediaSource): string | undefined {
  return source.type === 'base64'
    ? `file.${source.mediaType.split('/')[1]?.split(/[+;]/)[0] ?? 'bin'}`
    : undefined
}
