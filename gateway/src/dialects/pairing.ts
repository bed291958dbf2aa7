/**
 * The pairing rule of this dialect: each call of an assistant turn is answered by exactly one tool message right after it.
 * Histories that were cut, compacted or interleaved are mended here, and a note says so.
 */

import type { AssistantMessage, Message, NoteSink, TextPart, ToolCallPart, ToolResultPart } from '#core'

const MISSING = 'The result of this call is not available.'

export function pairCalls(messages: readonly Message[], note: NoteSink): Message[] {
  const paired: Message[] = []
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at]
    if (message === undefined) continue
    if (message.role === 'tool') paired.push(...orphans(message.parts, note))
    else if (message.role !== 'assistant' || callsOf(message).length === 0) paired.push(message)
    else at = pairTurn(messages, at, paired, note)
  }
  return paired
}

/** Writes one assistant turn with its results; gives the index of the last message used up. */
function pairTurn(messages: readonly Message[], at: number, paired: Message[], note: NoteSink): number {
  let turn = messages[at] as AssistantMessage // pairCalls looked at the role
  let next = at + 1
  // Parallel calls split over several assistant messages are one turn.
  for (
    let more = messages[next];
    more?.role === 'assistant' && callsOf(more).length > 0;
    more = messages[++next]
  ) {
    turn = { ...turn, parts: [...turn.parts, ...more.parts] }
  }
  const results: ToolResultPart[] = []
  const others: Message[] = []
  for (let more = messages[next]; more !== undefined && more.role !== 'assistant'; more = messages[++next]) {
    if (more.role === 'tool') results.push(...more.parts)
    else others.push(more)
  }
  paired.push(turn)
  const unfinished = next >= messages.length && results.length === 0 && others.length === 0
  if (!unfinished) {
    const answers = callsOf(turn).map((call) => takeResult(results, call, note))
    paired.push({ role: 'tool', parts: answers }, ...orphans(results, note))
  }
  paired.push(...others)
  return next - 1
}

function callsOf(message: AssistantMessage): ToolCallPart[] {
  return message.parts.filter((part) => part.type === 'tool-call')
}

function takeResult(results: ToolResultPart[], call: ToolCallPart, note: NoteSink): ToolResultPart {
  const found = results.findIndex((result) => result.callId === call.id)
  const [result] = found < 0 ? [] : results.splice(found, 1)
  if (result !== undefined) return result
  note({
    kind: 'changed',
    field: 'messages',
    reason: 'A tool call without a result was given an error result.',
  })
  return {
    type: 'tool-result',
    callId: call.id,
    name: call.name,
    content: [{ type: 'text', text: MISSING }],
    isError: true,
  }
}

/** Results nobody asked for would be refused; as the user's words they are kept. */
function orphans(results: readonly ToolResultPart[], note: NoteSink): Message[] {
  if (results.length === 0) return []
  note({
    kind: 'changed',
    field: 'messages',
    reason: 'A tool result without its call became a user message.',
  })
  const parts = results.flatMap((result) => [
    { type: 'text', text: `Result of tool ${result.name ?? result.callId}:` } satisfies TextPart,
    ...result.content,
  ])
  return [{ role: 'user', parts }]
}
