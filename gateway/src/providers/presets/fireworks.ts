import type { Preset } from '../preset.ts'

export const fireworks: Preset = {
  name: 'fireworks',
  aka: ['fireworks-ai'],
  title: 'Fireworks AI',
  dialect: 'openai-chat',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  auth: 'bearer',
  needsKey: true,
  defaultModel: 'accounts/fireworks/models/llama-v3p3-70b-instruct',
}
