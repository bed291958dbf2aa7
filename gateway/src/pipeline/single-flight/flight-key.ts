/** What makes two requests the same request: dialect, operation, every byte of the body, who asks, and what headers ask for. */

import { isEmbed } from '#core'
import type { Exchange } from '../exchange.ts'

/** Differ from request to request and change no answer. */
const PASSING = /^x-(?:request-id|stainless-|forwarded-|real-ip|client-request-id|amzn-trace-id|b3-)/
const TELLING = /^(?:x-|anthropic-|openai-)/

/** Undefined when two answers to the same request may rightly differ. */
export function flightKey(exchange: Exchange): string | undefined {
  if (!isDetermined(exchange)) return undefined
  const { dialect, operation, headers, callerKey = '', client, latin1 } = exchange
  const telling = Object.keys(headers)
    .filter((name) => TELLING.test(name) && !PASSING.test(name))
    .toSorted()
    .map((name) => `${name}: ${String(headers[name])}`)
  return [
    dialect.name,
    operation,
    exchange.head.model,
    exchange.head.stream,
    callerKey,
    client?.name,
    ...telling,
    latin1,
  ].join('\n')
}

function isDetermined(exchange: Exchange): boolean {
  const { dialect, operation, wire } = exchange
  if (isEmbed(operation)) return true
  if (operation === 'forward' || dialect.chat.bound?.(wire, operation) !== undefined) return false
  const { temperature, seed } = exchange.request
  return temperature === 0 || seed !== undefined
}
