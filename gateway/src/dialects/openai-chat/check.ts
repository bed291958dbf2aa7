/** What must hold before a client's request is worth decoding. Errors name the field. */

import { arrayOf, invalid, isObject, type JsonObject, type JsonValue, numberOf } from '#core'
import type { RequestHead } from '../dialect.ts'

export const NUMBERS = [
  'temperature',
  'top_p',
  'top_k',
  'frequency_penalty',
  'presence_penalty',
  'seed',
] as const
const COUNTS = ['max_tokens', 'max_completion_tokens', 'n'] as const
const BOOLEANS = ['stream', 'parallel_tool_calls'] as const
const LISTS = ['tools', 'functions'] as const
const OBJECTS = ['stream_options', 'response_format'] as const

export function checkRequest(wire: JsonObject): RequestHead {
  const model = required(wire, 'model')
  if (typeof model !== 'string' || model === '') throw wrong('model', 'a non-empty string')
  checkMessages(required(wire, 'messages'))
  checkFields(wire)
  const limit = numberOf(wire['max_completion_tokens']) ?? numberOf(wire['max_tokens'])
  const head = { model, stream: wire['stream'] === true, ...several(wire) }
  return limit === undefined ? head : { ...head, maxOutputTokens: limit }
}

interface Shape {
  readonly what: string
  readonly holds: (value: JsonValue) => boolean
}

const of = (fields: readonly string[], shape: Shape) => fields.map((field): [string, Shape] => [field, shape])

/** By the fields that may be wrong. */
const SHAPES: ReadonlyMap<string, Shape> = new Map([
  ...of(NUMBERS, { what: 'a number', holds: (value) => typeof value === 'number' }),
  ...of(COUNTS, { what: 'a positive integer', holds: isCount }),
  ...of(BOOLEANS, { what: 'a boolean', holds: (value) => typeof value === 'boolean' }),
  ...of(LISTS, { what: 'an array of objects', holds: isObjects }),
  ...of(OBJECTS, { what: 'an object', holds: isObject }),
  ['stop', { what: 'a string or an array of strings', holds: isStop }],
])

/** A body has few fields, so what it has is looked up, and not all that it might have. */
function checkFields(wire: JsonObject): void {
  for (const field in wire) {
    const value = wire[field]
    if (value === null || value === undefined) continue
    const shape = SHAPES.get(field)
    if (shape !== undefined && !shape.holds(value)) throw wrong(field, shape.what)
  }
}

const ONE: Pick<RequestHead, 'several'> = {}
const SEVERAL: Pick<RequestHead, 'several'> = { several: 'n' }

export function several({ n }: JsonObject): Pick<RequestHead, 'several'> {
  return typeof n === 'number' && n > 1 ? SEVERAL : ONE
}

function checkMessages(value: JsonValue): void {
  const messages = arrayOf(value)
  if (messages === undefined) throw wrong('messages', 'an array')
  if (messages.length === 0) throw wrong('messages', 'a non-empty array')
  for (let index = 0; index < messages.length; index++) {
    const message = messages[index]
    // Histories are long, and nearly always there is nothing to be said of them.
    if (!isObject(message)) throw wrong(`messages[${index}]`, 'an object')
    if (typeof message['role'] !== 'string') throw wrongRole(message, `messages[${index}].`)
    const calls = message['tool_calls']
    if (calls !== undefined && calls !== null && !isObjects(calls))
      throw wrong(`messages[${index}].tool_calls`, 'an array of objects')
  }
}

function wrongRole(message: JsonObject, at: string): Error {
  required(message, 'role', at)
  return wrong(`${at}role`, 'a string')
}

export function required(wire: JsonObject, field: string, prefix = ''): JsonValue {
  const value = wire[field]
  if (value === undefined || value === null)
    throw invalid(`Missing required field '${prefix}${field}'.`, prefix + field)
  return value
}

export function expect(
  wire: JsonObject,
  field: string,
  what: string,
  holds: (value: JsonValue) => boolean,
): void {
  const value = wire[field]
  if (value !== undefined && value !== null && !holds(value)) throw wrong(field, what)
}

export function isCount(value: JsonValue): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value > 0
}

function isObjects(value: JsonValue): boolean {
  return Array.isArray(value) && value.every(isObject)
}

export function isStop(value: JsonValue): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string'))
}

export function wrong(field: string, what: string): Error {
  return invalid(`Field '${field}' must be ${what}.`, field)
}
