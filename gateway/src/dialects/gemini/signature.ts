/**
 * Thought signatures. Each belongs to one part and goes back on exactly that part. Thinking and calls have a place for state of
 * their own; what signs any other part travels as empty thinking beside it that says so.
 */

import { isObject, mayReturn, SEAL_BASE64, seal, stringOf, unseal } from '#core'
import type { JsonValue, OpaqueState, ReasoningPart } from '#core'
import type { EncodeContext } from '../dialect.ts'

/** What a signature of no thinking and no call stands on: the part before it, or an empty text of its own. */
export type Footing = 'previous' | 'empty'

export function footed(signature: string, footing: Footing): JsonValue {
  return { signature, on: footing }
}

export function footingOf(value: JsonValue): Footing | undefined {
  const on = isObject(value) ? value['on'] : undefined
  return on === 'previous' || on === 'empty' ? on : undefined
}

/** The provider's own signature in a state that it may have back. */
export function returnable(opaque: OpaqueState | undefined, context: EncodeContext): string | undefined {
  if (opaque === undefined || !mayReturn(opaque.issuer, context.provider, 'gemini')) return undefined
  const { value } = opaque
  const signature = stringOf(isObject(value) ? value['signature'] : value)
  return signature === '' ? undefined : signature
}

/** Signatures are bytes: SDKs decode the base64 and encode it anew. So a sealed text goes as base64 too. */
export function sealed(opaque: OpaqueState, redacted = false): string {
  if (opaque.issuer === 'dialect:gemini' && typeof opaque.value === 'string') return opaque.value
  return btoa(seal(redacted ? { issuer: opaque.issuer, value: { [REDACTED]: opaque.value } } : opaque))
}

const REDACTED = '~redacted'

/** A signature in a client's history: sealed by us, or this dialect's own. */
export function opened(signature: string): Pick<ReasoningPart, 'opaque' | 'redacted'> {
  const state = signature.startsWith(SEAL_BASE64) ? unseal(decoded(signature)) : undefined
  if (state === undefined) return { opaque: { issuer: 'dialect:gemini', value: signature } }
  const hidden = isObject(state.value) ? state.value[REDACTED] : undefined
  return hidden === undefined
    ? { opaque: state }
    : { redacted: true, opaque: { issuer: state.issuer, value: hidden } }
}

function decoded(text: string): string {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return ''
  }
}

/** For calls that another provider made, on models that refuse unsigned ones. The provider documents this very value. */
export const STAND_IN = 'skip_thought_signature_validator'
