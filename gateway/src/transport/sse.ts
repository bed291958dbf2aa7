/** Bytes to SSE events. The library knows the grammar; the bound, the decoding and the lenient end are ours. */

import { Buffer } from 'node:buffer'
import { StringDecoder } from 'node:string_decoder'
import { createParser } from 'eventsource-parser'
import { type Frame, type Framer, GatewayError } from '#core'

/** Characters one event may have. A tool call with a file inside is large; a provider gone mad is larger. */
const FRAME_LIMIT = 16 * 1024 * 1024
const CR = '\r'

export function sseFramer(limit = FRAME_LIMIT): Framer {
  // One decoder per connection: a chunk may end in the middle of a character.
  const decoder = new StringDecoder('utf8')
  let frames: Frame[] = []
  let pending = 0
  /** A line end of two characters may be cut in two; half of it ends no frame of those that pass as bytes. */
  let half = false
  const parser = createParser({
    onEvent(event) {
      frames.push({ event: event.event, data: event.data })
      pending = 0
    },
  })

  const feed = (text: string): readonly Frame[] => {
    frames = []
    pending += text.length
    const known = half ? CR + text : text
    half = known.endsWith(CR) && !known.endsWith(CR + CR)
    parser.feed(half ? known.slice(0, -1) : known)
    if (frames.length === 0 && pending > limit) {
      throw new GatewayError('bad-answer', 'The provider sent an event larger than the gateway accepts.')
    }
    return frames
  }

  return {
    push: (chunk) => feed(decoder.write(chunk instanceof Buffer ? chunk : Buffer.from(chunk))),
    end: () => feed(`${decoder.end()}\n\n`),
  }
}
