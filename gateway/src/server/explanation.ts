/** An explanation as the management routes show it: what a client would meet, with estimates of tokens and cost. */

import type { JsonObject, JsonValue, Usage } from '#core'
import type { Exchange, Explanation, Place } from '#pipeline'
import { estimateTokens } from './count-tokens.ts'

export function explanationBody(exchange: Exchange, explanation: Explanation): JsonObject {
  const { head, dialect, operation, maxOutputTokens: limited } = exchange
  const tokens = estimateTokens(exchange.wire)
  const maxOutput = limited ?? head.maxOutputTokens
  const { rule, detail, strategy, byLot, fallback, vision, tools } = explanation
  const usage = { inputTokens: tokens, outputTokens: maxOutput ?? 0 }
  return compact({
    model: head.model,
    dialect: dialect.name,
    operation,
    stream: head.stream,
    rule,
    detail,
    strategy,
    by_lot: byLot ? true : undefined,
    fallback,
    needs: { vision, tools },
    estimated_tokens: tokens,
    max_output: maxOutput,
    targets: explanation.places.map((place) => placeBody(place, usage)),
    removed: explanation.removed.map((one) => compact({ ...one })),
  })
}

function placeBody(place: Place, usage: Usage): JsonObject {
  const { timeouts, refusal, averageMs, barredMs, context } = place
  const room = context === undefined ? undefined : context >= usage.inputTokens
  return compact({
    provider: place.provider,
    model: place.model,
    dialect: place.dialect,
    lane: place.lane,
    via: place.via,
    score: place.score,
    key: place.key,
    keys: place.keys,
    barred: place.barred,
    barred_ms: barredMs === undefined ? undefined : Math.round(barredMs),
    refused: refusal === undefined ? undefined : { ...refusal },
    clocks_ms: {
      connect: timeouts.connectMs,
      headers: timeouts.headersMs,
      first_token: timeouts.firstTokenMs,
      idle: timeouts.idleMs,
      total: timeouts.totalMs,
    },
    retries: place.retries,
    retry_policy: place.retryPolicy,
    context,
    fits: room,
    average_ms: averageMs === undefined ? undefined : Math.round(averageMs),
    cost: place.costOf(usage),
    notes: place.notes.map(({ kind, field, reason }) => ({ kind, field, reason })),
  })
}

/** Without what is not there. */
function compact(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const entries = Object.entries(fields).filter(
    (entry): entry is [string, JsonValue] => entry[1] !== undefined,
  )
  return Object.fromEntries(entries)
}
