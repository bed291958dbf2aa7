/** Pictures and sound a model made, as answers carry them. */

import type { JsonDraft, MediaPart } from '#core'
import { dataUrl } from '../data-url.ts'
import { spareOf } from './extra-fields.ts'

/** An entry of `message.images`; OpenRouter's spelling, OpenAI has none. */
export function encodePicture(part: MediaPart): JsonDraft | undefined {
  if (part.kind !== 'image') return undefined
  const { source } = part
  if (source.type === 'url') return { type: 'image_url', image_url: { url: source.url } }
  if (source.type !== 'base64') return undefined
  return { type: 'image_url', image_url: { url: dataUrl(source.mediaType, source.data) } }
}

export function encodeSound(part: MediaPart, exchangeId: string): JsonDraft | undefined {
  if (part.kind !== 'audio' || part.source.type !== 'base64') return undefined
  return {
    id: `audio_${exchangeId}`,
    expires_at: 0,
    transcript: '',
    ...spareOf(part),
    data: part.source.data,
  }
}
