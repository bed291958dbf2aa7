/** Messages of the wire as neutral messages. The other way is `turns.ts`, which has rules of its own. */

import { isObject, stringOf } from '#core'
import type {
  AssistantPart,
  CacheMark,
  JsonObject,
  JsonValue,
  Message,
  Part,
  SystemMessage,
  TextPart,
  ToolResultPart,
  UserPart,
} from '#core'
import { reattach } from '../carried.ts'
import {
  decodeAssistantBlock,
  decodeGuarded,
  decodeResult,
  decodeUserBlock,
  native,
  OWN_HISTORY,
} from './blocks.ts'
import { cacheIn, objectsOf, rest } from './wire.ts'

const MESSAGE: ReadonlySet<string> = new Set(['role', 'content'])

/** Instructions are text; of other blocks only what a guardrail looks at is, and cache points mark what stands before them. */
export function decodeSystem(system: JsonValue | undefined): SystemMessage[] {
  const parts: TextPart[] = []
  for (const block of objectsOf(system)) {
    const cache = cacheIn(block)
    const last = parts.at(-1)
    if (cache !== undefined && last !== undefined) parts[parts.length - 1] = { ...last, cache }
    const text = stringOf(block['text'])
    if (text !== undefined) parts.push({ type: 'text', text })
    const guarded = block['guardContent'] === undefined ? undefined : decodeGuarded(block)
    if (guarded?.type === 'text') parts.push(guarded)
  }
  return parts.length === 0 ? [] : [{ role: 'system', parts }]
}

export function decodeMessages(wire: JsonValue | undefined): Message[] {
  const names = new Map<string, string>()
  return objectsOf(wire).flatMap((message) => {
    switch (message['role']) {
      case 'assistant':
        return [decodeAssistant(message, names)]
      case 'system':
        return decodeSystem(message['content'])
      default:
        return decodeUser(message, names)
    }
  })
}

function decodeAssistant(wire: JsonObject, names: Map<string, string>): Message {
  const parts: AssistantPart[] = []
  for (const block of objectsOf(wire['content'])) {
    const cache = cacheIn(block)
    if (cache === undefined || !markLast(parts, cache)) parts.push(decodeAssistantBlock(block, OWN_HISTORY))
  }
  for (const part of parts) if (part.type === 'tool-call') names.set(part.id, part.name)
  return { role: 'assistant', parts: reattach(parts), ...rest(wire, MESSAGE) }
}

/** One user turn may hold the results of calls and new words: results first, each kind in a message of its own. */
function decodeUser(wire: JsonObject, names: ReadonlyMap<string, string>): Message[] {
  const results: ToolResultPart[] = []
  const parts: UserPart[] = []
  let last: Part[] = parts
  for (const block of objectsOf(wire['content'])) {
    const cache = cacheIn(block)
    if (cache !== undefined && markLast(last, cache)) continue
    const result = block['toolResult']
    if (isObject(result)) {
      results.push(decodeResult(result, (id) => names.get(id)))
      last = results
    } else {
      parts.push(cache === undefined ? decodeUserBlock(block) : native(block))
      last = parts
    }
  }
  const own = rest(wire, MESSAGE)
  if (results.length === 0) return [{ role: 'user', parts, ...own }]
  const tool: Message = { role: 'tool', parts: results, ...own }
  return parts.length === 0 ? [tool] : [tool, { role: 'user', parts }]
}

/** False when nothing stands before the point that could bear its mark. */
function markLast(parts: Part[], cache: CacheMark): boolean {
  const last = parts.at(-1)
  if (last === undefined || last.type === 'native' || last.cache !== undefined) return false
  parts[parts.length - 1] = { ...last, cache }
  return true
}
