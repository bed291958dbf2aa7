/** Tool definitions, both ways: functions, free-text tools, namespaces of both, and tools the provider runs itself. */

import {
  arrayOf,
  booleanOf,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  objectOf,
  stringOf,
  type Tool,
} from '#core'
import type { EncodeContext } from '../dialect.ts'
import { chatToolInResponses, freeText } from '../free-text.ts'
import { type ClientTool, kindOf } from './client-tools.ts'
import { compact, fieldSet, markOf, NAME, restOf, spareOf } from './extra-fields.ts'
import { ToolNames } from './tool-names.ts'
import { decodeSearch, encodeSearch } from './web-search.ts'

const FUNCTION = fieldSet('type name description parameters strict')

type Marks = Record<string, JsonValue | undefined>

/** `added`: lists of `additional_tools` items; the item itself is written back in its place. */
export function decodeTools(
  list: readonly JsonValue[],
  added: readonly JsonValue[],
): { tools: Tool[]; names: ToolNames } {
  const names = new ToolNames([...list, ...added].flatMap(plainName))
  const tools = list.filter(isObject).flatMap((tool) => decodeTool(tool, names, {}))
  const known = new Set(tools.map((tool) => tool.name))
  for (const wire of added.filter(isObject)) {
    for (const tool of decodeTool(wire, names, { '~additional': true })) {
      if (known.has(tool.name)) continue
      known.add(tool.name)
      tools.push(tool)
    }
  }
  return { tools, names }
}

function plainName(tool: JsonValue): string[] {
  return isObject(tool) && typeof tool['name'] === 'string' && tool['type'] !== 'namespace'
    ? [tool['name']]
    : []
}

function decodeTool(wire: JsonObject, names: ToolNames, marks: Marks): Tool[] {
  const kind = kindOf(wire)
  if (kind !== undefined) return [decodeClientTool(wire, kind, names.give('', kind.name), marks)]
  if (wire['type'] !== 'namespace') return [decodeOne(wire, stringOf(wire['name']), marks)]
  const { tools, ...space } = wire
  return (arrayOf(tools) ?? []).filter(isObject).map((inner) => {
    const name = stringOf(inner['name']) ?? ''
    const owner = stringOf(space['name']) ?? ''
    // Searches may find the same tool again.
    const known = marks['~additional'] === true && names.has(owner, name)
    const flat = known ? names.find(owner, name) : names.give(owner, name)
    return decodeOne(inner, flat, { ...marks, '~namespace': space, '~name': name })
  })
}

function decodeOne(wire: JsonObject, name: string | undefined, marks: Marks): Tool {
  const type = stringOf(wire['type']) ?? 'function'
  if (type === 'custom') return decodeCustom(wire, name ?? '', marks)
  if (type !== 'function') {
    const native = { type: 'native', dialect: 'openai-responses', value: wire } as const
    const search = decodeSearch(wire)
    return {
      type: 'function',
      name: name ?? type,
      native,
      ...(search === undefined ? {} : { search }),
      ...restOf({}, FUNCTION, marks),
    }
  }
  const description = stringOf(wire['description'])
  const parameters = objectOf(wire['parameters'])
  // Here a function that says nothing is strict where it can be; everywhere else it is not. `false` is the common ground.
  const strict = booleanOf(wire['strict'])
  return {
    type: 'function',
    name: name ?? '',
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(strict === true ? { strict } : {}),
    ...restOf(wire, FUNCTION, {
      ...marks,
      ...(strict === undefined ? { '~strictUnsaid': true } : {}),
      ...(parameters === undefined ? { '~noParameters': true } : {}),
    }),
  }
}

function decodeCustom(wire: JsonObject, name: string, marks: Marks): Tool {
  const description = stringOf(wire['description'])
  const format = objectOf(wire['format']) ?? {}
  return {
    type: 'function',
    name,
    ...(description === undefined ? {} : { description }),
    parameters: freeText(stringOf(format['syntax']), stringOf(format['definition'])),
    ...restOf({}, FUNCTION, { ...marks, '~custom': wire }),
  }
}

/** Its own words about itself come first. */
function decodeClientTool(wire: JsonObject, kind: ClientTool, name: string, marks: Marks): Tool {
  return {
    type: 'function',
    name,
    description: stringOf(wire['description']) ?? kind.description,
    parameters: objectOf(wire['parameters']) ?? kind.parameters,
    ...restOf({}, FUNCTION, { ...marks, '~client': wire }),
  }
}

export function encodeToolList(tools: readonly Tool[], context: EncodeContext): JsonDraft[] {
  const list: JsonDraft[] = []
  const spaces = new Map<string, JsonDraft[]>()
  for (const tool of tools) {
    if (markOf(tool, '~additional') === true) continue
    const written = encodeTool(tool, context)
    const space = objectOf(markOf(tool, '~namespace'))
    if (space === undefined) {
      list.push(written)
      continue
    }
    const name = stringOf(space['name']) ?? ''
    const inner = spaces.get(name)
    if (inner !== undefined) {
      inner.push(written)
      continue
    }
    const first = [written]
    spaces.set(name, first)
    list.push({ ...space, tools: first })
  }
  return list
}

function encodeTool(tool: Tool, context: EncodeContext): JsonDraft {
  if (tool.native?.dialect === NAME) return { ...tool.native.value }
  if (tool.search !== undefined) return encodeSearch(tool, tool.search, context)
  const custom = objectOf(markOf(tool, '~custom') ?? markOf(tool, '~client'))
  if (custom !== undefined) return { ...custom }
  const chat = chatToolInResponses(tool)
  if (chat !== undefined) return chat
  return {
    type: 'function',
    name: stringOf(markOf(tool, '~name')) ?? tool.name,
    ...compact({
      description: tool.description,
      parameters: schemaOf(tool),
      // Never strict unless the client said so: left out, it would be.
      strict: tool.strict ?? (markOf(tool, '~strictUnsaid') === true ? undefined : false),
    }),
    ...spareOf(tool),
  }
}

function schemaOf(tool: Tool): JsonObject {
  const { parameters } = tool
  if (parameters === undefined) return { type: 'object', properties: {} }
  const typed = ['type', '$ref', 'anyOf', 'oneOf'].some((key) => key in parameters)
  return typed ? parameters : { type: 'object', properties: {}, ...parameters }
}
