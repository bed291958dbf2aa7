import type { Preset } from '../preset.ts'

export const ollama: Preset = {
  name: 'ollama',
  title: 'Ollama',
  dialect: 'ollama',
  baseUrl: 'http://127.0.0.1:11434',
  // A local server ignores the key; Ollama's hosted models want one.
  auth: 'bearer',
  needsKey: false,
  // Its templates leave the last message open when that is the assistant's.
  traits: { prefill: true },
  models: [
    {
      match: /^gpt-oss/,
      traits: { thinkLevels: true, prefill: false },
      reason: 'takes think as low, medium or high and ignores booleans; its format closes every message',
    },
  ],
  defaultModel: 'llama3.2:3b',
  // It stands nearby and reads its list from disk (requirement E15).
  probeLimitMs: 5000,
  standing: { cost: 1 },
}
