/** Times as Ollama writes them: RFC 3339 in UTC. */

import { stringOf, type JsonValue } from '#core'

export function timestamp(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** Epoch seconds, whole. */
export function secondsOf(value: JsonValue | undefined): number | undefined {
  const ms = Date.parse(stringOf(value) ?? '')
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000)
}
