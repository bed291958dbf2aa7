import type { Preset } from '../preset.ts'
import { unparsedThinking } from './custom.ts'

export const llamacpp: Preset = {
  name: 'llamacpp',
  aka: ['llama-cpp', 'llama.cpp'],
  title: 'llama.cpp',
  dialect: 'openai-chat',
  baseUrl: 'http://127.0.0.1:8080/v1',
  auth: 'bearer',
  needsKey: false,
  traits: { completions: true, topK: true },
  models: [unparsedThinking],
}
