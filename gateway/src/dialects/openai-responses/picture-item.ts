/** A picture the model made, as the item this dialect has for it. */

import { type JsonObject, type MediaPart, objectOf } from '#core'
import { markOf } from './extra-fields.ts'

export function pictureItem(part: MediaPart, id: string): JsonObject | undefined {
  if (part.kind !== 'image' || part.source.type !== 'base64') return undefined
  const { data, mediaType } = part.source
  const own = objectOf(markOf(part, '~item'))
  return {
    ...(own ?? {
      type: 'image_generation_call',
      id,
      status: 'completed',
      output_format: mediaType.slice('image/'.length),
    }),
    result: data,
  }
}
