/** Tool definitions and the choice among them. */

import { isObject, stringOf } from '#core'
import type { ChatRequest, JsonDraft, JsonObject, JsonValue, Tool, ToolChoice } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { choosesSearch } from '../provider-tools.ts'
import { described } from './client-tools.ts'
import { lowerSchema } from './schema.ts'
import { decodeSearch, encodeSearch, SEARCH } from './web-search.ts'
import { cacheControl, cacheOf, marked, markOf, ownOf, rest } from './wire.ts'

const FUNCTION: ReadonlySet<string> = new Set(['name', 'description', 'input_schema', 'strict'])

/** Stands in for tools not loaded yet; only servers of this dialect know what to make of it. */
const PLACEHOLDER = 'DeferredToolPlaceholder'

export function decodeTools(wire: JsonValue | undefined): { tools?: readonly Tool[] } {
  if (!Array.isArray(wire)) return {}
  const tools = wire.filter(isObject).map(decodeTool)
  return tools.length === 0 ? {} : { tools }
}

function decodeTool(wire: JsonObject): Tool {
  const type = stringOf(wire['type'])
  const name = stringOf(wire['name']) ?? type ?? ''
  const known = described(wire)
  if (known !== undefined)
    return { type: 'function', name, ...known, ...cacheOf(wire), ...marked({}, '~client', wire) }
  const isFunction = type === undefined || type === 'custom'
  if (!isFunction || (name === PLACEHOLDER && wire['defer_loading'] === true)) {
    const search = decodeSearch(wire)
    return {
      type: 'function',
      name,
      ...cacheOf(wire),
      native: { type: 'native', dialect: 'anthropic', value: wire },
      ...(search === undefined ? {} : { search }),
    }
  }
  const description = stringOf(wire['description'])
  const own = rest(wire, FUNCTION)
  return {
    type: 'function',
    name,
    ...(description === undefined ? {} : { description }),
    ...(isObject(wire['input_schema']) ? { parameters: wire['input_schema'] } : {}),
    ...(wire['strict'] === true ? { strict: true } : {}),
    ...cacheOf(wire),
    // A client of this dialect knows its model, so its own word goes back as it came.
    ...(wire['strict'] === undefined ? own : marked(own, '~strict', wire['strict'])),
  }
}

export function encodeTools(request: ChatRequest, context: EncodeContext): JsonDraft[] {
  return (request.tools ?? []).map((tool) => encodeTool(tool, context))
}

function encodeTool(tool: Tool, context: EncodeContext): JsonDraft {
  if (tool.native?.dialect === 'anthropic') return { ...tool.native.value }
  if (tool.search !== undefined) return encodeSearch(tool, tool.search, context)
  const client = markOf(tool, '~client')
  if (isObject(client)) return { ...client }
  const strict = strictSchema(tool, context)
  const said = strict === undefined ? markOf(tool, '~strict') : true
  return {
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    input_schema: strict ?? objectSchema(tool.parameters),
    ...(said === undefined ? {} : { strict: said }),
    ...cacheControl(tool.cache),
    ...ownOf(tool),
  }
}

/** Strictness of another dialect has other rules: it is kept where the target has it and the schema can be lowered. */
function strictSchema(tool: Tool, context: EncodeContext): JsonObject | undefined {
  if (!tool.strict || markOf(tool, '~strict') !== undefined) return undefined
  const lowered = context.traits.structuredOutput ? lowerSchema(objectSchema(tool.parameters)) : undefined
  if (lowered === undefined) {
    context.note({
      kind: 'dropped',
      field: 'tools[].strict',
      reason: 'this target cannot hold the schema strictly',
    })
  }
  return lowered
}

function objectSchema(parameters: JsonObject | undefined): JsonObject {
  if (parameters === undefined || Object.keys(parameters).length === 0)
    return { type: 'object', properties: {} }
  return parameters['type'] === undefined ? { type: 'object', ...parameters } : parameters
}

export function decodeToolChoice(wire: JsonValue | undefined): {
  toolChoice?: ToolChoice
  parallelToolCalls?: boolean
} {
  if (!isObject(wire)) return {}
  const choice = choiceFrom(wire)
  const single = wire['disable_parallel_tool_use']
  return {
    ...(choice === undefined ? {} : { toolChoice: choice }),
    ...(typeof single === 'boolean' ? { parallelToolCalls: !single } : {}),
  }
}

function choiceFrom(wire: JsonObject): ToolChoice | undefined {
  switch (wire['type']) {
    case 'auto':
    case 'none':
      return { type: wire['type'] }
    case 'any':
      return { type: 'required' }
    case 'tool':
      return { type: 'tool', name: stringOf(wire['name']) ?? '' }
    default:
      return undefined
  }
}

/** Asking for one call at a time needs a choice to hang the word on. */
export function encodeToolChoice(request: ChatRequest): JsonObject | undefined {
  const choice = request.toolChoice
  if (choice?.type === 'none') return { type: 'none' }
  const single = request.parallelToolCalls === false ? { disable_parallel_tool_use: true } : undefined
  if (choice === undefined) return single === undefined ? undefined : { type: 'auto', ...single }
  switch (choice.type) {
    case 'auto':
      return { type: 'auto', ...single }
    case 'required':
      return { type: 'any', ...single }
    case 'tool':
      return { type: 'tool', name: choosesSearch(request) ? SEARCH : choice.name, ...single }
  }
}
