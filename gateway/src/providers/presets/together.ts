import type { Preset } from '../preset.ts'

export const together: Preset = {
  name: 'together',
  aka: ['together-ai', 'togetherai'],
  title: 'Together AI',
  dialect: 'openai-chat',
  baseUrl: 'https://api.together.xyz/v1',
  auth: 'bearer',
  needsKey: true,
  traits: { topK: true },
  defaultModel: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
}
