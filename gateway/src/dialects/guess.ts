/** Which language a chat body is in, by the words that only one of them has. OpenAI's is what everybody imitates. */

import { arrayOf, type DialectName, isObject, type JsonObject, type JsonValue } from '#core'

export function dialectOf(wire: JsonObject): DialectName {
  if (wire['contents'] !== undefined) return 'gemini'
  if (wire['messages'] === undefined && wire['input'] !== undefined) return 'openai-responses'
  if (wire['inferenceConfig'] !== undefined || wire['toolConfig'] !== undefined || isBedrock(wire))
    return 'bedrock'
  if (wire['system'] !== undefined || wire['anthropic_version'] !== undefined || hasSchemas(wire))
    return 'anthropic'
  if (wire['options'] !== undefined || wire['keep_alive'] !== undefined) return 'ollama'
  return 'openai-chat'
}

/** Its parts have no type. */
function isBedrock({ messages }: JsonObject): boolean {
  const parts = (arrayOf(messages) ?? []).flatMap((message) => (isObject(message) ? partsOf(message) : []))
  return parts.length > 0 && parts.every((part) => isObject(part) && part['type'] === undefined)
}

function partsOf({ content }: JsonObject): readonly JsonValue[] {
  return arrayOf(content) ?? []
}

function hasSchemas({ tools }: JsonObject): boolean {
  return (arrayOf(tools) ?? []).some((tool) => isObject(tool) && tool['input_schema'] !== undefined)
}
