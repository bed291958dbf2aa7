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
  traits: { reasoningField: 'reasoning_details', reasoningWish: 'object', cacheControl: true },
  defaultModel: 'openai/gpt-4o-mini',
}
