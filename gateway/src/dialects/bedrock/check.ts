/** What a client sent, looked at once: each fault is told with the field's name. Runs in both lanes, so it stays cheap. */

import { invalid, isObject } from '#core'
import type { JsonObject, JsonValue, Operation } from '#core'
import type { Address, RequestHead } from '../dialect.ts'

export function check(wire: JsonObject, _operation?: Operation, address?: Address): RequestHead {
  const head = headOf(address)
  checkMessages(wire['messages'])
  for (const [field, fits, wanted] of OPTIONAL) {
    const value = wire[field]
    if (value !== undefined && value !== null && !fits(value))
      throw invalid(`${field}: must be ${wanted}.`, field)
  }
  const limit = checkInference(isObject(wire['inferenceConfig']) ? wire['inferenceConfig'] : {})
  return { ...head, ...(limit === undefined ? {} : { maxOutputTokens: limit }) }
}

/** The model is named in the URL. */
export function headOf(address: Address | undefined): RequestHead {
  const model = address?.model ?? ''
  if (model === '')
    throw invalid('modelId: the path must name a model, as in /model/{modelId}/converse.', 'modelId')
  return { model, stream: address?.stream === true }
}

function checkMessages(messages: JsonValue | undefined): void {
  if (messages === undefined || messages === null) throw invalid('messages: is required.', 'messages')
  if (!Array.isArray(messages)) throw invalid('messages: must be a list.', 'messages')
  if (messages.length === 0) throw invalid('messages: must hold at least one message.', 'messages')
  messages.forEach((message: JsonValue, at: number) => {
    const where = `messages.${at}`
    if (!isObject(message)) throw invalid(`${where}: must be an object.`, where)
    const role = message['role']
    if (role !== 'user' && role !== 'assistant' && role !== 'system')
      throw invalid(`${where}.role: must be user, assistant or system.`, `${where}.role`)
    checkBlocks(message['content'], `${where}.content`)
  })
}

function checkBlocks(blocks: JsonValue | undefined, where: string): void {
  if (!Array.isArray(blocks)) throw invalid(`${where}: must be a list of blocks.`, where)
  blocks.forEach((block: JsonValue, at: number) => {
    const here = `${where}.${at}`
    if (!isObject(block)) throw invalid(`${here}: must be an object.`, here)
    const { text } = block
    if (text !== undefined && text !== null && typeof text !== 'string')
      throw invalid(`${here}.text: must be a string.`, `${here}.text`)
    for (const [name, fields] of STRINGS) {
      const inner = block[name]
      if (inner === undefined || inner === null) continue
      if (!isObject(inner)) throw invalid(`${here}.${name}: must be an object.`, `${here}.${name}`)
      for (const field of fields) {
        if (typeof inner[field] !== 'string')
          throw invalid(`${here}.${name}.${field}: must be a string.`, `${here}.${name}.${field}`)
      }
    }
  })
}

/** What each kind of block cannot do without. */
const STRINGS: readonly (readonly [name: string, fields: readonly string[]])[] = [
  ['toolUse', ['toolUseId', 'name']],
  ['toolResult', ['toolUseId']],
  ['image', []],
  ['document', []],
  ['video', []],
  ['audio', []],
  ['reasoningContent', []],
]

function checkInference(config: JsonObject): number | undefined {
  for (const field of ['maxTokens', 'temperature', 'topP']) {
    const value = config[field]
    if (value !== undefined && value !== null && typeof value !== 'number')
      throw invalid(`inferenceConfig.${field}: must be a number.`, `inferenceConfig.${field}`)
  }
  const stops = config['stopSequences']
  if (stops !== undefined && stops !== null && !isTexts(stops))
    throw invalid(
      'inferenceConfig.stopSequences: must be a list of strings.',
      'inferenceConfig.stopSequences',
    )
  const limit = config['maxTokens']
  if (typeof limit !== 'number') return undefined
  if (!Number.isInteger(limit) || limit < 1)
    throw invalid(
      'inferenceConfig.maxTokens: must be a whole number of at least 1.',
      'inferenceConfig.maxTokens',
    )
  return limit
}

const isObjects = (value: JsonValue): boolean => Array.isArray(value) && value.every(isObject)
const isTexts = (value: JsonValue): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')

const OPTIONAL: readonly (readonly [field: string, fits: (value: JsonValue) => boolean, wanted: string])[] = [
  ['system', isObjects, 'a list of blocks'],
  ['inferenceConfig', isObject, 'an object'],
  [
    'toolConfig',
    (value) => isObject(value) && isObjects(value['tools'] ?? []),
    'an object with a list of tools',
  ],
  ['guardrailConfig', isObject, 'an object'],
  ['performanceConfig', isObject, 'an object'],
  ['outputConfig', isObject, 'an object'],
]
