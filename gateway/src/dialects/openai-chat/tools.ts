/** Tool definitions and the choice among them, both ways; legacy `functions` are read as tools. */

import {
  arrayOf,
  booleanOf,
  type ChatRequest,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  objectOf,
  stringOf,
  type Tool,
  type ToolChoice,
} from '#core'
import type { EncodeContext } from '../dialect.ts'
import { decodeCache, encodeCache } from './content.ts'
import { freeText } from '../free-text.ts'
import { choosesSearch } from '../provider-tools.ts'
import { compact, fieldSet, markOf, restOf, spareOf, withRest } from './extra-fields.ts'
import { decodeOptions, decodeSearch, encodeSearch, FIELD } from './web-search.ts'

const OUTER = fieldSet('type function cache_control')
const INNER = fieldSet('name description parameters strict')

export function decodeTools(wire: JsonObject): Tool[] {
  const tools = (arrayOf(wire['tools']) ?? []).filter(isObject).map(decodeTool)
  const functions = (arrayOf(wire['functions']) ?? []).filter(isObject)
  return [...tools, ...functions.map((one) => decodeFunction(one, {})), ...decodeOptions(wire)]
}

function decodeTool(tool: JsonObject): Tool {
  const body = objectOf(tool['function'])
  if (body !== undefined) return decodeFunction(body, tool)
  const custom = objectOf(tool['custom'])
  if (custom === undefined) {
    const native = { type: 'native', dialect: 'openai-chat', value: tool } as const
    const search = decodeSearch(tool)
    if (search !== undefined) return { type: 'function', name: 'web_search', native, search }
    return { type: 'function', name: stringOf(tool['name']) ?? stringOf(tool['type']) ?? '', native }
  }
  const description = stringOf(custom['description'])
  const grammar = objectOf(objectOf(custom['format'])?.['grammar'])
  return {
    type: 'function',
    name: stringOf(custom['name']) ?? '',
    ...(description === undefined ? {} : { description }),
    parameters: freeText(stringOf(grammar?.['syntax']), stringOf(grammar?.['definition'])),
    ...withRest({ '~custom': tool }),
  }
}

function decodeFunction(body: JsonObject, outer: JsonObject): Tool {
  const description = stringOf(body['description'])
  const parameters = objectOf(body['parameters'])
  const strict = booleanOf(body['strict'])
  const inner = restOf(body, INNER)
  return {
    type: 'function',
    name: stringOf(body['name']) ?? '',
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(strict === undefined ? {} : { strict }),
    ...decodeCache(outer['cache_control']),
    ...withRest(restOf(outer, OUTER, inner === undefined ? undefined : { '~inner': inner })),
  }
}

/** Undefined also for spellings we keep verbatim. */
export function decodeToolChoice(wire: JsonObject): ToolChoice | undefined {
  const choice = wire['tool_choice'] ?? wire['function_call']
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice }
  // Mistral's word.
  if (choice === 'any') return { type: 'required' }
  if (!isObject(choice)) return undefined
  if (isAllowed(choice)) return allowedOf(choice)
  const name = stringOf((objectOf(choice['function']) ?? objectOf(choice['custom']) ?? choice)['name'])
  return name === undefined ? undefined : { type: 'tool', name }
}

export function isAllowed(choice: JsonValue | undefined): choice is JsonObject {
  return isObject(choice) && choice['type'] === 'allowed_tools'
}

function allowedOf(choice: JsonObject): ToolChoice | undefined {
  const { mode, tools } = objectOf(choice['allowed_tools']) ?? choice
  if (mode !== 'auto' && mode !== 'required') return undefined
  const allowed = (arrayOf(tools) ?? []).filter(isObject).flatMap((tool) => {
    const { name } = objectOf(tool['function']) ?? objectOf(tool['custom']) ?? tool
    return stringOf(name) ?? []
  })
  return { type: mode, allowed }
}

/** `tools`, `tool_choice`, `parallel_tool_calls`; none of them without a tool to speak of. Beside them the field of a search. */
export function encodeTools(request: ChatRequest, context: EncodeContext): JsonDraft {
  const written = (request.tools ?? []).map((tool) => encodeTool(tool, context))
  const tools = written.filter((tool) => tool[FIELD] === undefined)
  const options = written.find((tool) => tool[FIELD] !== undefined)
  const { toolChoice } = request
  const chosen = choosesSearch(request)
  if (tools.length === 0 || chosen) {
    const idle = toolChoice !== undefined && toolChoice.type !== 'none'
    if (idle) context.note({ kind: 'dropped', field: 'tool_choice', reason: 'There is no tool to choose.' })
  }
  if (tools.length === 0) return { ...options }
  return compact({
    ...options,
    tools,
    tool_choice: toolChoice === undefined || chosen ? undefined : encodeToolChoice(toolChoice, request),
    parallel_tool_calls: request.parallelToolCalls,
  })
}

function encodeTool(tool: Tool, context: EncodeContext): JsonDraft {
  if (tool.native?.dialect === 'openai-chat') return { ...tool.native.value }
  if (tool.search !== undefined) return encodeSearch(tool, tool.search, context)
  const custom = objectOf(markOf(tool, '~custom'))
  if (custom !== undefined) return { ...custom }
  return {
    type: 'function',
    function: {
      ...compact({
        name: tool.name,
        description: tool.description,
        parameters: schemaOf(tool.parameters),
        strict: tool.strict,
      }),
      ...objectOf(tool.extras?.['openai-chat']?.['~inner']),
    },
    ...encodeCache(tool.cache, context),
    ...spareOf(tool),
  }
}

/** Servers disagree on a missing or typeless schema; this form all of them take. */
function schemaOf(parameters: JsonObject | undefined): JsonObject {
  if (parameters === undefined) return { type: 'object', properties: {} }
  const typed = 'type' in parameters || '$ref' in parameters || 'anyOf' in parameters || 'oneOf' in parameters
  return typed
    ? parameters
    : { type: 'object', ...(parameters['properties'] === undefined ? { properties: {} } : {}), ...parameters }
}

function encodeToolChoice(choice: ToolChoice, request: ChatRequest): JsonValue {
  const own = markOf(request, '~toolChoice')
  if (own !== undefined) return own
  if (choice.type !== 'tool') return choice.type
  const custom = customTools(request).has(choice.name)
  return custom
    ? { type: 'custom', custom: { name: choice.name } }
    : { type: 'function', function: { name: choice.name } }
}

/** Names of the free-text tools: their calls have a form of their own in answers. */
export function customTools(request: ChatRequest): ReadonlySet<string> {
  const names = new Set<string>()
  for (const tool of request.tools ?? []) {
    if (markOf(tool, '~custom') !== undefined) names.add(tool.name)
  }
  return names
}
