import type { Preset } from '../preset.ts'

/** Its list stands beside the inference API (docs.github.com/en/rest/models/catalog). */
export const githubModels: Preset = {
  name: 'github-models',
  aka: ['github'],
  title: 'GitHub Models',
  dialect: 'openai-chat',
  baseUrl: 'https://models.github.ai/inference',
  auth: 'bearer',
  needsKey: true,
  paths: { '/models': '../catalog/models' },
  defaultModel: 'openai/gpt-4o-mini',
}
