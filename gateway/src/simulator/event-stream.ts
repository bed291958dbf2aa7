/** The simulator's own writer of Amazon's binary event streams, so that a mistake in the gateway's reader meets other hands. */

import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'

/** An encoder's lines, each a message: its type, a blank, its JSON. */
export function eventStreamMessages(lines: string): Uint8Array[] {
  return lines.split('\n').flatMap((line) => {
    if (line === '') return []
    const blank = line.indexOf(' ')
    return [eventStreamMessage(line.slice(0, blank), line.slice(blank + 1))]
  })
}

export function eventStreamMessage(type: string, json: string): Uint8Array {
  const kind = type.endsWith('Exception') ? 'exception' : 'event'
  const headers = Buffer.concat([
    header(`:${kind}-type`, type),
    header(':content-type', 'application/json'),
    header(':message-type', kind),
  ])
  const payload = Buffer.from(json)
  const prelude = Buffer.alloc(12)
  prelude.writeUInt32BE(16 + headers.length + payload.length, 0)
  prelude.writeUInt32BE(headers.length, 4)
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8)
  const body = Buffer.concat([prelude, headers, payload])
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body), 0)
  return Buffer.concat([body, sum])
}

/** A name, the tag of strings, a text. */
function header(name: string, text: string): Buffer {
  const value = Buffer.from(text)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(value.length, 0)
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, value])
}
