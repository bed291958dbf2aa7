/** Images on Ollama's wire are bare base64: the media type is read off the first bytes, a data URL's head is cut off. */

import type { MediaPart } from '#core'

/** First characters of the base64 text of each format's magic bytes. */
const MAGIC: readonly (readonly [string, string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['Qk', 'image/bmp'],
  ['SUkqA', 'image/tiff'],
  ['TU0AK', 'image/tiff'],
]

/** The media type the bytes themselves claim. */
function sniffImage(base64: string): string | undefined {
  for (const [head, mediaType] of MAGIC) if (base64.startsWith(head)) return mediaType
  // RIFF, four bytes of length, WEBP.
  if (base64.startsWith('UklGR') && decodeHead(base64).slice(8, 12) === 'WEBP') return 'image/webp'
  const box = decodeHead(base64).slice(4, 12)
  if (box.startsWith('ftypavif')) return 'image/avif'
  return box.startsWith('ftyphei') ? 'image/heic' : undefined
}

export function decodeImage(text: string): MediaPart {
  const comma = text.startsWith('data:') ? text.indexOf(',') : -1
  const data = text.slice(comma + 1)
  const declared = comma < 0 ? undefined : /^data:(image\/[a-z0-9.+-]+)/i.exec(text)?.[1]?.toLowerCase()
  // What is neither known nor declared is called PNG: every target wants a type, and Ollama takes no other documents.
  const mediaType = sniffImage(data) ?? declared ?? 'image/png'
  return { type: 'media', kind: 'image', source: { type: 'base64', mediaType, data } }
}

/** Bare base64, whatever stood before it. */
export function bareBase64(data: string): string {
  return data.startsWith('data:') ? data.slice(data.indexOf(',') + 1) : data
}

function decodeHead(base64: string): string {
  try {
    return atob(base64.slice(0, 16))
  } catch {
    return ''
  }
}
