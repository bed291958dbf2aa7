/** Why an answer ended, in this dialect's words. */

import type { Finish, FinishReason } from '#core'

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'context-length',
  tool_use: 'tool-calls',
  refusal: 'refusal',
  pause_turn: 'pause',
}

/** A tool call in the answer wins over a plain end: some servers say `end_turn` after one. */
export function finishFrom(
  raw: string | undefined,
  stopSequence: string | undefined,
  sawCall: boolean,
): Finish {
  const told =
    raw === undefined ? 'stop' : ((Object.hasOwn(REASONS, raw) ? REASONS[raw] : undefined) ?? 'unknown')
  return {
    reason: told === 'stop' && sawCall ? 'tool-calls' : told,
    ...(raw === undefined ? {} : { raw }),
    ...(stopSequence === undefined ? {} : { stopSequence }),
  }
}

export interface StopWords {
  readonly stop_reason: string
  readonly stop_sequence: string | null
}

export interface Seen {
  readonly call: boolean
  readonly refusal: boolean
}

/** Always one of the dialect's own closed set, whatever the upstream's word was. */
export function stopWords(finish: Finish, seen: Seen): StopWords {
  const stop_reason = stopReason(finish, seen)
  return {
    stop_reason,
    stop_sequence: stop_reason === 'stop_sequence' ? (finish.stopSequence ?? null) : null,
  }
}

function stopReason(finish: Finish, seen: Seen): string {
  switch (finish.reason) {
    case 'length':
      return 'max_tokens'
    case 'context-length':
      return 'model_context_window_exceeded'
    case 'content-filter':
    case 'refusal':
      return 'refusal'
    case 'pause':
      return 'pause_turn'
    case 'stop-sequence':
      // Clients read which string matched; where the upstream does not tell, it is a plain end.
      return finish.stopSequence === undefined ? 'end_turn' : 'stop_sequence'
    case 'tool-calls':
    case 'stop':
    case 'unknown':
      if (seen.call) return 'tool_use'
      return seen.refusal ? 'refusal' : 'end_turn'
  }
}
