/**
 * Amazon's binary event streams: bytes to frames, and lines of text to bytes. The library knows headers and checksums; the bound, the
 * waiting for whole messages and what counts as an exception are ours.
 */

import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { EventStreamCodec } from '@smithy/core/event-streams'
import { type Frame, type Framer, GatewayError } from '#core'

/** Bytes one message may have. Amazon's own bound is 16 MiB. */
const MESSAGE_LIMIT = 16 * 1024 * 1024
/** Two lengths and their checksum. */
const PRELUDE = 12
/** A message without headers and payload: the prelude and the checksum of all. */
export const SHORTEST = 16

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
  (text) => Buffer.from(text),
)

type Message = ReturnType<EventStreamCodec['decode']>

export function eventStreamFramer(limit = MESSAGE_LIMIT): Framer {
  let held: Buffer[] = []
  let size = 0
  /** Bytes that the message at the front needs; a prelude's worth until that has come. */
  let due = PRELUDE

  return {
    push(chunk) {
      held.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
      size += chunk.length
      if (size < due) return []
      const bytes = Buffer.concat(held)
      const frames: Frame[] = []
      let from = 0
      try {
        for (
          due = neededAt(bytes, from, limit);
          bytes.length - from >= due;
          due = neededAt(bytes, from, limit)
        ) {
          frames.push(...frameOf(decoded(bytes.subarray(from, from + due))))
          from += due
        }
      } catch (damage) {
        if (frames.length === 0) throw damage
        return endingIn(frames, damage)
      }
      held = from === bytes.length ? [] : [bytes.subarray(from)]
      size = bytes.length - from
      return frames
    },
    // Half a message is no message: its checksum is what would have told that it is whole.
    end: () => [],
  }
}

/** How messages are packed is no reason to lose those before a damaged one. */
function* endingIn(frames: readonly Frame[], damage: unknown): Generator<Frame> {
  yield* frames
  throw damage
}

/** How many bytes the message that begins there takes. Throws when it says a length that none can have. */
function neededAt(bytes: Buffer, from: number, limit: number): number {
  if (bytes.length - from < PRELUDE) return PRELUDE
  const length = bytes.readUInt32BE(from)
  if (length < SHORTEST) throw unreadable()
  if (length > limit)
    throw new GatewayError('bad-answer', 'The provider sent a message larger than the gateway accepts.')
  // A damaged length would have us wait for bytes that never come.
  if (crc32(bytes.subarray(from, from + 8)) !== bytes.readUInt32BE(from + 8)) throw unreadable()
  return length
}

function decoded(bytes: Buffer): Message {
  try {
    return codec.decode(bytes)
  } catch (cause) {
    throw unreadable(cause)
  }
}

function unreadable(cause?: unknown): GatewayError {
  return new GatewayError('bad-answer', 'The provider sent a damaged event-stream message.', { cause })
}

function frameOf({ headers, body }: Message): Frame[] {
  const text = (name: string): string | undefined => {
    const header = headers[name]
    return header?.type === 'string' ? header.value : undefined
  }
  const data = Buffer.from(body).toString('utf8')
  switch (text(':message-type') ?? 'event') {
    case 'event':
      return [{ event: text(':event-type'), data }]
    case 'exception':
      return [{ event: exceptionNamed(text(':exception-type')), data }]
    case 'error':
      // An error that no type describes says all it has in headers.
      return [
        {
          event: exceptionNamed(text(':error-code')),
          data: JSON.stringify({ message: text(':error-message') ?? '' }),
        },
      ]
    default:
      return []
  }
}

function exceptionNamed(name = 'unknown'): string {
  return isException(name) ? name : `${name}Exception`
}

function isException(type: string): boolean {
  return type.endsWith('Exception')
}

/** Each line is a message: its type, a blank, its JSON. */
export function packedMessages(lines: string): Buffer {
  const messages = lines.split('\n').flatMap((line) => (line === '' ? [] : [packed(line)]))
  return messages.length === 1 && messages[0] !== undefined ? messages[0] : Buffer.concat(messages)
}

function packed(line: string): Buffer {
  const blank = line.indexOf(' ')
  const type = line.slice(0, blank)
  const kind = isException(type) ? 'exception' : 'event'
  const message = codec.encode({
    headers: {
      [`:${kind}-type`]: { type: 'string', value: type },
      ':content-type': { type: 'string', value: 'application/json' },
      ':message-type': { type: 'string', value: kind },
    },
    body: Buffer.from(line.slice(blank + 1)),
  })
  return Buffer.from(message.buffer, message.byteOffset, message.byteLength)
}

/** End of the last whole message; lengths that make no sense end the search, as the framer refuses them. */
export function endOfLastMessage(bytes: Buffer): number {
  let end = 0
  while (bytes.length - end >= SHORTEST) {
    const length = bytes.readUInt32BE(end)
    if (length < SHORTEST || end + length > bytes.length) return end
    end += length
  }
  return end
}

/** How many bytes must be there before the message at `from` can be whole; never enough where its length makes no sense. */
export function lengthOfMessage(bytes: Buffer, from = 0): number {
  if (bytes.length - from < 4) return SHORTEST
  const length = bytes.readUInt32BE(from)
  return length < SHORTEST ? Infinity : length
}
