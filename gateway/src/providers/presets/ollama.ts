import type { Preset } from '../preset.ts'

export const ollama: Preset = {
  name: 'ollama',
  title: 'Ollama',
  dialect: 'ollama',
  baseUrl: 'http://127.0.0.1:11434',
  // A local server ignores the key; Ollama's hosted models want one.
  auth: 'bearer',
  needsKey: false,
  models: [
    {
      match: /^gpt-oss/,
      traits: { thinkLevels: true },
      reason: 'takes think as low, medium or high and ignores booleans',
    },
  ],
  defaultModel: 'llama3.2:3b',
}
