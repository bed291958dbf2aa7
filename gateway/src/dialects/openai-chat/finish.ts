/** Why an answer ended, in this dialect's words. What was emitted counts as much as what the upstream said. */

import type { Finish, FinishReason, NoteSink } from '#core'
import { pausedTurn } from '../paused-turn.ts'

const DECODE: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  length: 'length',
  max_tokens: 'length',
  model_length: 'context-length',
  tool_calls: 'tool-calls',
  tool_use: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
  safety: 'content-filter',
  recitation: 'content-filter',
  refusal: 'refusal',
}

/** What the answer held, to judge the upstream's word by. */
export interface Seen {
  readonly toolCall: boolean
  readonly refusal: boolean
}

export function decodeFinish(raw: string | undefined, stopString: string | undefined, seen: Seen): Finish {
  const said = raw === undefined ? 'stop' : (DECODE[raw.toLowerCase()] ?? 'unknown')
  return {
    reason: judged(stopString === undefined || said !== 'stop' ? said : 'stop-sequence', seen),
    ...(raw === undefined ? {} : { raw }),
    ...(stopString === undefined ? {} : { stopSequence: stopString }),
  }
}

function judged(said: FinishReason, seen: Seen): FinishReason {
  if (said === 'tool-calls') return seen.toolCall ? said : 'stop'
  if (said !== 'stop') return said
  if (seen.toolCall) return 'tool-calls'
  return seen.refusal ? 'refusal' : 'stop'
}

/** The closed set of this dialect. `toolCall`: the answer holds one; `legacy`: the client speaks `functions`. */
export function encodeFinish(finish: Finish, toolCall: boolean, legacy: boolean, note: NoteSink): string {
  const calls = legacy ? 'function_call' : 'tool_calls'
  switch (finish.reason) {
    case 'stop':
    case 'stop-sequence':
      return toolCall ? calls : 'stop'
    case 'tool-calls':
      return calls
    case 'length':
    case 'context-length':
      return 'length'
    case 'content-filter':
    case 'refusal':
      return 'content_filter'
    case 'pause':
      throw pausedTurn()
    case 'unknown':
      note({
        kind: 'changed',
        field: 'finish_reason',
        reason: `Upstream reason ${word(finish.raw)} is shown as stop.`,
      })
      return toolCall ? calls : 'stop'
  }
}

/** To show such a turn as finished would be a lie, and there is no word for it here. */

function word(raw: string | undefined): string {
  return raw === undefined ? 'unknown' : raw.replace(/[^A-Za-z0-9_.-]/g, '').slice(0, 40)
}
