import type { Preset } from '../preset.ts'

export const huggingface: Preset = {
  name: 'huggingface',
  aka: ['hf', 'hugging-face'],
  title: 'Hugging Face',
  dialect: 'openai-chat',
  baseUrl: 'https://router.huggingface.co/v1',
  auth: 'bearer',
  needsKey: true,
  defaultModel: 'meta-llama/Llama-3.3-70B-Instruct',
}
