/** A small splitter of bytes into frames for the dialect contract, so that the contract needs no other room. */

import type { Frame, Framing, StreamDecoder } from './dialect.ts'
import type { ChatEvent } from '#core'

/** Frames of a stream whose bytes arrive cut at the given places. */
export function framesOf(bytes: Uint8Array, framing: Framing, cuts: readonly number[]): Frame[] {
  const reader = new TextDecoder()
  const frames: Frame[] = []
  const places = [...new Set(cuts)].filter((cut) => cut > 0 && cut < bytes.length).toSorted((a, b) => a - b)
  const end = framing === 'sse' ? '\n\n' : '\n'
  let text = ''
  let from = 0
  for (const to of [...places, bytes.length]) {
    text += reader.decode(bytes.subarray(from, to), { stream: true })
    from = to
    for (let at = text.indexOf(end); at >= 0; at = text.indexOf(end)) {
      frames.push(...frameOf(text.slice(0, at), framing))
      text = text.slice(at + end.length)
    }
  }
  // An unfinished event or message counts for nothing; an unfinished line is still handed on, as sockets' readers do.
  return framing !== 'ndjson' || text === '' ? frames : [...frames, { data: text }]
}

function frameOf(text: string, framing: Framing): Frame[] {
  if (framing === 'ndjson') return [{ data: text }]
  if (framing === 'event-stream') {
    const blank = text.indexOf(' ')
    return [{ event: text.slice(0, blank), data: text.slice(blank + 1) }]
  }
  let event: string | undefined
  const data: string[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('event:')) event = line.slice(6).trim()
    else if (line.startsWith('data:')) data.push(line.slice(line.startsWith('data: ') ? 6 : 5))
  }
  return data.length === 0 ? [] : [{ ...(event === undefined ? {} : { event }), data: data.join('\n') }]
}

export function decodeFrames(decoder: StreamDecoder, frames: readonly Frame[]): ChatEvent[] {
  return [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()]
}
