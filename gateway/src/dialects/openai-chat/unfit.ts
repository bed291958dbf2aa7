/** Whether a body in this very dialect must be written anew, because its target refuses or renames what it says. */

import { arrayOf, isObject, type JsonObject, stringOf } from '#core'
import type { Traits } from '../dialect.ts'
import { isOutOfOrder } from './strict-turns.ts'

export function unfit(wire: JsonObject, traits: Traits): boolean {
  const { refuses = [], renames = {}, efforts } = traits
  if (refuses.some((field) => field in wire) || Object.keys(renames).some((field) => field in wire))
    return true
  const effort = stringOf(wire['reasoning_effort'])
  if (efforts !== undefined && effort !== undefined && !efforts.includes(effort)) return true
  return hasUnfitMessages(wire, traits)
}

function hasUnfitMessages(wire: JsonObject, traits: Traits): boolean {
  const { messageNames = true, shortCallIds = false, prefixTail = false, turns, messageFields } = traits
  if (messageNames && !shortCallIds && !prefixTail && turns === undefined && messageFields === undefined)
    return false
  const messages = (arrayOf(wire['messages']) ?? []).filter(isObject)
  const last = messages.at(-1)
  return (
    (!messageNames && messages.some((message) => message['role'] !== 'tool' && 'name' in message)) ||
    (shortCallIds && messages.some((message) => 'tool_calls' in message || 'tool_call_id' in message)) ||
    (turns !== undefined && isOutOfOrder(messages, turns)) ||
    (messageFields !== undefined && messages.some((message) => hasMore(message, messageFields))) ||
    (prefixTail && last?.['role'] === 'assistant' && last['prefix'] !== true)
  )
}

function hasMore(message: JsonObject, fields: readonly string[]): boolean {
  return Object.keys(message).some((field) => !fields.includes(field))
}
