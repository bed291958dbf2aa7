/** Which dialect's clients live under a path: it decides how their errors look (requirements R15). */

import { anthropic, bedrock, type Dialect, gemini, ollama, openaiChat } from '#dialects'
import { isBedrockPath } from './bedrock-routes.ts'
import { isGeminiPath } from './gemini-routes.ts'

export function familyOf(path: string): Dialect {
  if (path === '/v1/messages' || path.startsWith('/v1/messages/')) return anthropic
  if (path.startsWith('/api/')) return ollama
  if (isGeminiPath(path)) return gemini
  if (isBedrockPath(path)) return bedrock
  return openaiChat
}
