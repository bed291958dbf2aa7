import type { Preset } from '../preset.ts'

/** Any server that speaks a known dialect; OpenAI Chat unless the configuration says otherwise. */
export const custom: Preset = {
  name: 'custom',
  title: 'OpenAI-compatible server',
  dialect: 'openai-chat',
  auth: 'bearer',
  needsKey: false,
}
