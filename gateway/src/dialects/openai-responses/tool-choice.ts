/** The choice among tools, both ways. */

import {
  arrayOf,
  type ChatRequest,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  stringOf,
  type Tool,
  type ToolChoice,
} from '#core'
import type { EncodeContext } from '../dialect.ts'
import { kindNamed } from './client-tools.ts'
import { compact, spareOf } from './extra-fields.ts'
import { faces, type ToolNames } from './tool-names.ts'

/** Undefined also for spellings that are kept verbatim. */
export function decodeToolChoice(
  choice: JsonValue | undefined,
  names: ToolNames,
  tools: readonly Tool[],
): ToolChoice | undefined {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice }
  if (!isObject(choice)) return undefined
  const kind = kindNamed(choice['type'])
  if (kind !== undefined) return { type: 'tool', name: names.find('', kind.name) }
  if (choice['type'] !== 'function' && choice['type'] !== 'custom') return searchChoice(choice, tools)
  const name = stringOf(choice['name'])
  return name === undefined
    ? undefined
    : { type: 'tool', name: names.find(stringOf(choice['namespace']), name) }
}

/** What the provider runs is chosen by its type. */
function searchChoice({ type }: JsonObject, tools: readonly Tool[]): ToolChoice | undefined {
  const alike = tools.filter(({ name }) => name === type)
  const [first] = alike
  return first !== undefined && alike.every(({ search }) => search !== undefined)
    ? { type: 'tool', name: first.name }
    : undefined
}

/** `allowed_tools` may name tools of any kind: here they are written back verbatim. */
export function allowedOf(choice: JsonValue | undefined, names: ToolNames): ToolChoice | undefined {
  if (!isObject(choice) || choice['type'] !== 'allowed_tools') return undefined
  const { mode } = choice
  if (mode !== 'auto' && mode !== 'required') return undefined
  const allowed = (arrayOf(choice['tools']) ?? []).filter(isObject).flatMap((tool) => {
    const name = stringOf(tool['name'])
    const type = stringOf(tool['type'])
    if (name === undefined) return type === undefined ? [] : names.find('', type)
    return names.find(stringOf(tool['namespace']), name)
  })
  return { type: mode, allowed }
}

/** `tool_choice` and `parallel_tool_calls`; neither without a tool to speak of. */
export function encodeChoice(request: ChatRequest, context: EncodeContext): JsonDraft {
  const { toolChoice } = request
  const kept = spareOf(request)['tool_choice']
  const idle = (request.tools ?? []).length === 0 && kept === undefined
  if (idle) {
    if (toolChoice !== undefined && toolChoice.type !== 'none')
      context.note({ kind: 'dropped', field: 'tool_choice', reason: 'There is no tool to choose.' })
    return {}
  }
  return compact({
    tool_choice: toolChoice === undefined ? undefined : encodeToolChoice(toolChoice, request),
    parallel_tool_calls: request.parallelToolCalls,
  })
}

export function encodeToolChoice(choice: ToolChoice, request: ChatRequest): JsonValue {
  const known = faces(request)
  if (choice.type === 'tool') return named(choice.name, known)
  if (choice.type === 'none' || choice.allowed === undefined) return choice.type
  const tools = choice.allowed.map((name) => named(name, known))
  return { type: 'allowed_tools', mode: choice.type, tools }
}

function named(name: string, known: ReturnType<typeof faces>): JsonObject {
  const face = known.get(name)
  const type = face?.kind?.name ?? face?.type
  if (type !== undefined) return { type }
  return {
    type: face?.custom === true ? 'custom' : 'function',
    name: face?.name ?? name,
    ...(face?.namespace === undefined ? {} : { namespace: face.namespace }),
  }
}
