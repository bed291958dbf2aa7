/**
 * The one table of errors. Steps read it, dialects word the answer. A type, once published, never changes meaning.
 *
 * - `status`: HTTP status of our answer when the upstream gave no better one
 * - `blame`: who can mend it
 * - `next`: what the road may try before commit: nothing, the same target again, the next key, another target
 * - `counts`: whether it counts against the target's health
 */

export interface ErrorTraits {
  readonly status: number
  readonly blame: 'caller' | 'operator' | 'provider' | 'gateway'
  readonly next: 'never' | 'same-target' | 'other-key' | 'other-target'
  readonly counts: boolean
}

export const ERRORS = {
  'invalid-request': { status: 400, blame: 'caller', next: 'never', counts: false },
  'context-length': { status: 400, blame: 'caller', next: 'other-target', counts: false },
  unsupported: { status: 400, blame: 'caller', next: 'other-target', counts: false },
  'content-policy': { status: 400, blame: 'caller', next: 'never', counts: false },
  authentication: { status: 401, blame: 'caller', next: 'never', counts: false },
  'provider-authentication': { status: 401, blame: 'operator', next: 'other-key', counts: true },
  billing: { status: 402, blame: 'operator', next: 'other-key', counts: true },
  permission: { status: 403, blame: 'caller', next: 'never', counts: false },
  'provider-permission': { status: 403, blame: 'operator', next: 'other-key', counts: true },
  'not-found': { status: 404, blame: 'caller', next: 'never', counts: false },
  'model-not-found': { status: 404, blame: 'caller', next: 'never', counts: false },
  'method-not-allowed': { status: 405, blame: 'caller', next: 'never', counts: false },
  'too-large': { status: 413, blame: 'caller', next: 'never', counts: false },
  unprocessable: { status: 422, blame: 'caller', next: 'never', counts: false },
  'rate-limited': { status: 429, blame: 'provider', next: 'same-target', counts: false },
  'quota-exceeded': { status: 429, blame: 'operator', next: 'other-key', counts: false },
  cancelled: { status: 499, blame: 'caller', next: 'never', counts: false },
  internal: { status: 500, blame: 'gateway', next: 'never', counts: false },
  'not-implemented': { status: 501, blame: 'caller', next: 'never', counts: false },
  'provider-error': { status: 502, blame: 'provider', next: 'same-target', counts: true },
  connection: { status: 502, blame: 'provider', next: 'same-target', counts: true },
  'bad-answer': { status: 502, blame: 'provider', next: 'same-target', counts: true },
  'cut-stream': { status: 502, blame: 'provider', next: 'same-target', counts: true },
  overloaded: { status: 503, blame: 'provider', next: 'same-target', counts: true },
  busy: { status: 503, blame: 'gateway', next: 'other-target', counts: false },
  unavailable: { status: 503, blame: 'operator', next: 'never', counts: false },
  timeout: { status: 504, blame: 'provider', next: 'same-target', counts: true },
  deadline: { status: 504, blame: 'gateway', next: 'never', counts: false },
  loop: { status: 508, blame: 'operator', next: 'never', counts: false },
} as const satisfies Record<string, ErrorTraits>

export type ErrorType = keyof typeof ERRORS

/** Whether the same request would fail again until somebody mends something (requirement M08). */
export function isPermanent(type: ErrorType): boolean {
  const { blame } = ERRORS[type]
  // An outage that the operator is to blame for may be over the next moment, and who left may come back.
  return (blame === 'caller' && type !== 'cancelled') || (blame === 'operator' && type !== 'unavailable')
}
