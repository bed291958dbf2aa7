/** Whether a body in this very dialect must be written anew, because its target refuses or renames what it says. */

import { arrayOf, isObject, type JsonObject } from '#core'
import type { Traits } from '../dialect.ts'

export function unfit(wire: JsonObject, traits: Traits): boolean {
  const { refuses = [], renames = {}, messageNames = true, shortCallIds = false, prefixTail = false } = traits
  if (refuses.some((field) => field in wire) || Object.keys(renames).some((field) => field in wire))
    return true
  if (messageNames && !shortCallIds && !prefixTail) return false
  const messages = (arrayOf(wire['messages']) ?? []).filter(isObject)
  const last = messages.at(-1)
  return (
    (!messageNames && messages.some((message) => message['role'] !== 'tool' && 'name' in message)) ||
    (shortCallIds && messages.some((message) => 'tool_calls' in message || 'tool_call_id' in message)) ||
    (prefixTail && last?.['role'] === 'assistant' && last['prefix'] !== true)
  )
}
