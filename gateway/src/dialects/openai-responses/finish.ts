/** Why an answer ended, in this dialect's words: a status, and for an incomplete answer a reason. */

import type { Finish, FinishReason, NoteSink } from '#core'

const INCOMPLETE: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: 'length',
  max_tokens: 'length',
  length: 'length',
  content_filter: 'content-filter',
}

/** What the answer held, to judge the upstream's word by. */
export interface Seen {
  readonly toolCall: boolean
  readonly refusal: boolean
}

export function decodeFinish(status: string, reason: string | undefined, seen: Seen): Finish {
  switch (status) {
    case 'completed':
    case 'complete':
      return { reason: seen.toolCall ? 'tool-calls' : seen.refusal ? 'refusal' : 'stop', raw: status }
    case 'incomplete':
      return { reason: INCOMPLETE[reason ?? ''] ?? 'unknown', raw: reason ?? status }
    default:
      return { reason: 'unknown', raw: status }
  }
}

/** Status, and the reason of an incomplete one. */
export function encodeFinish(finish: Finish, note: NoteSink): { status: string; reason?: string } {
  switch (finish.reason) {
    case 'length':
    case 'context-length':
      return { status: 'incomplete', reason: 'max_output_tokens' }
    case 'content-filter':
      return { status: 'incomplete', reason: 'content_filter' }
    case 'unknown': {
      const word = (finish.raw ?? 'unknown').replace(/[^A-Za-z0-9_.-]/g, '').slice(0, 40)
      note({ kind: 'changed', field: 'status', reason: `Upstream reason ${word} is shown as completed.` })
      return { status: 'completed' }
    }
    default:
      return { status: 'completed' }
  }
}
