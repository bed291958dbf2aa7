import type { Preset } from '../preset.ts'

export const openrouter: Preset = {
  name: 'openrouter',
  title: 'OpenRouter',
  dialect: 'openai-chat',
  baseUrl: 'https://openrouter.ai/api/v1',
  auth: 'bearer',
  needsKey: true,
  // Attribution headers of its own documentation.
  forwards: ['http-referer', 'x-title'],
  traits: {
    reasoningField: 'reasoning_details',
    reasoningWish: 'object',
    cacheControl: true,
    completions: true,
  },
  defaultModel: 'openai/gpt-4o-mini',
  standing: { resells: /gpt|claude|gemini/i, cost: 2, vision: 4, embeddings: 2 },
}
