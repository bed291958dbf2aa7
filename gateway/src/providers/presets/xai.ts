import type { Preset } from '../preset.ts'

export const xai: Preset = {
  name: 'xai',
  aka: ['grok'],
  title: 'xAI',
  dialect: 'openai-chat',
  baseUrl: 'https://api.x.ai/v1',
  auth: 'bearer',
  needsKey: true,
  traits: { reasoningWish: 'none' },
  models: [
    {
      match: /non-reasoning|^grok-(?:2|3(?!-mini))/,
      traits: { reasoningWish: 'none' },
      reason: 'does not think',
    },
    {
      match: /^grok-(?:3-mini|4\.[3-9]|[5-9])/,
      traits: { reasoningWish: 'effort', refuses: ['presence_penalty', 'frequency_penalty', 'stop'] },
      reason: 'thinks, takes an effort and no penalties or stops (docs.x.ai/docs/guides/reasoning)',
    },
    {
      match: /^grok-(?:4|code|build)/,
      traits: { refuses: ['presence_penalty', 'frequency_penalty', 'stop'] },
      reason:
        'thinks unasked, answers 400 to an effort, penalties and stops (docs.x.ai/docs/guides/reasoning)',
    },
  ],
  defaultModel: 'grok-4-fast',
}
