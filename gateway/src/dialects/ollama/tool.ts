/** Tool definitions. Ollama nests the function as OpenAI does and knows no tool choice. */

import { arrayOf, extrasOf, invalid, isObject, objectOf, stringOf } from '#core'
import type { ChatRequest, JsonObject, JsonValue, NoteSink, Tool } from '#core'
import { noPlace, noteForeign } from './loss.ts'

const KNOWN = new Set(['name', 'description', 'parameters', 'strict'])

export function checkTools(value: JsonValue | undefined): void {
  if (value === undefined || value === null) return
  const tools = arrayOf(value)
  if (tools === undefined) throw invalid('tools must be an array', 'tools')
  tools.forEach((tool, index) => {
    const called = objectOf(tool)?.['function']
    if (!isObject(called) || typeof called['name'] !== 'string' || called['name'] === '') {
      throw invalid(`tools[${index}].function.name is required`, `tools[${index}].function.name`)
    }
  })
}

export function decodeTools(value: JsonValue | undefined): { tools?: readonly Tool[] } {
  const tools = (arrayOf(value) ?? []).flatMap(decodeTool)
  return tools.length === 0 ? {} : { tools }
}

function decodeTool(wire: JsonValue): Tool[] {
  const called = objectOf(objectOf(wire)?.['function'])
  const name = stringOf(called?.['name'])
  if (called === undefined || name === undefined) return []
  const description = stringOf(called['description'])
  const parameters = objectOf(called['parameters'])
  return [
    {
      type: 'function',
      name,
      ...(description === undefined ? {} : { description }),
      ...(parameters === undefined ? {} : { parameters }),
      ...(typeof called['strict'] === 'boolean' ? { strict: called['strict'] } : {}),
      ...extrasOf('ollama', called, KNOWN),
    },
  ]
}

/** Undefined when no tool may be called. */
export function encodeTools(request: ChatRequest, note: NoteSink): JsonObject[] | undefined {
  const { tools = [], toolChoice } = request
  if (request.parallelToolCalls === false) note(noPlace('parallel_tool_calls'))
  if (tools.length === 0) return undefined
  if (toolChoice?.type === 'none') {
    note({ kind: 'changed', field: 'tool_choice', reason: 'none is said by leaving the tools out' })
    return undefined
  }
  if (toolChoice?.type === 'required' || toolChoice?.type === 'tool') {
    note({ kind: 'unsupported', field: 'tool_choice', reason: 'Ollama lets the model choose' })
  }
  return tools.map((tool) => encodeTool(tool, note))
}

/** Chat templates print the schema: an absent or empty one comes out as broken text. */
function schemaOf({ parameters = {} }: Tool): JsonObject {
  return Object.keys(parameters).length === 0 ? { type: 'object', properties: {} } : parameters
}

function encodeTool(tool: Tool, note: NoteSink): JsonObject {
  if (tool.strict === true) note(noPlace('tools[].strict'))
  noteForeign(tool.extras, 'tools[].', note)
  return {
    type: 'function',
    function: {
      ...tool.extras?.ollama,
      name: tool.name,
      ...(tool.description === undefined ? {} : { description: tool.description }),
      parameters: schemaOf(tool),
    },
  }
}
