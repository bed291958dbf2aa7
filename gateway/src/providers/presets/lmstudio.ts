import type { Preset } from '../preset.ts'
import { unparsedThinking } from './custom.ts'

export const lmstudio: Preset = {
  name: 'lmstudio',
  aka: ['lm-studio'],
  title: 'LM Studio',
  dialect: 'openai-chat',
  baseUrl: 'http://127.0.0.1:1234/v1',
  auth: 'bearer',
  needsKey: false,
  traits: { completions: true, topK: true },
  models: [unparsedThinking],
}
