/** Which framing a stream has, and who reads it. */

import type { Framer } from '#core'
import type { Framing } from '#dialects'
import type { WholeFrames } from '#transport'

/** Framing by name, from transport. */
export interface Framers {
  readonly sse: () => Framer
  readonly ndjson: () => Framer
  readonly eventStream: () => Framer
  readonly wholeFrames: (framing: Framing) => WholeFrames
}

/** What a stream's content type says; undefined when that is nothing of the kind. */
export function framingOf(contentType: string | undefined): Framing | undefined {
  if (contentType?.includes('ndjson')) return 'ndjson'
  if (contentType?.includes('event-stream')) return 'sse'
  return contentType?.includes('amazon.eventstream') ? 'event-stream' : undefined
}

export function framerOf(framing: Framing, framers: Framers): Framer {
  switch (framing) {
    case 'sse':
      return framers.sse()
    case 'ndjson':
      return framers.ndjson()
    case 'event-stream':
      return framers.eventStream()
  }
}
