/** Puts a text before or behind the system prompt, or in its place. */

import type { ChatRequest, Message, SystemMessage } from '#core'
import type { MakeMiddleware } from '../middleware.ts'
import { OptionReader } from '../option-reader.ts'

export const systemPrompt: MakeMiddleware = (given) => {
  const options = new OptionReader(given)
  const text = options.text('text')
  const mode = options.oneOf('mode', ['prepend', 'append', 'replace']) ?? 'prepend'
  options.end()
  if (text === undefined || text === '') throw new Error('options.text is missing')
  const own: SystemMessage = { role: 'system', parts: [{ type: 'text', text }] }
  return {
    name: 'system-prompt',
    // A prompt that is only completed has none.
    applies: ({ operation }) => operation === 'chat',
    request: ({ request }) => ({ request: withPrompt(request, own, mode) }),
  }
}

function withPrompt(
  request: ChatRequest,
  own: SystemMessage,
  mode: 'prepend' | 'append' | 'replace',
): ChatRequest {
  const end = request.messages.findIndex(({ role }) => role !== 'system')
  const length = end === -1 ? request.messages.length : end
  const prompt: readonly Message[] = request.messages.slice(0, length)
  const rest = request.messages.slice(length)
  switch (mode) {
    case 'prepend':
      return { ...request, messages: [own, ...prompt, ...rest] }
    case 'append':
      return { ...request, messages: [...prompt, own, ...rest] }
    case 'replace':
      return { ...request, messages: [own, ...rest] }
  }
}
