/** The choice among tools, both ways. */

import { type ChatRequest, isObject, type JsonDraft, type JsonValue, stringOf, type ToolChoice } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { compact, spareOf } from './extra-fields.ts'
import { faces, type ToolNames } from './tool-names.ts'

/** Undefined also for spellings that are kept verbatim. */
export function decodeToolChoice(choice: JsonValue | undefined, names: ToolNames): ToolChoice | undefined {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice }
  if (!isObject(choice)) return undefined
  if (choice['type'] !== 'function' && choice['type'] !== 'custom') return undefined
  const name = stringOf(choice['name'])
  return name === undefined
    ? undefined
    : { type: 'tool', name: names.find(stringOf(choice['namespace']), name) }
}

/** How far others can follow a choice that only this dialect can say: `allowed_tools` at least has a mode. */
export function modeOf(choice: JsonValue | undefined): ToolChoice | undefined {
  const mode = isObject(choice) && choice['type'] === 'allowed_tools' ? choice['mode'] : undefined
  return mode === 'auto' || mode === 'required' ? { type: mode } : undefined
}

/** `tool_choice` and `parallel_tool_calls`; neither without a tool to speak of. */
export function encodeChoice(request: ChatRequest, context: EncodeContext): JsonDraft {
  const { toolChoice } = request
  const kept = spareOf(request)['tool_choice']
  if ((request.tools ?? []).length === 0 && kept === undefined) {
    const idle = toolChoice !== undefined && toolChoice.type !== 'none'
    if (idle) context.note({ kind: 'dropped', field: 'tool_choice', reason: 'There is no tool to choose.' })
    return {}
  }
  return compact({
    tool_choice: toolChoice === undefined ? undefined : encodeToolChoice(toolChoice, request),
    parallel_tool_calls: request.parallelToolCalls,
  })
}

export function encodeToolChoice(choice: ToolChoice, request: ChatRequest): JsonValue {
  if (choice.type !== 'tool') return choice.type
  const face = faces(request).get(choice.name)
  return {
    type: face?.custom === true ? 'custom' : 'function',
    name: face?.name ?? choice.name,
    ...(face?.namespace === undefined ? {} : { namespace: face.namespace }),
  }
}
