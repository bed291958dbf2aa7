import type { Preset } from '../preset.ts'

/** Tool calls without the thinking before them are answered with an error (platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model). */
export const kimi: Preset = {
  name: 'kimi',
  aka: ['moonshot'],
  title: 'Kimi',
  dialect: 'openai-chat',
  baseUrl: 'https://api.moonshot.ai/v1',
  auth: 'bearer',
  needsKey: true,
  traits: { reasoningField: 'reasoning_content', reasoningWish: 'thinking' },
  models: [
    {
      match: /^kimi-k(?:2\.|[3-9])/,
      traits: { refuses: ['temperature', 'top_p', 'presence_penalty', 'frequency_penalty'] },
      reason: 'sampling is fixed by the platform (java.agentscope.io/v2/en/integration/model/kimi)',
    },
  ],
  defaultModel: 'kimi-k2.6',
  aliases: { haiku: 'kimi-k2.6', sonnet: 'kimi-k2.6', opus: 'kimi-k2.6' },
}
