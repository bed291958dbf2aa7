/** Which framing a stream has, and who reads it. */

import { type Framer, isEmbed } from '#core'
import type { Framing } from '#dialects'
import type { WholeFrames } from '#transport'
import type { Exchange, Target } from './exchange.ts'

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

/** What the bytes are decides, not what was asked: some providers only stream, some answer a stream call with JSON. */
export function isStream(
  { operation, head }: Exchange,
  { provider }: Target,
  contentType: string | undefined,
): boolean {
  if (isEmbed(operation)) return false
  if (framingOf(contentType) !== undefined) return true
  // One JSON value is also one line, and some servers call their lines `application/json`.
  const lines = provider.dialect.framing === 'ndjson'
  if (contentType?.includes('html') || (contentType?.includes('json') && !lines)) return false
  return head.stream
}
