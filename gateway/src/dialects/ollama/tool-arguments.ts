/** Arguments are an object on Ollama's wire and JSON text in the neutral model. */

import { isObject, parseJson, type JsonObject, type JsonValue } from '#core'

/** Text that is no JSON object goes under this key: the client sees that the call is broken, nothing is invented. */
const RAW = 'raw_arguments'

export function argumentsText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** `undefined` when the text is not a JSON object. */
export function parseArguments(text: string): JsonObject | undefined {
  if (text.trim() === '') return {}
  const value = parseJson(text)
  return isObject(value) ? value : undefined
}

export function argumentsObject(text: string): JsonObject {
  return parseArguments(text) ?? { [RAW]: text }
}

/** The same as JSON text on one line. Valid text goes as it is: parsing would round its long integers. */
export function argumentsJson(text: string): string {
  const value = parseArguments(text)
  if (value === undefined) return JSON.stringify({ [RAW]: text })
  return text.trim() === '' || /[\r\n]/.test(text) ? JSON.stringify(value) : text
}
