import type { Preset } from '../preset.ts'

const REFUSED = (
  'store metadata logit_bias top_logprobs n modalities prediction audio service_tier ' +
  'parallel_tool_calls dimensions'
).split(' ')

/** Through its own OpenAI-compatible API, which lists what it does not take (docs.cohere.com/docs/compatibility-api). */
export const cohere: Preset = {
  name: 'cohere',
  title: 'Cohere',
  dialect: 'openai-chat',
  baseUrl: 'https://api.cohere.ai/compatibility/v1',
  auth: 'bearer',
  needsKey: true,
  traits: {
    refuses: REFUSED,
    reasoningWish: 'none',
  },
  models: [
    {
      match: /reasoning/,
      traits: { reasoningWish: 'effort', efforts: ['none', 'high'] },
      reason: 'thinks; its effort has two words (same page)',
    },
  ],
  defaultModel: 'command-a-03-2025',
}
