import type { Preset } from '../preset.ts'

/** Thinking goes back to it, or it answers 400 (pitfall 88; recorded). */
export const deepseek: Preset = {
  name: 'deepseek',
  title: 'DeepSeek',
  dialect: 'openai-chat',
  baseUrl: 'https://api.deepseek.com/v1',
  auth: 'bearer',
  needsKey: true,
  traits: { reasoningField: 'reasoning_content', reasoningWish: 'thinking' },
  defaultModel: 'deepseek-chat',
}
