import type { Preset } from '../preset.ts'

/** Any server that speaks a known dialect; OpenAI Chat unless the configuration says otherwise. */
export const custom: Preset = {
  name: 'custom',
  title: 'OpenAI-compatible server',
  dialect: 'openai-chat',
  auth: 'bearer',
  needsKey: false,
  models: [
    {
      match: /deepseek-r1|qwq|qwen3|glm-z1/i,
      traits: { thinkTags: true },
      reason: 'servers started without a reasoning parser leave the thinking of these models in the text',
    },
  ],
}
