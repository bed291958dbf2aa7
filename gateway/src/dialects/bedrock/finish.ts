/** Why an answer ended, in this dialect's words. */

import { GatewayError } from '#core'
import type { Finish, FinishReason } from '#core'
import { pausedTurn } from '../paused-turn.ts'

const REASONS: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop-sequence'],
  ['tool_use', 'tool-calls'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'context-length'],
  ['content_filtered', 'content-filter'],
  ['guardrail_intervened', 'content-filter'],
  ['refusal', 'refusal'],
])

/** The model's call came to nothing: shown as an ordinary end, agents would take the silence for the answer. */
const BROKEN: ReadonlySet<string> = new Set(['malformed_tool_use', 'malformed_model_output'])

export interface Ending {
  readonly raw: string | undefined
  readonly sawCall: boolean
  /** The stop string, for a client that asked for that field. */
  readonly stopSequence?: string | undefined
}

/** What the end means; the error it is where the model's answer was broken. */
export function finishFrom({ raw, sawCall, stopSequence }: Ending): Finish | GatewayError {
  if (raw !== undefined && BROKEN.has(raw)) {
    return new GatewayError('provider-error', `The model's answer was unusable: ${raw}.`, {
      code: raw,
      upstream: { type: raw },
    })
  }
  const told = raw === undefined ? 'stop' : (REASONS.get(raw) ?? 'unknown')
  return {
    reason: told === 'stop' && sawCall ? 'tool-calls' : told,
    ...(raw === undefined ? {} : { raw }),
    ...(stopSequence === undefined ? {} : { stopSequence }),
  }
}

/** Always one of the dialect's own closed set. */
export function stopReason(finish: Finish, sawCall: boolean): string {
  switch (finish.reason) {
    case 'length':
      return 'max_tokens'
    case 'context-length':
      return 'model_context_window_exceeded'
    case 'content-filter':
      return finish.raw === 'guardrail_intervened' ? finish.raw : 'content_filtered'
    case 'refusal':
      return 'content_filtered'
    case 'stop-sequence':
      return 'stop_sequence'
    case 'pause':
      throw pausedTurn()
    case 'tool-calls':
    case 'stop':
    case 'unknown':
      return sawCall ? 'tool_use' : 'end_turn'
  }
}
