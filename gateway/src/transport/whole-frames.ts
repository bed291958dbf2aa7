/**
 * Cuts a byte stream at frame borders without reading it: the same-language lane forwards whole frames only, so that an
 * error frame of ours can never land inside one of theirs.
 */

import { Buffer } from 'node:buffer'
import { endOfLastMessage, lengthOfMessage, SHORTEST } from './event-stream.ts'

const LF = 0x0a
const CR = 0x0d

export interface WholeFrames {
  /** The bytes that are complete now; undefined when none are. */
  push(chunk: Buffer): Buffer | undefined
  /** What is left at a clean end. */
  end(): Buffer | undefined
  /** Where the frame that stands at `from` may end, at the earliest. */
  nextEnd(bytes: Buffer, from: number): number
}

export function wholeFrames(framing: 'sse' | 'ndjson' | 'event-stream'): WholeFrames {
  switch (framing) {
    case 'sse':
      return framesOfText(endOfLastEvent, 2)
    case 'ndjson':
      return framesOfText(endOfLastLine, 0)
    case 'event-stream':
      return framesOfMessages()
  }
}

/**
 * `reach`: bytes before a piece that a border which ends in it may have begun with. Only those are looked at again: a frame of megabytes comes
 * in hundreds of pieces.
 */
function framesOfText(border: (bytes: Buffer) => number, reach: number): WholeFrames {
  const tail = new Tail()
  let before: Buffer = NOTHING

  return {
    push(chunk) {
      const seen = before.length === 0 ? chunk : Buffer.concat([before, chunk])
      const end = border(seen) - before.length
      if (end <= 0) {
        tail.add(chunk)
        before = lastOf(seen, reach)
        return undefined
      }
      const rest = chunk.subarray(end)
      const whole = tail.with(rest.length === 0 ? chunk : chunk.subarray(0, end))
      tail.add(rest)
      before = lastOf(rest, reach)
      return whole
    },
    end: () => tail.take(),
    nextEnd(bytes, from) {
      const feed = bytes.indexOf(LF, from)
      return feed === -1 ? bytes.length : feed + 1
    },
  }
}

function framesOfMessages(): WholeFrames {
  const tail = new Tail()
  let due = SHORTEST

  return {
    push(chunk) {
      if (tail.size + chunk.length < due) {
        tail.add(chunk)
        return undefined
      }
      const bytes = tail.with(chunk)
      const end = endOfLastMessage(bytes)
      const rest = bytes.subarray(end)
      tail.add(rest)
      due = lengthOfMessage(rest)
      if (end === 0) return undefined
      return rest.length === 0 ? bytes : bytes.subarray(0, end)
    },
    end: () => tail.take(),
    nextEnd: (bytes, from) => Math.min(bytes.length, from + lengthOfMessage(bytes, from)),
  }
}

/** What waits for its end, put together once. */
class Tail {
  #pieces: Buffer[] = []
  size = 0

  add(piece: Buffer): void {
    if (piece.length === 0) return
    this.#pieces.push(piece)
    this.size += piece.length
  }

  /** What waited and this behind it; nothing waits then. */
  with(piece: Buffer): Buffer {
    if (this.#pieces.length === 0) return piece
    const whole = Buffer.concat([...this.#pieces, piece])
    this.#pieces = []
    this.size = 0
    return whole
  }

  take(): Buffer | undefined {
    return this.size === 0 ? undefined : this.with(NOTHING)
  }
}

const NOTHING = Buffer.alloc(0)

function lastOf(bytes: Buffer, count: number): Buffer {
  return bytes.subarray(Math.max(0, bytes.length - count))
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
