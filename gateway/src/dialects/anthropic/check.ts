/** What a client sent, looked at once: each fault is told with the field's name. Runs in both lanes, so it stays cheap. */

import { invalid, isObject } from '#core'
import type { JsonObject, JsonValue } from '#core'
import type { RequestHead } from '../dialect.ts'

export function check(wire: JsonObject): RequestHead {
  const head = checkShape(wire)
  const limit = wire['max_tokens']
  if (limit === undefined || limit === null) throw missing('max_tokens')
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1) {
    throw invalid('max_tokens: must be a whole number of at least 1.', 'max_tokens')
  }
  return { ...head, maxOutputTokens: limit }
}

/** Everything but `max_tokens`, which a body sent for counting does not have. */
export function checkShape(wire: JsonObject): RequestHead {
  const model = wire['model']
  if (model === undefined || model === null) throw missing('model')
  if (typeof model !== 'string' || model === '') throw invalid('model: must be a non-empty string.', 'model')
  checkMessages(wire['messages'])
  for (const [field, fits, wanted] of OPTIONAL) {
    const value = wire[field]
    if (value !== undefined && value !== null && !fits(value))
      throw invalid(`${field}: must be ${wanted}.`, field)
  }
  return { model, stream: wire['stream'] === true }
}

function checkMessages(messages: JsonValue | undefined): void {
  if (messages === undefined || messages === null) throw missing('messages')
  if (!Array.isArray(messages)) throw invalid('messages: must be a list.', 'messages')
  if (messages.length === 0) throw invalid('messages: must hold at least one message.', 'messages')
  messages.forEach((message: JsonValue, at: number) => {
    const where = `messages.${at}`
    if (!isObject(message)) throw invalid(`${where}: must be an object.`, where)
    const role = message['role']
    if (role !== 'user' && role !== 'assistant' && role !== 'system') {
      throw invalid(`${where}.role: must be user, assistant or system.`, `${where}.role`)
    }
    const content = message['content']
    if (typeof content !== 'string') checkBlocks(content, `${where}.content`)
  })
}

function checkBlocks(blocks: JsonValue | undefined, where: string): void {
  if (!Array.isArray(blocks)) throw invalid(`${where}: must be a string or a list of blocks.`, where)
  blocks.forEach((block: JsonValue, at: number) => {
    const here = `${where}.${at}`
    if (!isObject(block) || typeof block['type'] !== 'string') {
      throw invalid(`${here}: must be an object with a type.`, here)
    }
    for (const field of STRINGS.get(block['type']) ?? []) {
      if (typeof block[field] !== 'string')
        throw invalid(`${here}.${field}: must be a string.`, `${here}.${field}`)
    }
  })
}

/** What each kind of block cannot do without. */
const STRINGS: ReadonlyMap<string, readonly string[]> = new Map([
  ['text', ['text']],
  ['tool_use', ['id', 'name']],
  ['tool_result', ['tool_use_id']],
  ['thinking', ['thinking']],
  ['redacted_thinking', ['data']],
])

const isText = (value: JsonValue): boolean => typeof value === 'string'
const isFlag = (value: JsonValue): boolean => typeof value === 'boolean'
const isNumber = (value: JsonValue): boolean => typeof value === 'number'
const isObjects = (value: JsonValue): boolean => Array.isArray(value) && value.every(isObject)

const OPTIONAL: readonly (readonly [field: string, fits: (value: JsonValue) => boolean, wanted: string])[] = [
  ['system', (value) => isText(value) || isObjects(value), 'a string or a list of blocks'],
  ['stream', isFlag, 'true or false'],
  ['temperature', isNumber, 'a number'],
  ['top_p', isNumber, 'a number'],
  ['top_k', isNumber, 'a number'],
  ['stop_sequences', (value) => Array.isArray(value) && value.every(isText), 'a list of strings'],
  ['tools', isObjects, 'a list of objects'],
  ['tool_choice', isObject, 'an object'],
  ['thinking', isObject, 'an object'],
  ['metadata', isObject, 'an object'],
  ['output_config', isObject, 'an object'],
]

function missing(field: string) {
  return invalid(`${field}: Field required`, field)
}
