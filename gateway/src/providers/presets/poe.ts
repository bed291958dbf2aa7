import type { Preset } from '../preset.ts'

export const poe: Preset = {
  name: 'poe',
  title: 'Poe',
  dialect: 'openai-chat',
  baseUrl: 'https://api.poe.com/v1',
  auth: 'bearer',
  needsKey: true,
  defaultModel: 'gpt-4o-mini',
  aliases: { haiku: 'claude-haiku-4.5', sonnet: 'claude-sonnet-4.5', opus: 'claude-opus-4.5' },
}
