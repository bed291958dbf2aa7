/** The response headers that tell what the gateway did. */

import type { Clock, Note } from '#core'
import type { Answer, Exchange } from '#pipeline'
import { headerSafe, idHeaders } from './reply.ts'

export function exchangeHeaders(
  exchange: Exchange,
  answer: Pick<Answer, 'target' | 'headers'>,
  clock: Clock,
): string[] {
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
    routingReason(exchange),
    'x-sluice-overhead-ms',
    String(Math.round(overhead * 100) / 100),
  )
  const last = exchange.attempts.at(-1)
  if (last?.upstreamRequestId !== undefined) {
    headers.push('x-upstream-request-id', headerSafe(last.upstreamRequestId))
  }
  if (last !== undefined && last.notes.length > 0) headers.push('x-sluice-notes', notesText(last.notes))
  return answer.headers === undefined ? headers : withOwn(headers, answer.headers)
}

/** Names and values in turn; a middleware's word stands in place of ours. */
function withOwn(headers: readonly string[], own: Readonly<Record<string, string>>): string[] {
  const ours = headers.filter((_, at) => !((headers[at - (at % 2)] ?? '') in own))
  return [...ours, ...Object.entries(own).flat()]
}

/** The rule, and what ordered its targets or chose those that were asked after a failure. */
function routingReason({ route, attempts }: Exchange): string {
  if (route === undefined) return 'none'
  const { reason, strategy, fallback } = route
  const parts = [reason]
  if (strategy !== undefined) parts.push(`strategy=${strategy}`)
  if (fallback !== undefined && attempts.length > 1) parts.push(`fallback=${fallback}`)
  return parts.join('; ')
}

function notesText(notes: readonly Note[]): string {
  return headerSafe([...new Set(notes.map((note) => `${note.kind} ${note.field}`))].join('; '), 1024)
}
