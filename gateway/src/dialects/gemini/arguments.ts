/** Arguments of a call: an object on the wire, JSON text in the neutral model. */

import { isObject, parseJson } from '#core'
import type { JsonObject, JsonValue } from '#core'

/** Where text stands that was no JSON object, so that it comes back as it was. */
const RAW = 'raw_arguments'

export function argumentsText(args: JsonValue | undefined): string {
  if (args === undefined || args === null) return ''
  if (isObject(args)) {
    const raw = args[RAW]
    if (typeof raw === 'string' && Object.keys(args).length === 1 && !isObject(parseJson(raw))) return raw
  }
  return JSON.stringify(args)
}

/** Undefined when there are none. */
export function argumentsOf(text: string): JsonObject | undefined {
  if (text.trim() === '') return undefined
  const parsed = parseJson(text)
  return isObject(parsed) ? parsed : { [RAW]: text }
}
