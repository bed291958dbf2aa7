import type { Preset } from '../preset.ts'
import { unparsedThinking } from './custom.ts'

export const vllm: Preset = {
  name: 'vllm',
  title: 'vLLM',
  dialect: 'openai-chat',
  baseUrl: 'http://127.0.0.1:8000/v1',
  auth: 'bearer',
  needsKey: false,
  traits: { completions: true, topK: true },
  models: [unparsedThinking],
}
