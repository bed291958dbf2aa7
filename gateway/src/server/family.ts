/** Which dialect's clients live under a path: it decides how their errors look (requirements R15). */

import { anthropic, type Dialect, ollama, openaiChat } from '#dialects'

export function familyOf(path: string): Dialect {
  if (path === '/v1/messages' || path.startsWith('/v1/messages/')) return anthropic
  if (path.startsWith('/api/')) return ollama
  return openaiChat
}
