import type { Preset } from '../preset.ts'

/** Takes its thinking back (recorded). */
export const zai: Preset = {
  name: 'zai',
  aka: ['z-ai', 'zhipu'],
  title: 'Z.ai',
  dialect: 'openai-chat',
  baseUrl: 'https://api.z.ai/api/paas/v4',
  auth: 'bearer',
  needsKey: true,
  traits: { reasoningField: 'reasoning_content', reasoningWish: 'thinking' },
  defaultModel: 'glm-4.7',
  aliases: { haiku: 'glm-4.5-air', sonnet: 'glm-4.7', opus: 'glm-4.7' },
}
