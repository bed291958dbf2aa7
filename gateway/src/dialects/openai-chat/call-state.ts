/** Opaque state on a tool call. Google's compatible endpoint set the only spelling in use: `extra_content`. */

import {
  isObject,
  type JsonDraft,
  type JsonObject,
  mayReturn,
  type OpaqueState,
  seal,
  stringOf,
  unseal,
} from '#core'
import type { EncodeContext } from '../dialect.ts'

const DIALECT = 'openai-chat'

/** From an upstream's answer: the issuer is the provider. */
export function callStateFrom(call: JsonObject, issuer: string): OpaqueState | undefined {
  const extra = call['extra_content']
  return isObject(extra) ? { issuer, value: extra } : undefined
}

/** From a client's history: sealed by us, or native. */
export function decodeCallState(call: JsonObject): { opaque?: OpaqueState } {
  const extra = call['extra_content']
  if (!isObject(extra)) return {}
  const google = extra['google']
  const signature = isObject(google) ? stringOf(google['thought_signature']) : undefined
  return { opaque: unseal(signature ?? '') ?? { issuer: `dialect:${DIALECT}`, value: extra } }
}

export function encodeCallState(opaque: OpaqueState | undefined, context: EncodeContext): JsonDraft {
  if (opaque === undefined || !mayReturn(opaque.issuer, context.provider, DIALECT)) return {}
  return isObject(opaque.value) ? { extra_content: opaque.value } : {}
}

export function sealedCallState(opaque: OpaqueState | undefined): JsonDraft {
  return opaque === undefined ? {} : { extra_content: { google: { thought_signature: seal(opaque) } } }
}
