import type { Preset } from '../preset.ts'

/** Through its own OpenAI-compatible API (docs.cohere.com/docs/compatibility-api). */
export const cohere: Preset = {
  name: 'cohere',
  title: 'Cohere',
  dialect: 'openai-chat',
  baseUrl: 'https://api.cohere.ai/compatibility/v1',
  auth: 'bearer',
  needsKey: true,
  defaultModel: 'command-a-03-2025',
}
