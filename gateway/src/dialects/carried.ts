/**
 * State another provider hung on a tool call. Blocks of this dialect have no place for it beside a call, but clients carry
 * thinking blocks faithfully: so it travels sealed in an empty thinking block before the call, and finds its call again here.
 */

import { isObject, stringOf } from '#core'
import type { AssistantPart, OpaqueState, ToolCallPart } from '#core'

/** The state to seal into the thinking block that goes before the call. */
export function carry(callId: string, state: OpaqueState): OpaqueState {
  return { issuer: state.issuer, value: { tool_call: callId, state: state.value } }
}

/** The same parts with carried state back on its calls and the carrying blocks gone. */
export function reattach(parts: readonly AssistantPart[]): readonly AssistantPart[] {
  const carried = new Map<string, OpaqueState>()
  for (const part of parts) {
    const load = loadOf(part)
    if (load !== undefined) carried.set(load.callId, load.state)
  }
  if (carried.size === 0) return parts
  return parts.filter((part) => loadOf(part) === undefined).map((part) => withState(part, carried))
}

function withState(part: AssistantPart, carried: ReadonlyMap<string, OpaqueState>): AssistantPart {
  const opaque = part.type === 'tool-call' ? carried.get(part.id) : undefined
  return part.type !== 'tool-call' || opaque === undefined
    ? part
    : ({ ...part, opaque } satisfies ToolCallPart)
}

function loadOf(part: AssistantPart): { callId: string; state: OpaqueState } | undefined {
  if (part.type !== 'reasoning' || part.text !== '' || part.opaque === undefined) return undefined
  const { issuer, value } = part.opaque
  if (!isObject(value)) return undefined
  const callId = stringOf(value['tool_call'])
  const state = value['state']
  return callId === undefined || state === undefined ? undefined : { callId, state: { issuer, value: state } }
}
