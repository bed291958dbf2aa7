/** A choice among some of the tools, for languages that know one or all: the others are not sent. */

import type { ChatRequest, NoteSink } from '#core'

export function withinAllowed(request: ChatRequest, note: NoteSink): ChatRequest {
  const { toolChoice, tools } = request
  if (toolChoice?.type !== 'auto' && toolChoice?.type !== 'required') return request
  const { type, allowed } = toolChoice
  if (allowed === undefined) return request
  const kept = (tools ?? []).filter(({ name }) => allowed.includes(name))
  if (kept.length < (tools ?? []).length)
    note({ kind: 'changed', field: 'tool_choice', reason: 'only the tools that are allowed were sent' })
  return { ...request, tools: kept, toolChoice: { type } }
}
