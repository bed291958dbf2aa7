/** A scripted answer as neutral events. */

import type { ChatEvent, FinishReason, Usage } from '#core'
import type { Content, ScriptedToolCall } from './script.ts'

export function scriptedEvents(content: Content, model: string): ChatEvent[] {
  const events: ChatEvent[] = [{ type: 'start', model }]
  let index = 0
  const thoughts = wordsOf(content.reasoning ?? '')
  if (thoughts.length > 0) {
    events.push({ type: 'reasoning-start', index })
    for (const text of thoughts) events.push({ type: 'reasoning-delta', index, text })
    events.push({ type: 'reasoning-end', index: index++ })
  }
  const deltas = textDeltas(content)
  if (deltas.length > 0) {
    events.push({ type: 'text-start', index })
    for (const text of deltas) events.push({ type: 'text-delta', index, text })
    events.push({ type: 'text-end', index: index++ })
  }
  const calls = content.toolCalls ?? []
  for (const [n, call] of calls.entries()) events.push(...callEvents(call, n, index++))
  const usage = content.usage ?? usageOf(thoughts.length, deltas.length, calls.length)
  if (usage !== false) events.push({ type: 'usage', usage })
  events.push({ type: 'finish', reason: content.finish ?? defaultFinish(calls.length) })
  return events
}

function defaultFinish(calls: number): FinishReason {
  return calls > 0 ? 'tool-calls' : 'stop'
}

function usageOf(thoughts: number, deltas: number, calls: number): Usage {
  return {
    inputTokens: 10,
    outputTokens: thoughts + deltas + calls,
    ...(thoughts > 0 ? { reasoningTokens: thoughts } : {}),
  }
}

function textDeltas(content: Content): string[] {
  if (content.deltaText !== undefined)
    return Array.from({ length: content.deltas ?? 1 }, () => content.deltaText ?? '')
  if (content.text !== undefined) {
    return content.deltas === undefined ? wordsOf(content.text) : piecesOf(content.text, content.deltas)
  }
  if (content.deltas !== undefined) return Array.from({ length: content.deltas }, (_, n) => `word${n} `)
  return content.toolCalls === undefined && content.reasoning === undefined ? ['Hello', ' there.'] : []
}

function callEvents(call: ScriptedToolCall, n: number, index: number): ChatEvent[] {
  const text = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments)
  return [
    { type: 'tool-call-start', index, id: call.id ?? `call_${n + 1}`, name: call.name },
    ...piecesOf(text, call.fragments ?? 1).map(
      (piece) => ({ type: 'tool-call-delta', index, arguments: piece }) as const,
    ),
    { type: 'tool-call-end', index },
  ]
}

/** Words with the white space that follows them; joined they are the text again. */
export function wordsOf(text: string): string[] {
  return text.match(/^\s+|\S+\s*/g) ?? []
}

/** At most `count` pieces of about the same length, never inside a character. */
function piecesOf(text: string, count: number): string[] {
  const characters = Array.from(text)
  const size = Math.max(1, Math.ceil(characters.length / Math.max(1, count)))
  const pieces: string[] = []
  for (let at = 0; at < characters.length; at += size) pieces.push(characters.slice(at, at + size).join(''))
  return pieces
}
