/** What the demo model says: neutral events made from the request alone, so the same request gets the same answer. */

import type { ChatEvent, ChatRequest, FinishReason, Message, Part, Tool, Usage } from '#core'
import { sampleOf, toolsToCall } from './demo-tools.ts'
import { wordsOf } from './scripted-events.ts'

/** This model thinks without being asked. */
export const THINKING_MODEL = 'demo-thinking'

export function demoEvents(request: ChatRequest): ChatEvent[] {
  const said = lastUserText(request.messages)
  const last = request.messages.at(-1)
  const events: ChatEvent[] = [{ type: 'start', model: request.model }]
  let index = 0
  const thoughts = thinks(request) ? wordsOf(thoughtOn(said, last)) : []
  if (thoughts.length > 0) {
    events.push({ type: 'reasoning-start', index })
    for (const text of thoughts) events.push({ type: 'reasoning-delta', index, text })
    events.push({ type: 'reasoning-end', index: index++ })
  }
  // After a result the demo talks; calling again because the words still stand in the history would never end.
  const calls = last?.role === 'tool' ? [] : toolsToCall(request, said)
  const spoken =
    calls.length > 0 ? { words: [], reason: 'tool-calls' as const } : limited(request, spokenText(request))
  if (spoken.words.length > 0) {
    events.push({ type: 'text-start', index })
    for (const text of spoken.words) events.push({ type: 'text-delta', index, text })
    events.push({ type: 'text-end', index: index++ })
  }
  const earlier = callsIn(request.messages)
  for (const [n, tool] of calls.entries())
    events.push(...callEvents(tool, `call_demo_${earlier + n + 1}`, index++))
  const output = thoughts.length + spoken.words.length + calls.length
  events.push({ type: 'usage', usage: usageOf(request, output, thoughts.length) })
  events.push({ type: 'finish', reason: spoken.reason })
  return events
}

/** The demo counts words as tokens. */
export function countDemoTokens(request: ChatRequest): number {
  return request.messages.reduce((sum, message) => {
    const parts: readonly Part[] = message.parts
    return sum + parts.reduce((words, part) => words + partTokens(part), 0)
  }, 0)
}

function partTokens(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return wordsOf(part.text).length
    case 'tool-call':
      return 1 + wordsOf(part.arguments).length
    case 'tool-result':
      return part.content.reduce((sum, inner) => sum + partTokens(inner), 0)
    default:
      return 1
  }
}

function usageOf(request: ChatRequest, output: number, reasoning: number): Usage {
  return {
    inputTokens: countDemoTokens(request),
    outputTokens: output,
    ...(reasoning > 0 ? { reasoningTokens: reasoning } : {}),
  }
}

function thinks(request: ChatRequest): boolean {
  const wish = request.reasoning
  if (wish?.enabled !== undefined) return wish.enabled
  if (wish?.effort !== undefined) return wish.effort !== 'none'
  return wish?.budgetTokens !== undefined || request.model === THINKING_MODEL
}

function thoughtOn(said: string, last: Message | undefined): string {
  if (last?.role === 'tool') return 'A tool has answered. I will quote what it said.'
  const count = wordsOf(said).length
  return `The user wrote ${count} ${count === 1 ? 'word' : 'words'}. I will repeat what was said.`
}

function spokenText(request: ChatRequest): string {
  const last = request.messages.at(-1)
  const format = request.responseFormat
  if (format?.type === 'json-schema') return JSON.stringify(sampleOf(format.schema))
  const said = lastUserText(request.messages)
  if (format?.type === 'json') return JSON.stringify({ answer: said })
  if (last?.role === 'tool') {
    const results = last.parts.map((part) => `${part.name ?? 'The tool'} answered: ${textOf(part.content)}`)
    return results.join('\n')
  }
  return `This is Sluice's built-in demo provider. You said: ${said === '' ? '(nothing)' : said}`
}

function limited(request: ChatRequest, text: string): { words: string[]; reason: FinishReason } {
  const stops = (request.stop ?? [])
    .map((stop) => (stop === '' ? -1 : text.indexOf(stop)))
    .filter((at) => at >= 0)
  const end = Math.min(text.length, ...stops)
  const words = wordsOf(text.slice(0, end))
  const most = request.maxOutputTokens ?? Infinity
  if (most > 0 && words.length > most) return { words: words.slice(0, most), reason: 'length' }
  return { words, reason: stops.length > 0 ? 'stop-sequence' : 'stop' }
}

function callEvents(tool: Tool, id: string, index: number): ChatEvent[] {
  const text = JSON.stringify(sampleOf(tool.parameters))
  const half = Math.ceil(text.length / 2)
  const pieces = [text.slice(0, half), text.slice(half)]
  return [
    { type: 'tool-call-start', index, id, name: tool.name },
    ...pieces.map((piece) => ({ type: 'tool-call-delta', index, arguments: piece }) as const),
    { type: 'tool-call-end', index },
  ]
}

function callsIn(messages: readonly Message[]): number {
  return messages.reduce(
    (sum, message) =>
      message.role === 'assistant'
        ? sum + message.parts.filter((part) => part.type === 'tool-call').length
        : sum,
    0,
  )
}

function lastUserText(messages: readonly Message[]): string {
  const last = messages.findLast((message) => message.role === 'user')
  return last === undefined ? '' : textOf(last.parts)
}

function textOf(parts: readonly Part[]): string {
  return parts
    .filter((part) => part.type === 'text')
    .map((part) => part.text)
    .join('\n')
}
