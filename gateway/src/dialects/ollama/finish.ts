/** `done_reason`, both ways. Ollama has four words of its own; a tool call ends with plain `stop`. */

import type { Finish, FinishReason, NoteSink } from '#core'
import { pausedTurn } from '../paused-turn.ts'

/** `load` and `unload` answer a request without a prompt: nothing was asked, so nothing was cut. */
const MEANING: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  load: 'stop',
  unload: 'stop',
}

export function decodeFinish(word: string | undefined, sawToolCall: boolean): Finish {
  // Servers before 0.3 ended without a reason: `done:true` alone was a normal end.
  const reason = word === undefined ? 'stop' : Object.hasOwn(MEANING, word) ? MEANING[word] : 'unknown'
  return {
    reason: reason === 'stop' && sawToolCall ? 'tool-calls' : (reason ?? 'unknown'),
    ...(word === undefined ? {} : { raw: word }),
  }
}

/** Throws for a paused turn. */
export function encodeFinish(finish: Finish, note: NoteSink): string {
  switch (finish.reason) {
    case 'stop':
      return finish.raw === 'load' || finish.raw === 'unload' ? finish.raw : 'stop'
    case 'stop-sequence':
    case 'tool-calls':
      return 'stop'
    case 'length':
    case 'context-length':
      return 'length'
    case 'content-filter':
    case 'refusal':
    case 'unknown':
      note({ kind: 'changed', field: 'done_reason', reason: `Ollama has no word for ${finish.reason}` })
      return 'stop'
    case 'pause':
      throw pausedTurn()
  }
}
