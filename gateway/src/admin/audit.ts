/** One line in the log for each order: who, what, whom it concerned, and what came of it (requirement D41). */

import type { GatewayError } from '#core'
import type { Logger } from '#observe'

export interface Deed {
  /** A key's fingerprint, an address, a signal. */
  readonly who: string
  readonly what: string
  readonly name?: string | undefined
  readonly persist?: boolean
  readonly requestId?: string
}

export function auditor(logger: Logger): (deed: Deed, refusal: GatewayError | undefined) => void {
  return ({ who, what, name, persist, requestId }, refusal) => {
    const facts = {
      request_id: requestId,
      who,
      what,
      name,
      persist: persist === true ? true : undefined,
      outcome: refusal === undefined ? 'done' : 'refused',
      status: refusal?.status,
      error: refusal?.type,
      reason: refusal?.message,
    }
    logger[refusal === undefined ? 'info' : 'warn'](facts, 'management')
  }
}
