/** Tool definitions and the choice among them. A choice of none has no word here, and a history with calls needs its tools. */

import { isObject, stringOf } from '#core'
import type { ChatRequest, JsonDraft, JsonObject, JsonValue, Tool, ToolCallPart, ToolChoice } from '#core'
import { lowerSchema } from '../anthropic/schema.ts'
import type { EncodeContext } from '../dialect.ts'
import type { PartWriter } from './parts.ts'
import { cacheIn, objectsOf, ownOf, remainder, rest } from './wire.ts'

const SPEC: ReadonlySet<string> = new Set(['name', 'description', 'inputSchema', 'strict'])
const CONFIG: ReadonlySet<string> = new Set(['tools', 'toolChoice'])

export interface ToolFields {
  tools?: readonly Tool[]
  toolChoice?: ToolChoice
}

export function decodeTools(wire: JsonValue | undefined): ToolFields {
  if (!isObject(wire)) return {}
  const tools: Tool[] = []
  for (const entry of objectsOf(wire['tools'])) {
    const cache = cacheIn(entry)
    const last = tools.at(-1)
    if (cache !== undefined && last !== undefined) tools[tools.length - 1] = { ...last, cache }
    else tools.push(decodeTool(entry))
  }
  const choice = choiceFrom(wire['toolChoice'])
  return {
    ...(tools.length === 0 ? {} : { tools }),
    ...(choice === undefined ? {} : { toolChoice: choice }),
  }
}

/** What else the configuration of tools holds. */
export function otherToolConfig(wire: JsonValue | undefined): JsonObject | undefined {
  return isObject(wire) ? remainder(wire, CONFIG) : undefined
}

function decodeTool(entry: JsonObject): Tool {
  const spec = entry['toolSpec']
  if (!isObject(spec)) {
    const system = entry['systemTool']
    const name = (isObject(system) ? stringOf(system['name']) : undefined) ?? Object.keys(entry)[0] ?? ''
    return { type: 'function', name, native: { type: 'native', dialect: 'bedrock', value: entry } }
  }
  const description = stringOf(spec['description'])
  const schema = isObject(spec['inputSchema']) ? spec['inputSchema']['json'] : undefined
  return {
    type: 'function',
    name: stringOf(spec['name']) ?? '',
    ...(description === undefined ? {} : { description }),
    ...(isObject(schema) ? { parameters: schema } : {}),
    ...(spec['strict'] === true ? { strict: true } : {}),
    ...rest(spec, SPEC),
  }
}

function choiceFrom(wire: JsonValue | undefined): ToolChoice | undefined {
  if (!isObject(wire)) return undefined
  if (isObject(wire['tool'])) return { type: 'tool', name: stringOf(wire['tool']['name']) ?? '' }
  if (isObject(wire['any'])) return { type: 'required' }
  return isObject(wire['auto']) ? { type: 'auto' } : undefined
}

export interface ToolPlan {
  readonly toolConfig?: JsonObject
  /** For the system prompt. */
  readonly instruction?: string
}

export function planTools(request: ChatRequest, writer: PartWriter, context: EncodeContext): ToolPlan {
  const refused = request.toolChoice?.type === 'none'
  const called = calledTools(request)
  const given = (request.tools ?? []).flatMap((tool) => encodeTool(tool, writer, context))
  const offered = given.length > 0 ? given : stubs(called, context)
  if (offered.length === 0) return {}
  if (refused) return planNone(offered, called.length > 0, context)
  const choice = given.length === 0 ? undefined : encodeChoice(request.toolChoice)
  const own = ownOf(request)['toolConfig']
  if (request.parallelToolCalls === false)
    context.note({ kind: 'dropped', field: 'parallel_tool_calls', reason: 'this provider has no such field' })
  return {
    toolConfig: {
      tools: offered,
      ...(choice === undefined ? {} : { toolChoice: choice }),
      ...(isObject(own) ? own : {}),
    },
  }
}

/** The tools stay where the history has calls, as it would be refused without them; a word to the model does the rest. */
function planNone(offered: JsonDraft[], called: boolean, context: EncodeContext): ToolPlan {
  if (!called) {
    context.note({
      kind: 'changed',
      field: 'tool_choice',
      reason: 'no tools were sent, as none may be called',
    })
    return {}
  }
  context.note({
    kind: 'changed',
    field: 'tool_choice',
    reason: 'said as an instruction in the system prompt',
  })
  return { toolConfig: { tools: offered }, instruction: 'Answer without calling any tool.' }
}

function calledTools(request: ChatRequest): string[] {
  const calls = request.messages
    .flatMap((message) => (message.role === 'assistant' ? message.parts : []))
    .filter((part): part is ToolCallPart => part.type === 'tool-call')
  return [...new Set(calls.map((call) => call.name))]
}

function stubs(names: readonly string[], context: EncodeContext): JsonDraft[] {
  if (names.length === 0) return []
  context.note({ kind: 'changed', field: 'tools', reason: 'the tools called before were named again' })
  return names.map((name) => ({ toolSpec: { name, inputSchema: { json: objectSchema(undefined) } } }))
}

function encodeTool(tool: Tool, writer: PartWriter, context: EncodeContext): JsonDraft[] {
  const point = tool.cache === undefined ? [] : writer.point(tool.cache)
  if (tool.native?.dialect === 'bedrock') return [{ ...tool.native.value }, ...point]
  const strict = strictSchema(tool, context)
  const spec = {
    name: tool.name,
    // One that says nothing is refused.
    ...(tool.description === undefined || tool.description.trim() === ''
      ? {}
      : { description: tool.description }),
    inputSchema: { json: strict ?? objectSchema(tool.parameters) },
    ...(strict === undefined ? {} : { strict: true }),
    ...ownOf(tool),
  }
  return [{ toolSpec: spec }, ...point]
}

/** Strictness needs closed objects and knows no bounds; where the target is not known to have it, the schema goes as it came. */
function strictSchema(tool: Tool, context: EncodeContext): JsonObject | undefined {
  if (!tool.strict) return undefined
  const lowered =
    context.traits.structuredOutput === false ? undefined : lowerSchema(objectSchema(tool.parameters))
  if (lowered === undefined)
    context.note({
      kind: 'dropped',
      field: 'tools[].strict',
      reason: 'this target cannot hold the schema strictly',
    })
  return lowered
}

function objectSchema(parameters: JsonObject | undefined): JsonObject {
  if (parameters === undefined || Object.keys(parameters).length === 0)
    return { type: 'object', properties: {} }
  return parameters['type'] === undefined ? { type: 'object', ...parameters } : parameters
}

function encodeChoice(choice: ToolChoice | undefined): JsonObject | undefined {
  switch (choice?.type) {
    case 'auto':
      return { auto: {} }
    case 'required':
      return { any: {} }
    case 'tool':
      return { tool: { name: choice.name } }
    default:
      return undefined
  }
}
