import type { Preset } from '../preset.ts'

/**
 * Chats without a version in the path and does the rest with one (recorded). Answers 400 to turns that do not alternate, and to
 * instructions among them (github.com/perplexityai/api-discussion/issues/265).
 */
export const perplexity: Preset = {
  name: 'perplexity',
  title: 'Perplexity',
  dialect: 'openai-chat',
  baseUrl: 'https://api.perplexity.ai',
  auth: 'bearer',
  needsKey: true,
  version: '',
  paths: { '/models': 'v1/models', '/embeddings': 'v1/embeddings' },
  traits: { turns: 'alternating', webSearch: 'options' },
  defaultModel: 'sonar',
}
