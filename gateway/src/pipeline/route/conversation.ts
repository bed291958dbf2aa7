/** Which conversation a request belongs to: what the client calls it, else how it begins. */

import type { ChatRequest, Part } from '#core'
import type { Exchange } from '../exchange.ts'
import { headerText } from './header.ts'

const ID_HEADERS = ['x-session-id', 'x-claude-code-session-id', 'session_id'] as const

/** A beginning longer than this tells no more. Characters. */
const HEAD = 4096

export function conversationOf(exchange: Exchange, chat: () => ChatRequest | undefined): string | undefined {
  for (const name of ID_HEADERS) {
    const id = headerText(exchange.headers[name])
    if (id !== undefined) return hash(id)
  }
  const named = exchange.dialect.chat.conversation?.(exchange.wire)
  if (named !== undefined) return hash(named)
  const request = chat()
  return request === undefined ? undefined : hash(beginning(request))
}

/** What every later request of the conversation begins with as well. */
function beginning({ messages, tools = [] }: ChatRequest): string {
  const opened = messages.findIndex(({ role }) => role === 'user')
  const head = messages.slice(0, opened + 1).flatMap(({ parts }) => parts.map(textOf))
  return [...head, ...tools.map(({ name }) => name)].join('\n').slice(0, HEAD)
}

function textOf(part: Part): string {
  return part.type === 'text' ? part.text.slice(0, HEAD) : part.type
}

const OFFSET = 0x811c9dc5
const PRIME = 0x01000193

/** Two 32-bit FNV-1a sums, one of the text and one of the text backwards: no prompt text is kept. */
function hash(text: string): string {
  let forth = OFFSET
  let back = OFFSET
  for (let i = 0; i < text.length; i++) {
    forth = Math.imul(forth ^ text.charCodeAt(i), PRIME)
    back = Math.imul(back ^ text.charCodeAt(text.length - 1 - i), PRIME)
  }
  return `${(forth >>> 0).toString(36)}-${(back >>> 0).toString(36)}`
}
