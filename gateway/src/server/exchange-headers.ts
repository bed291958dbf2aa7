/** The response headers that tell what the gateway did. */

import type { Clock, Note } from '#core'
import type { Answer, Exchange } from '#pipeline'
import { headerSafe, idHeaders } from './reply.ts'

export function exchangeHeaders(exchange: Exchange, answer: Answer, clock: Clock): string[] {
  const { provider, model } = answer.target
  const overhead = clock.now() - exchange.startedAt - exchange.waitedMs
  const headers = idHeaders(exchange.id)
  headers.push(
    'x-provider',
    provider.name,
    'x-model',
    headerSafe(model),
    'x-attempts',
    String(exchange.attempts.length),
    'x-routing-reason',
    exchange.route?.reason ?? 'none',
    'x-sluice-overhead-ms',
    String(Math.round(overhead * 100) / 100),
  )
  const last = exchange.attempts.at(-1)
  if (last?.upstreamRequestId !== undefined) {
    headers.push('x-upstream-request-id', headerSafe(last.upstreamRequestId))
  }
  if (last !== undefined && last.notes.length > 0) headers.push('x-sluice-notes', notesText(last.notes))
  return headers
}

function notesText(notes: readonly Note[]): string {
  return headerSafe([...new Set(notes.map((note) => `${note.kind} ${note.field}`))].join('; '), 1024)
}
