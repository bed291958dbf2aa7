/** The response headers that tell what the gateway did: first those that change least from answer to answer. */

import type { Clock, Note } from '#core'
import { type Answer, answering, type Exchange, type Target } from '#pipeline'
import { headerSafe, idHeaders } from './reply.ts'

export function exchangeHeaders(
  exchange: Exchange,
  answer: Pick<Answer, 'target' | 'routed' | 'headers'>,
  clock: Clock,
): string[] {
  const { provider, model } = answer.target
  const overhead = clock.now() - exchange.startedAt - exchange.waitedMs
  const headers = [
    'x-provider',
    provider.name,
    'x-model',
    headerSafe(model),
    'x-attempts',
    String(exchange.attempts.length),
    'x-routing-reason',
    headerSafe(routingReason(exchange, answer.routed ?? answer.target), 512),
    ...idHeaders(exchange.id),
    'x-sluice-overhead-ms',
    String(Math.round(overhead * 100) / 100),
  ]
  const own = answering(exchange.attempts)
  if (own?.upstreamRequestId !== undefined) {
    headers.push('x-upstream-request-id', headerSafe(own.upstreamRequestId))
  }
  if (own !== undefined && own.notes.length > 0) headers.push('x-sluice-notes', notesText(own.notes))
  return answer.headers === undefined ? headers : withOwn(headers, answer.headers)
}

/** Names and values in turn; a middleware's word stands in place of ours. */
function withOwn(headers: readonly string[], own: Readonly<Record<string, string>>): string[] {
  const ours = headers.filter((_, at) => !((headers[at - (at % 2)] ?? '') in own))
  return [...ours, ...Object.entries(own).flat()]
}

/**
 * The rule, what ordered its targets or chose those that were asked after a failure, and why another answers than the rule would have:
 * who failed last, or who was passed over.
 */
function routingReason({ route, attempts }: Exchange, answered: Target): string {
  if (route === undefined) return 'none'
  const { reason, strategy, fallback } = route
  let told = reason
  const [meant] = route.considered
  const isPassed = meant?.removed !== undefined && !isSame(meant, answered)
  if (strategy !== undefined) told += `; strategy=${strategy}`
  if (fallback !== undefined && (attempts.length > 1 || isPassed)) told += `; fallback=${fallback}`
  const failed = attempts.findLast(
    (attempt) => attempt.error !== undefined && attempt.error !== 'cancelled' && !isSame(attempt, answered),
  )
  if (failed !== undefined) told += `; failed=${failed.provider}:${failed.model} (${failed.error})`
  else if (isPassed) told += `; passed=${meant.provider}:${meant.model} (${meant.removed})`
  return told
}

function isSame(one: { readonly provider: string; readonly model: string }, target: Target): boolean {
  return one.provider === target.provider.name && one.model === target.model
}

function notesText(notes: readonly Note[]): string {
  return headerSafe([...new Set(notes.map((note) => `${note.kind} ${note.field}`))].join('; '), 1024)
}
