/** Ids for tool calls that came without one. They follow from position alone, so a replayed history gets the same ids. */

/** For calls of the request's history. */
export function historyCallId(message: number, call: number): string {
  return `call_m${message}_${call}`
}

/** For calls of an answer: unique within it and, through the exchange, across answers. At most 40 characters. */
export function answerCallId(exchangeId: string, call: number): string {
  return `call_${exchangeId.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(-28)}_${call}`
}
