import type { Preset } from '../preset.ts'

/** Chats without a version in the path and does the rest with one (recorded). */
export const perplexity: Preset = {
  name: 'perplexity',
  title: 'Perplexity',
  dialect: 'openai-chat',
  baseUrl: 'https://api.perplexity.ai',
  auth: 'bearer',
  needsKey: true,
  version: '',
  paths: { '/models': 'v1/models', '/embeddings': 'v1/embeddings' },
  defaultModel: 'sonar',
}
