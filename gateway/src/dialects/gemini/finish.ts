/** Why an answer ended. There is no word for tool calls here: what was emitted decides. */

import { GatewayError, numberOf, stringOf } from '#core'
import type { Finish, FinishReason, JsonObject, JsonValue, NoteSink } from '#core'

const REASONS: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'content-filter'],
  ['RECITATION', 'content-filter'],
  ['BLOCKLIST', 'content-filter'],
  ['PROHIBITED_CONTENT', 'content-filter'],
  ['SPII', 'content-filter'],
  ['MODEL_ARMOR', 'content-filter'],
  ['IMAGE_SAFETY', 'content-filter'],
  ['IMAGE_PROHIBITED_CONTENT', 'content-filter'],
  ['IMAGE_RECITATION', 'content-filter'],
  ['LANGUAGE', 'unknown'],
  ['OTHER', 'unknown'],
  ['IMAGE_OTHER', 'unknown'],
  ['NO_IMAGE', 'unknown'],
])

/** The model's call came to nothing: shown as an ordinary end, agents would take the silence for the answer. */
const BROKEN: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
  'MALFORMED_RESPONSE',
])

/** With `enum-encoding=int` reasons are numbers. */
const NUMBERED = ['', 'STOP', 'MAX_TOKENS', 'SAFETY', 'RECITATION', 'OTHER']

/** The candidate's reason; undefined while it has none. */
export function finishWord(candidate: JsonObject): string | undefined {
  const said: JsonValue | undefined = candidate['finishReason']
  const number = numberOf(said)
  const word = number === undefined ? stringOf(said) : (NUMBERED[number] ?? `${number}`)
  return word === '' || word === 'FINISH_REASON_UNSPECIFIED' ? undefined : word
}

/** What the end means; the error it is where the model's call was broken. */
export function decodeFinish(
  raw: string,
  message: string | undefined,
  sawCall: boolean,
): Finish | GatewayError {
  if (BROKEN.has(raw)) {
    return new GatewayError('provider-error', message ?? `The model's answer was unusable: ${raw}.`, {
      code: raw.toLowerCase(),
      upstream: { type: raw },
    })
  }
  const reason = REASONS.get(raw) ?? 'unknown'
  const explained = message === undefined || reason === 'stop' ? {} : { explanation: message }
  return { reason: reason === 'stop' && sawCall ? 'tool-calls' : reason, raw, ...explained }
}

export function encodeFinish(finish: Finish, note: NoteSink): string {
  const { raw = '' } = finish
  switch (finish.reason) {
    case 'stop':
    case 'stop-sequence':
    case 'tool-calls':
      return 'STOP'
    case 'length':
    case 'context-length':
      return 'MAX_TOKENS'
    case 'content-filter':
    case 'refusal':
      return REASONS.get(raw) === 'content-filter' ? raw : 'SAFETY'
    case 'pause':
      throw pausedTurn()
    case 'unknown':
      if (REASONS.get(raw) === 'unknown') return raw
      note({
        kind: 'changed',
        field: 'finishReason',
        reason: 'a reason unknown to this version is shown as STOP',
      })
      return 'STOP'
  }
}

/** To show such a turn as finished would be a lie, and there is no word for it here. */
export function pausedTurn(): GatewayError {
  return new GatewayError(
    'not-implemented',
    'The model paused for a provider-run tool; generateContent cannot resume such a turn.',
  )
}
