/** Which dialect's clients live under a path: it decides how their errors look (requirements R15). */

import { anthropic, bedrock, type Dialect, gemini, ollama, openaiChat } from '#dialects'
import { isManaged, management } from './management.ts'

/** Also verbs that are not served, and paths under the versions that only it has. */
const GEMINI = /^\/v1(?:alpha|beta)(?:\/|$)|^\/v1\/models\/.+:(?:\w+Content|countTokens)s?$/

/** Also what it has and this gateway has not. */
const BEDROCK = /^\/(?:model\/|foundation-models(?:\/|$))/

/** Who words an error. */
export interface Family {
  readonly errors: Pick<Dialect['errors'], 'encode'>
}

export function familyOf(path: string): Family {
  if (path === '/v1/messages' || path.startsWith('/v1/messages/')) return anthropic
  if (isManaged(path)) return management
  if (path.startsWith('/api/')) return ollama
  if (GEMINI.test(path)) return gemini
  if (BEDROCK.test(path)) return bedrock
  return openaiChat
}
