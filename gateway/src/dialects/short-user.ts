/** End-user ids as OpenAI's dialects take them. */

import type { NoteSink } from '#core'

const MAX_USER = 64

/** Long ids (Claude Code sends a whole JSON object) are refused; a stable digest still tells users apart. */
export function shortUser(user: string | undefined, note: NoteSink): string | undefined {
  if (user === undefined || user.length <= MAX_USER) return user
  note({
    kind: 'changed',
    field: 'user',
    reason: `Longer than ${MAX_USER} characters: sent as a digest.`,
  })
  return `user-${digest(user)}`
}

/** 16 hex digits of FNV-1a under two seeds: not secret, only stable. */
export function digest(text: string): string {
  return fnv(text, 0x811c9dc5) + fnv(text, 0x01000193)
}

function fnv(text: string, seed: number): string {
  let hash = seed
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
