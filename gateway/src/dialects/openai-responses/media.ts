/** Pictures, sound and files inside messages and tool results, both ways. */

import { type JsonDraft, type JsonObject, type MediaPart, type MediaSource, objectOf, stringOf } from '#core'
import { dataUrl, isStored, kindOf, parseDataUrl, trueType } from '../data-url.ts'
import { compact, fieldSet, markOf, restOf, spareOf } from './extra-fields.ts'

const KNOWN = fieldSet('type image_url file_id file_data file_url filename input_audio')
const PICTURE = fieldSet('type image_url file_id detail')

interface Found {
  readonly kind: MediaPart['kind']
  readonly source: MediaSource
  /** The data stood there bare, without the head of a data URL. */
  readonly bare?: true
}

/** A media part, or undefined when it is not one we understand. */
export function decodeMedia(part: JsonObject): MediaPart | undefined {
  const type = stringOf(part['type'])
  const found = type === undefined ? undefined : foundIn(type, part)
  if (found === undefined) return undefined
  const { bare, ...core } = found
  const name = stringOf(part['filename'])
  const detail = type === 'input_image' && core.kind === 'image' ? stringOf(part['detail']) : undefined
  return {
    type: 'media',
    ...core,
    ...(name === undefined ? {} : { name }),
    ...(detail === undefined ? {} : { detail }),
    ...restOf(part, detail === undefined ? KNOWN : PICTURE, {
      // Pictures may be sent as files; file ids mean something only to this dialect's providers.
      '~type':
        (type === 'input_file' && core.kind !== 'document') || core.source.type === 'file-id'
          ? type
          : undefined,
      '~bare': bare,
    }),
  }
}

function foundIn(type: string, part: JsonObject): Found | undefined {
  const id = stringOf(part['file_id'])
  switch (type) {
    case 'input_image': {
      const wrapped = objectOf(part['image_url'])
      const url = stringOf(part['image_url']) ?? stringOf(wrapped?.['url'])
      return url === undefined ? byId(id, 'image') : fromUrl(url, 'image')
    }
    case 'input_file': {
      const data = stringOf(part['file_data'])
      if (data !== undefined) return fromUrl(data, 'document') ?? fromBare(data)
      const url = stringOf(part['file_url'])
      return url === undefined ? byId(id, 'document') : fromUrl(url, 'document')
    }
    case 'input_audio': {
      const audio = objectOf(part['input_audio']) ?? {}
      const data = stringOf(audio['data'])
      if (data === undefined) return undefined
      const format = stringOf(audio['format']) ?? 'wav'
      const mediaType = format === 'mp3' ? 'audio/mpeg' : `audio/${format}`
      return { kind: 'audio', source: { type: 'base64', mediaType, data } }
    }
    default:
      return undefined
  }
}

function byId(id: string | undefined, kind: MediaPart['kind']): Found | undefined {
  return id === undefined ? undefined : { kind, source: { type: 'file-id', id } }
}

function fromUrl(url: string, kind: MediaPart['kind']): Found | undefined {
  const parsed = parseDataUrl(url)
  if (parsed === undefined) {
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? { kind, source: { type: 'url', url } } : undefined
  }
  const { source } = parsed
  // The media type knows better than the part's name: PDFs travel as images.
  return { kind: source.type === 'base64' ? kindOf(source.mediaType) : 'document', source }
}

function fromBare(data: string): Found | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data)) return undefined
  const mediaType = trueType('application/octet-stream', data)
  return { kind: kindOf(mediaType), source: { type: 'base64', mediaType, data }, bare: true }
}

/** Undefined when this dialect cannot say it. */
export function encodeMedia(part: MediaPart): JsonDraft | undefined {
  const type = stringOf(markOf(part, '~type')) ?? plainType(part.kind)
  const fields = type === undefined ? undefined : fieldsOf(type, part)
  return type === undefined || fields === undefined ? undefined : { type, ...fields, ...spareOf(part) }
}

function fieldsOf(type: string, part: MediaPart): JsonDraft | undefined {
  const { source } = part
  if (source.type === 'url' && isStored(source.url)) return undefined
  if (source.type === 'file-id') {
    // An id that no client of this dialect gave belongs to another provider.
    return markOf(part, '~type') === undefined
      ? undefined
      : compact({ file_id: source.id, filename: part.name, detail: part.detail })
  }
  switch (type) {
    case 'input_image': {
      const url = source.type === 'url' ? source.url : inlineOf(part)
      return url === undefined ? undefined : compact({ image_url: url, detail: part.detail })
    }
    case 'input_file': {
      if (source.type === 'url') return compact({ file_url: source.url, filename: part.name })
      const data = inlineOf(part)
      return data === undefined ? undefined : { filename: part.name ?? defaultName(source), file_data: data }
    }
    case 'input_audio':
      return source.type === 'base64'
        ? { input_audio: { data: source.data, format: formatOf(source.mediaType) } }
        : undefined
    default:
      return undefined
  }
}

function plainType(kind: MediaPart['kind']): string | undefined {
  switch (kind) {
    case 'image':
      return 'input_image'
    case 'document':
      return 'input_file'
    case 'audio':
      return 'input_audio'
    default:
      return undefined
  }
}

function inlineOf(part: MediaPart): string | undefined {
  const { source } = part
  if (source.type !== 'base64') return undefined
  return markOf(part, '~bare') === true ? source.data : dataUrl(source.mediaType, source.data)
}

/** Inline files without a name are refused. */
function defaultName(source: MediaSource): string {
  const subtype = source.type === 'base64' ? source.mediaType.split('/')[1]?.split(/[+;]/)[0] : undefined
  return `file.${subtype ?? 'bin'}`
}

function formatOf(mediaType: string): string {
  const subtype = mediaType.slice('audio/'.length)
  if (subtype === 'mpeg') return 'mp3'
  return subtype === 'x-wav' || subtype === 'wave' ? 'wav' : subtype
}
