/**
 * Cuts a byte stream at frame borders without reading it: the same-language lane forwards whole frames only, so that an
 * error frame of ours can never land inside one of theirs.
 */

import { endOfLastMessage } from './event-stream.ts'

const LF = 0x0a
const CR = 0x0d

export interface WholeFrames {
  /** The bytes that are complete now; undefined when none are. */
  push(chunk: Buffer): Buffer | undefined
  /** What is left at a clean end. */
  end(): Buffer | undefined
}

const BORDERS = { sse: endOfLastEvent, ndjson: endOfLastLine, 'event-stream': endOfLastMessage } as const

export function wholeFrames(framing: keyof typeof BORDERS): WholeFrames {
  const border = BORDERS[framing]
  let tail: Buffer | undefined

  return {
    push(chunk) {
      const bytes = tail === undefined ? chunk : Buffer.concat([tail, chunk])
      const end = border(bytes)
      tail = end === bytes.length ? undefined : bytes.subarray(end)
      if (end === 0) return undefined
      return end === bytes.length ? bytes : bytes.subarray(0, end)
    },
    end() {
      const left = tail
      tail = undefined
      return left
    },
  }
}

function endOfLastLine(bytes: Buffer): number {
  return bytes.lastIndexOf(LF) + 1
}

/** End of the last blank line, in any of the three line endings; 0 when there is none. */
function endOfLastEvent(bytes: Buffer): number {
  for (let i = bytes.length - 1; i > 0; i--) {
    const byte = bytes[i]
    if (byte === LF) {
      if (bytes[i - 1] === LF) return i + 1
      if (bytes[i - 1] === CR && i > 1 && (bytes[i - 2] === LF || bytes[i - 2] === CR)) return i + 1
    } else if (byte === CR && bytes[i - 1] === CR) {
      return i + 1
    }
  }
  return 0
}
