/** Errors that arrive with status 200: as the whole body, inside a choice, or as a frame of a stream. */

import { arrayOf, type GatewayError, isObject, type JsonObject, type JsonValue } from '#core'
import { errorFrom } from './error-decode.ts'

/** The error a body, chunk or choice reports; undefined when it reports none. */
export function reportedError(wire: JsonValue): GatewayError | undefined {
  if (!isObject(wire)) return undefined
  const error = wire['error']
  if (error !== undefined && error !== null && error !== '' && error !== false) return errorFrom(wire)
  const choices = arrayOf(wire['choices'])
  if (choices === undefined) return isBareError(wire) ? errorFrom(wire) : undefined
  for (const choice of choices) {
    if (isObject(choice) && isObject(choice['error'])) return errorFrom(choice)
  }
  return undefined
}

/** `{code, msg}` and `{object: "error", message}`. */
function isBareError(wire: JsonObject): boolean {
  if (wire['object'] === 'error' || wire['type'] === 'error') return true
  if (typeof wire['msg'] === 'string') return true
  return typeof wire['message'] === 'string' || typeof wire['detail'] === 'string'
}
