/** Bytes to lines of newline-delimited JSON. Empty lines are not frames. */

import { Buffer } from 'node:buffer'
import { StringDecoder } from 'node:string_decoder'
import { type Frame, type Framer, GatewayError } from '#core'

const LINE_LIMIT = 16 * 1024 * 1024

export function ndjsonFramer(limit = LINE_LIMIT): Framer {
  const decoder = new StringDecoder('utf8')
  let rest = ''

  return {
    push(chunk) {
      const text = decoder.write(chunk instanceof Buffer ? chunk : Buffer.from(chunk))
      const frames: Frame[] = []
      let from = 0
      // Only what is new is searched: a line of megabytes comes in hundreds of pieces.
      for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
        const line = (rest + text.slice(from, to)).trim()
        rest = ''
        if (line !== '') frames.push({ data: line })
        from = to + 1
      }
      rest += text.slice(from)
      if (rest.length > limit) {
        throw new GatewayError('bad-answer', 'The provider sent a line larger than the gateway accepts.')
      }
      return frames
    },
    end() {
      const line = (rest + decoder.end()).trim()
      rest = ''
      return line === '' ? [] : [{ data: line }]
    },
  }
}
