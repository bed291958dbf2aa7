/** The one error class. Keys and prompt text never enter a message; `cause` is always kept. */

import { ERRORS, type ErrorTraits, type ErrorType } from './error-table.ts'
import type { JsonValue } from './json.ts'

export interface ErrorFacts {
  /** Overrides the table's status, e.g. an upstream's own 4xx. */
  readonly status?: number
  /** The request field at fault, as the client spelled it. */
  readonly param?: string
  /** A finer, stable code, e.g. `context_length_exceeded`. */
  readonly code?: string
  /** Told by the server; milliseconds. */
  readonly retryAfterMs?: number
  readonly provider?: string
  readonly upstream?: UpstreamFacts
  /** Further facts for `details`; no secrets, no prompt text. */
  readonly details?: JsonValue
  /** The provider had answered in full, and will charge for it: asking it again would be paid twice. */
  readonly charged?: boolean
  /** The request brought what only the account of another key can open or knows; the key itself is good. */
  readonly wrongKey?: boolean
  /** Nobody was there to take the request: nothing of it was sent. */
  readonly unreached?: boolean
  /** Methods for `Allow` on a 405. */
  readonly allow?: string
  readonly cause?: unknown
}

export interface UpstreamFacts {
  readonly status?: number
  /** The upstream's own request id. */
  readonly requestId?: string
  /** Its own error type or code. */
  readonly type?: string
  /** Start of its body, scrubbed of secrets. */
  readonly body?: string
}

export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly type: ErrorType
  readonly status: number
  readonly facts: ErrorFacts

  constructor(type: ErrorType, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.type = type
    this.status = facts.status ?? ERRORS[type].status
    this.facts = facts
  }

  get traits(): ErrorTraits {
    return ERRORS[this.type]
  }

  /** The same error with more facts, e.g. the provider it came from. */
  with(facts: ErrorFacts): GatewayError {
    const copy = new GatewayError(this.type, this.message, { ...this.facts, ...facts })
    if (this.stack !== undefined) copy.stack = this.stack
    return copy
  }
}

/** Wraps whatever was thrown; the cause is kept, its text is not shown. */
export function asGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  return new GatewayError('internal', 'The gateway failed while handling the request.', { cause: thrown })
}

/** Shorthand for the commonest refusal. */
export function invalid(message: string, param?: string): GatewayError {
  return new GatewayError('invalid-request', message, param === undefined ? {} : { param })
}
