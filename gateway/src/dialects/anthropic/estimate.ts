/**
 * A rough count of a request's tokens, for the head of a stream: clients draw their context meters from it long before the
 * upstream tells the true number at the end.
 */

import type { ChatRequest, Part } from '#core'

const CHARACTERS_PER_TOKEN = 4
const TOKENS_PER_MEDIUM = 1500

export function estimateInput(request: ChatRequest): number {
  let characters = 0
  let media = 0
  const weigh = (part: Part): void => {
    if (part.type === 'text' || part.type === 'reasoning') characters += part.text.length
    else if (part.type === 'tool-call') characters += part.name.length + part.arguments.length
    else if (part.type === 'media') media++
    else if (part.type === 'tool-result') part.content.forEach(weigh)
  }
  for (const message of request.messages) message.parts.forEach(weigh)
  for (const tool of request.tools ?? []) {
    characters +=
      tool.name.length + (tool.description?.length ?? 0) + JSON.stringify(tool.parameters ?? {}).length
  }
  return Math.ceil(characters / CHARACTERS_PER_TOKEN) + media * TOKENS_PER_MEDIUM
}
