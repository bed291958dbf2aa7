/** This dialect's words for media types, and which each kind of block takes. */

import type { MediaPart } from '#core'

type Kind = MediaPart['kind']

const TYPES: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  image: { png: 'image/png', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp' },
  document: {
    pdf: 'application/pdf',
    csv: 'text/csv',
    doc: 'application/msword',
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    xls: 'application/vnd.ms-excel',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    html: 'text/html',
    txt: 'text/plain',
    md: 'text/markdown',
  },
  video: {
    mp4: 'video/mp4',
    mkv: 'video/x-matroska',
    mov: 'video/quicktime',
    webm: 'video/webm',
    flv: 'video/x-flv',
    mpeg: 'video/mpeg',
    mpg: 'video/mpeg',
    wmv: 'video/x-ms-wmv',
    three_gp: 'video/3gpp',
  },
  audio: {
    mp3: 'audio/mpeg',
    wav: 'audio/wav',
    flac: 'audio/flac',
    ogg: 'audio/ogg',
    opus: 'audio/opus',
    aac: 'audio/aac',
    m4a: 'audio/mp4',
    webm: 'audio/webm',
    pcm: 'audio/pcm',
  },
}

/** Other names in use. */
const ALSO: ReadonlyMap<string, string> = new Map([
  ['image/jpg', 'jpeg'],
  ['audio/mp3', 'mp3'],
  ['audio/x-wav', 'wav'],
  ['video/mov', 'mov'],
  ['application/csv', 'csv'],
  ['text/x-markdown', 'md'],
  ['application/json', 'txt'],
])

const ENDINGS: ReadonlyMap<string, string> = new Map([
  ['jpg', 'jpeg'],
  ['markdown', 'md'],
  ['htm', 'html'],
  ['3gp', 'three_gp'],
  ['json', 'txt'],
  ['log', 'txt'],
])

export function mediaTypeOf(kind: Kind, format: string | undefined): string {
  const known = TYPES[kind]
  if (format === undefined) return 'application/octet-stream'
  return Object.hasOwn(known, format) ? (known[format] ?? '') : `${kind}/${format}`
}

export function isFormatOf(kind: Kind, format: string): boolean {
  return Object.hasOwn(TYPES[kind], format)
}

/** By the declared type, else by the ending of the name; undefined when neither tells one that such a block takes. */
export function formatOf(kind: Kind, mediaType: string, name: string | undefined): string | undefined {
  const byType =
    Object.entries(TYPES[kind]).find(([, type]) => type === mediaType)?.[0] ?? ALSO.get(mediaType)
  if (byType !== undefined && isFormatOf(kind, byType)) {
    // Plain text is what senders say of many things; an ending is finer.
    if (byType !== 'txt') return byType
  }
  const ending = /\.([a-z0-9]{2,8})(?:[?#].*)?$/i.exec(name ?? '')?.[1]?.toLowerCase() ?? ''
  const byName = ENDINGS.get(ending) ?? ending
  if (isFormatOf(kind, byName)) return byName
  if (byType !== undefined && isFormatOf(kind, byType)) return byType
  return kind === 'document' && mediaType.startsWith('text/') ? 'txt' : undefined
}
