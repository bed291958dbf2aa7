/** Messages of the wire as neutral messages. The other way is `turns.ts`, which has rules of its own. */

import { isObject, openState, stringOf } from '#core'
import type { JsonObject, JsonValue, Message, SystemMessage, TextPart, ToolResultPart, UserPart } from '#core'
import { decodeAssistantBlock, decodeResult, decodeText, decodeUserBlock } from './blocks.ts'
import { reattach } from '../carried.ts'
import { marked, rest } from './wire.ts'

const MESSAGE: ReadonlySet<string> = new Set(['role', 'content'])

export function decodeSystem(system: JsonValue | undefined): SystemMessage[] {
  const blocks = blocksOf(system)
  return blocks.length === 0 ? [] : [{ role: 'system', parts: blocks.filter(isText).map(decodeText) }]
}

export function decodeMessages(wire: readonly JsonValue[]): Message[] {
  const names = new Map<string, string>()
  const messages: Message[] = []
  for (const message of wire) {
    if (!isObject(message)) continue
    if (message['role'] === 'assistant') messages.push(decodeAssistant(message, names))
    else if (message['role'] === 'system') messages.push(decodeMidSystem(message))
    else messages.push(...decodeUser(message, names))
  }
  return messages
}

function decodeAssistant(wire: JsonObject, names: Map<string, string>): Message {
  const parts = blocksOf(wire['content']).map((block) => decodeAssistantBlock(block, openNative))
  for (const part of parts) if (part.type === 'tool-call') names.set(part.id, part.name)
  return { role: 'assistant', parts: reattach(parts), ...rest(wire, MESSAGE) }
}

const openNative = (text: string) => openState(text, 'anthropic')

/** One user turn may hold the results of calls and new words: results first, each kind in a message of its own. */
function decodeUser(wire: JsonObject, names: ReadonlyMap<string, string>): Message[] {
  const results: ToolResultPart[] = []
  const parts: UserPart[] = []
  for (const block of blocksOf(wire['content'])) {
    if (block['type'] === 'tool_result') results.push(decodeResult(block, (id) => names.get(id)))
    else parts.push(decodeUserBlock(block))
  }
  const own = rest(wire, MESSAGE)
  if (results.length === 0) return [{ role: 'user', parts, ...own }]
  const tool: Message = { role: 'tool', parts: results, ...own }
  return parts.length === 0 ? [tool] : [tool, { role: 'user', parts }]
}

/** Blocks in a system turn that are no text (a tool made available, say) are kept with the whole content. */
function decodeMidSystem(wire: JsonObject): Message {
  const blocks = blocksOf(wire['content'])
  const texts: TextPart[] = blocks.filter(isText).map(decodeText)
  const own = rest(wire, MESSAGE)
  return {
    role: 'system',
    parts: texts,
    ...(texts.length === blocks.length ? own : marked(own, '~content', blocks)),
  }
}

function isText(block: JsonObject): boolean {
  return block['type'] === 'text' && stringOf(block['text']) !== undefined
}

function blocksOf(content: JsonValue | undefined): JsonObject[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return Array.isArray(content) ? content.filter(isObject) : []
}
