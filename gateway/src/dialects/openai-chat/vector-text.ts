/** Vectors as base64 of little-endian 32-bit floats: how OpenAI's own clients ask for them unless told otherwise. */

import type { Vector } from '#core'

/** Arguments of one call; more would overflow the stack. */
const PIECE = 8192

export function vectorText(vector: Vector): string {
  const bytes = new Uint8Array(vector.length * 4)
  const view = new DataView(bytes.buffer)
  vector.forEach((value, index) => view.setFloat32(index * 4, value, true))
  let binary = ''
  for (let at = 0; at < bytes.length; at += PIECE)
    binary += String.fromCharCode(...bytes.subarray(at, at + PIECE))
  return btoa(binary)
}
