/** Which dialect's clients live under a path: it decides how their errors look (requirements R15). */

import { anthropic, bedrock, type Dialect, gemini, ollama, openaiChat } from '#dialects'
import { isBedrockPath } from './bedrock-routes.ts'
import { isGeminiPath } from './gemini-routes.ts'
import { isManaged, management } from './management.ts'

/** Who words an error. */
export interface Family {
  readonly errors: Pick<Dialect['errors'], 'encode'>
}

export function familyOf(path: string): Family {
  if (path === '/v1/messages' || path.startsWith('/v1/messages/')) return anthropic
  if (isManaged(path)) return management
  if (path.startsWith('/api/')) return ollama
  if (isGeminiPath(path)) return gemini
  if (isBedrockPath(path)) return bedrock
  return openaiChat
}
