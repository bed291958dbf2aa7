/** The wire languages. Adding one: its folder, and one line in this list. */

import { anthropic } from './anthropic/index.ts'
import { bedrock } from './bedrock/index.ts'
import { bedrockInvoke } from './bedrock/invoke/index.ts'
import type { Dialect } from './dialect.ts'
import { gemini } from './gemini/index.ts'
import { ollama } from './ollama/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiResponses } from './openai-responses/index.ts'

export const DIALECTS = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  anthropic,
  gemini,
  bedrock,
  ollama,
} as const satisfies Readonly<Record<string, Dialect>>

export { anthropic, bedrock, bedrockInvoke, gemini, ollama, openaiChat, openaiResponses }
export {
  embedLoadAnswer,
  isEmbedLoad,
  isLoad,
  loadAnswer,
  runningBody,
  sameModel,
  showBody,
  shownName,
  versionBody,
} from './ollama/index.ts'
export { onlyComments } from './comment-frames.ts'
export { dialectOf } from './guess.ts'
export { codingModels } from './openai-responses/coding-models.ts'
export { oneMessage } from './openai-chat/one-message.ts'
export type * from './dialect.ts'
