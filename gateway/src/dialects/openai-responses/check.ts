/** What must hold before a client's request is worth decoding. Errors name the field. */

import {
  arrayOf,
  type GatewayError,
  invalid,
  isObject,
  type JsonObject,
  type JsonValue,
  numberOf,
} from '#core'
import type { RequestHead } from '../dialect.ts'
import { buildsOnKept } from './bound.ts'

const NUMBERS = ['temperature', 'top_p', 'top_logprobs'] as const
const BOOLEANS = ['stream', 'store', 'background', 'parallel_tool_calls'] as const
const OBJECTS = ['text', 'reasoning', 'metadata', 'stream_options'] as const
const STRINGS = [
  'instructions',
  'previous_response_id',
  'prompt_cache_key',
  'user',
  'safety_identifier',
] as const

export function checkRequest(wire: JsonObject): RequestHead {
  const model = required(wire, 'model')
  if (typeof model !== 'string' || model === '') throw wrong('model', 'a non-empty string')
  checkInput(wire)
  for (const field of NUMBERS) expect(wire, field, 'a number', (value) => typeof value === 'number')
  for (const field of BOOLEANS) expect(wire, field, 'a boolean', (value) => typeof value === 'boolean')
  for (const field of OBJECTS) expect(wire, field, 'an object', isObject)
  for (const field of STRINGS) expect(wire, field, 'a string', (value) => typeof value === 'string')
  expect(wire, 'max_output_tokens', 'a positive integer', isCount)
  expect(wire, 'tools', 'an array of objects', isObjects)
  expect(wire, 'include', 'an array', (value) => Array.isArray(value))
  const limit = numberOf(wire['max_output_tokens'])
  return {
    model,
    stream: wire['stream'] === true,
    ...(limit === undefined ? {} : { maxOutputTokens: limit }),
  }
}

/** Input may be missing only where something kept by the provider takes its place. */
function checkInput(wire: JsonObject): void {
  const input = wire['input']
  if (input === undefined || input === null) {
    if (buildsOnKept(wire)) return
    throw invalid("Missing required field 'input'.", 'input')
  }
  const items = arrayOf(input)
  if (items === undefined) {
    if (typeof input !== 'string') throw wrong('input', 'a string or an array of items')
    return
  }
  items.forEach((item, index) => {
    if (!isObject(item)) throw wrong(`input[${index}]`, 'an object')
    if (item['type'] === undefined && item['role'] === undefined && item['id'] === undefined)
      throw invalid(`Missing required field 'input[${index}].type'.`, `input[${index}].type`)
  })
}

function required(wire: JsonObject, field: string): JsonValue {
  const value = wire[field]
  if (value === undefined || value === null) throw invalid(`Missing required field '${field}'.`, field)
  return value
}

function expect(wire: JsonObject, field: string, what: string, holds: (value: JsonValue) => boolean): void {
  const value = wire[field]
  if (value !== undefined && value !== null && !holds(value)) throw wrong(field, what)
}

function isCount(value: JsonValue): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value > 0
}

function isObjects(value: JsonValue): boolean {
  return Array.isArray(value) && value.every(isObject)
}

function wrong(field: string, what: string): GatewayError {
  return invalid(`Field '${field}' must be ${what}.`, field)
}
