/** Errors that arrive with status 200: a failed response, an `error` event, or a bare error object. */

import { GatewayError, isObject, type JsonObject, type JsonValue, objectOf, stringOf } from '#core'
import { openaiChat } from '../openai-chat/index.ts'

/** The error a body reports; undefined when it reports none. */
export function reportedError(wire: JsonValue): GatewayError | undefined {
  if (!isObject(wire)) return undefined
  const error = wire['error']
  if (error !== undefined && error !== null && error !== '' && error !== false) return errorFrom(wire)
  if (wire['status'] === 'failed' || wire['status'] === 'cancelled') return errorFrom(wire)
  return wire['object'] === 'error' || wire['type'] === 'error' ? errorFrom(wire) : undefined
}

/** From a failed response, or from an `error` event, whose fields may lie flat beside its type. */
export function errorFrom(wire: JsonObject): GatewayError {
  const error = objectOf(wire['error']) ?? (typeof wire['error'] === 'string' ? undefined : flat(wire))
  const told = { error: error ?? wire['error'] ?? null }
  const found = openaiChat.errors.decode(0, () => undefined, JSON.stringify(told))
  const code = stringOf(error?.['code']) ?? ''
  // Codes of this API alone: what was sent could not be used.
  return /^(?:invalid_|unsupported_|empty_image|image_)/.test(code) && found.type === 'provider-error'
    ? new GatewayError('invalid-request', found.message, found.facts)
    : found
}

function flat(wire: JsonObject): JsonObject {
  const { code, message, param } = wire
  return { code: code ?? null, message: message ?? null, param: param ?? null }
}
