/** The decision trace of one exchange: plain facts about what was asked, decided and done. Neither prompt nor key is in it. */

import {
  type DialectName,
  type ErrorType,
  type JsonObject,
  objectOf,
  parseJson,
  type RoadOperation,
  type Usage,
} from '#core'
import type { AttemptRecord, Considered, Outcome } from '#pipeline'

export interface Trace {
  readonly id: string
  /** Epoch milliseconds. */
  readonly startedWall: number
  readonly dialect: DialectName
  readonly operation: RoadOperation
  /** As the client asked for it. */
  readonly model: string
  readonly stream: boolean
  /** What headers said of the way, by header. */
  readonly asked: Readonly<Record<string, string>>
  readonly vision: boolean
  readonly tools: boolean
  readonly bodyBytes: number
  readonly maxOutputTokens: number | undefined
  /** Absent: no route was found. */
  readonly route: TracedRoute | undefined
  readonly attempts: readonly AttemptRecord[]
  readonly incidents: readonly Incident[]
  readonly waitedMs: number
  readonly queuedMs: number
  readonly result: Outcome['result']
  /** What the client got. */
  readonly status: number
  readonly error: TracedError | undefined
  readonly usage: Usage | undefined
  readonly firstContentMs: number | undefined
  readonly totalMs: number
}

export interface TracedRoute {
  readonly rule: string
  readonly detail: string | undefined
  readonly strategy: string | undefined
  readonly fallback: string | undefined
  /** `provider:model` in the order of trying. */
  readonly targets: readonly string[]
  readonly considered: readonly Considered[]
}

export interface TracedError {
  readonly type: ErrorType
  readonly status: number
  readonly code: string | undefined
  /** Only in words of our own: a provider's may quote the prompt. */
  readonly message: string | undefined
}

/** What happened between attempts. */
export interface Incident {
  readonly kind: 'retry' | 'failover' | 'queued' | 'shared' | 'hedge' | 'hedge-lost' | 'continued'
  /** Milliseconds since the exchange began. */
  readonly atMs: number
  /** `provider:model`. */
  readonly from?: string | undefined
  readonly to?: string
  readonly error?: ErrorType
  /** How long was waited, or will be. */
  readonly ms?: number
}

/** As the file holds it. What is not there is undefined, and printing leaves it out. */
export function traceText(trace: Trace): string {
  const { route, error, usage, attempts, incidents } = trace
  return JSON.stringify({
    id: trace.id,
    time: new Date(trace.startedWall).toISOString(),
    dialect: trace.dialect,
    operation: trace.operation,
    model: trace.model,
    stream: trace.stream,
    asked: trace.asked,
    needs: { vision: trace.vision, tools: trace.tools },
    body_bytes: trace.bodyBytes,
    max_output: trace.maxOutputTokens,
    route,
    attempts: attempts.map(attemptFacts),
    events: incidents.map(({ kind, atMs, from, to, error: type, ms }) => ({
      kind,
      at_ms: rounded(atMs),
      from,
      to,
      error: type,
      ms: rounded(ms),
    })),
    waited_ms: rounded(trace.waitedMs),
    queued_ms: rounded(trace.queuedMs),
    result: trace.result,
    status: trace.status,
    error,
    usage: usage === undefined ? undefined : usageFacts(usage),
    first_content_ms: rounded(trace.firstContentMs),
    total_ms: rounded(trace.totalMs),
  })
}

/** As the management routes show it. */
export function traceJson(trace: Trace): JsonObject {
  return objectOf(parseJson(traceText(trace))) ?? {}
}

function attemptFacts(attempt: AttemptRecord): object {
  const { provider, model, lane, status, error, notes } = attempt
  return {
    provider,
    model,
    key: attempt.keyFingerprint,
    lane,
    status,
    error,
    sent_ms: rounded(attempt.sentMs),
    ms: rounded(attempt.ms),
    upstream_request_id: attempt.upstreamRequestId,
    notes: notes.length === 0 ? undefined : notes.map(({ kind, field, reason }) => ({ kind, field, reason })),
  }
}

function usageFacts(usage: Usage): object {
  return {
    tokens_in: usage.inputTokens,
    tokens_out: usage.outputTokens,
    cache_read: usage.cacheReadTokens,
    cache_write: usage.cacheWriteTokens,
    reasoning: usage.reasoningTokens,
  }
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 10) / 10
}
