/** Data URLs (RFC 2397): every legal spelling in, one spelling out. Wrong or missing image types are read off the bytes. */

import type { MediaPart, MediaSource } from '#core'

export interface DataUrl {
  readonly source: MediaSource
  readonly name?: string
}

export function parseDataUrl(url: string): DataUrl | undefined {
  if (url.slice(0, 5).toLowerCase() !== 'data:') return undefined
  const comma = url.indexOf(',')
  if (comma < 0) return undefined
  const [declared = '', ...parameters] = url.slice(5, comma).split(';')
  const payload = url.slice(comma + 1)
  const base64 = parameters.some((parameter) => parameter.trim().toLowerCase() === 'base64')
  const name = parameters.find((parameter) => /^\s*(?:file)?name=/i.test(parameter))?.split('=')[1]
  const named = name === undefined ? {} : { name: decoded(name) }
  const mediaType = declared.trim().toLowerCase()
  if (!base64 && (mediaType === '' || mediaType.startsWith('text/'))) {
    return {
      source: { type: 'text', mediaType: mediaType || 'text/plain', text: decoded(payload) },
      ...named,
    }
  }
  const data = base64 ? unescaped(payload).replace(/\s+/g, '') : btoa(bytes(payload))
  return { source: { type: 'base64', mediaType: trueType(mediaType, data), data }, ...named }
}

export function dataUrl(mediaType: string, data: string): string {
  return `data:${mediaType};base64,${data}`
}

/** In a cloud's own store, where only models of that cloud can read. */
export function isStored(url: string): boolean {
  return /^(?:gs|s3):/i.test(url)
}

export function kindOf(mediaType: string): MediaPart['kind'] {
  if (mediaType.startsWith('image/')) return 'image'
  if (mediaType.startsWith('audio/')) return 'audio'
  return mediaType.startsWith('video/') ? 'video' : 'document'
}

/** The declared type, unless it is missing or the first bytes contradict it. */
export function trueType(declared: string, base64: string): string {
  const seen = sniff(base64)
  if (declared === '' || declared === 'application/octet-stream') return seen ?? (declared || 'text/plain')
  const correctable = declared.startsWith('image/') && seen?.startsWith('image/')
  return correctable && seen !== undefined ? seen : declared
}

/** Base64 of the leading magic bytes; whole three-byte groups, so that a prefix comparison is exact. */
function sniff(base64: string): string | undefined {
  if (base64.startsWith('iVBORw0KGgo')) return 'image/png'
  if (base64.startsWith('/9j/')) return 'image/jpeg'
  if (base64.startsWith('R0lGOD')) return 'image/gif'
  if (base64.startsWith('UklGR') && base64.slice(12, 16) === 'RUJQ') return 'image/webp'
  if (base64.startsWith('UklGR') && base64.slice(12, 15) === 'QVZ') return 'audio/wav'
  if (base64.startsWith('JVBERi0')) return 'application/pdf'
  if (base64.startsWith('T2dnU')) return 'audio/ogg'
  if (base64.startsWith('ZkxhQ')) return 'audio/flac'
  if (base64.startsWith('SUQz') || base64.startsWith('//')) return 'audio/mpeg'
  return undefined
}

/** What sound the bytes are; raw samples have no magic bytes. */
export function audioType(base64: string): string {
  return trueType('application/octet-stream', base64).replace('application/octet-stream', 'audio/pcm')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function unescaped(text: string): string {
  return text.includes('%') ? decoded(text) : text
}

/** Percent-encoded bytes as a binary string for btoa. */
function bytes(text: string): string {
  return text
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/[^\0-\u00ff]/g, '?')
}
