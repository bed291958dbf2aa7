/** Tool use of the demo voice: which tools to call, and arguments made up from their JSON schemas, always the same. */

import {
  arrayOf,
  isObject,
  numberOf,
  objectOf,
  stringOf,
  type ChatRequest,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  type Tool,
} from '#core'

/** This model calls a tool without being asked. */
export const TOOLS_MODEL = 'demo-tools'

/** Tools the demo calls in answer to this text: forced by the request, or named in it as "call NAME". */
export function toolsToCall(request: ChatRequest, said: string): readonly Tool[] {
  const tools = (request.tools ?? []).filter((tool) => tool.native === undefined)
  const choice = request.toolChoice ?? { type: 'auto' }
  if (choice.type === 'none' || tools.length === 0) return []
  if (choice.type === 'tool') return tools.filter((tool) => tool.name === choice.name).slice(0, 1)
  const named = tools
    .map((tool) => ({ tool, at: mention(said, tool.name) }))
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => a.at - b.at)
    .map(({ tool }) => tool)
  const mustCall = choice.type === 'required' || request.model === TOOLS_MODEL
  const wanted = named.length === 0 && mustCall ? tools.slice(0, 1) : named
  return request.parallelToolCalls === false ? wanted.slice(0, 1) : wanted
}

function mention(said: string, name: string): number {
  const literal = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return said.search(new RegExp(`\\bcall ${literal}(?![\\w-])`, 'i'))
}

/** Schemas may refer to themselves, once or in many places: both the depth and the number of values are bounded. */
const DEEPEST = 8
const MOST_VALUES = 1000

interface Sampling {
  /** What local references start from. */
  readonly root: JsonValue
  values: number
}

/** The smallest plain value that satisfies the schema, as far as common keywords go. */
export function sampleOf(schema: JsonObject | undefined): JsonValue {
  return schema === undefined ? {} : sample(schema, { root: schema, values: 0 }, 0)
}

function sample(schema: JsonValue | undefined, sampling: Sampling, depth: number): JsonValue {
  if (!isObject(schema)) return {}
  if (depth > DEEPEST || ++sampling.values > MOST_VALUES) return null
  const given =
    schema['const'] ?? schema['default'] ?? arrayOf(schema['examples'])?.[0] ?? arrayOf(schema['enum'])?.[0]
  if (given !== undefined) return given
  const other = referred(schema, sampling.root) ?? firstChoice(schema)
  if (other !== undefined) return sample(other, sampling, depth + 1)
  const all = arrayOf(schema['allOf'])
  if (all !== undefined) return mergedSample(all, sampling, depth)
  switch (typeOf(schema)) {
    case 'object':
      return objectSample(schema, sampling, depth)
    case 'array':
      return arraySample(schema, sampling, depth)
    case 'string':
      return stringSample(schema)
    case 'integer':
    case 'number':
      return numberSample(schema)
    case 'boolean':
      return true
    default:
      return null
  }
}

function typeOf(schema: JsonObject): string {
  const type = schema['type']
  const listed = arrayOf(type)?.find((one) => one !== 'null')
  return stringOf(type) ?? stringOf(listed) ?? (schema['items'] === undefined ? 'object' : 'array')
}

function referred(schema: JsonObject, root: JsonValue): JsonValue | undefined {
  const path = stringOf(schema['$ref'])
  if (path === undefined || !path.startsWith('#/')) return undefined
  let found: JsonValue | undefined = root
  for (const key of path.slice(2).split('/')) found = objectOf(found)?.[key]
  return found
}

function firstChoice(schema: JsonObject): JsonValue | undefined {
  const choices = arrayOf(schema['anyOf']) ?? arrayOf(schema['oneOf'])
  return choices?.find((choice) => objectOf(choice)?.['type'] !== 'null')
}

function mergedSample(all: readonly JsonValue[], sampling: Sampling, depth: number): JsonValue {
  const merged: JsonDraft = {}
  for (const part of all) Object.assign(merged, objectOf(sample(part, sampling, depth + 1)))
  return merged
}

function objectSample(schema: JsonObject, sampling: Sampling, depth: number): JsonValue {
  const properties = objectOf(schema['properties']) ?? {}
  const required = (arrayOf(schema['required']) ?? []).filter((key) => typeof key === 'string')
  const keys = required.length > 0 || depth > 0 ? required : Object.keys(properties)
  const values: JsonDraft = {}
  for (const key of keys) values[key] = sample(properties[key], sampling, depth + 1)
  return values
}

function arraySample(schema: JsonObject, sampling: Sampling, depth: number): JsonValue {
  const length = Math.min(numberOf(schema['minItems']) ?? 1, 16)
  return Array.from({ length }, () => sample(schema['items'], sampling, depth + 1))
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2025-01-01',
  time: '12:00:00Z',
  'date-time': '2025-01-01T12:00:00Z',
  email: 'demo@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
}

function stringSample(schema: JsonObject): string {
  const text = FORMATS[stringOf(schema['format']) ?? ''] ?? 'demo'
  const padded = text.padEnd(Math.min(numberOf(schema['minLength']) ?? 0, 1000), '.')
  return padded.slice(0, numberOf(schema['maxLength']) ?? padded.length)
}

function numberSample(schema: JsonObject): number {
  const above = numberOf(schema['exclusiveMinimum'])
  const least = numberOf(schema['minimum']) ?? (above === undefined ? 1 : above + 1)
  return Math.min(least, numberOf(schema['maximum']) ?? least)
}
