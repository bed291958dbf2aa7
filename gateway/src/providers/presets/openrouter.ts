import type { Preset } from '../preset.ts'

/** Whose models begin with what; OpenRouter knows every model by its vendor. */
const VENDORS: readonly (readonly [RegExp, string])[] = [
  [/^(?:gpt-|chatgpt-|o\d)/, 'openai'],
  [/^claude-/, 'anthropic'],
  [/^(?:gemini|gemma)-/, 'google'],
  [/^llama-/, 'meta-llama'],
  [/^(?:mistral|mixtral|ministral|codestral)-/, 'mistralai'],
  [/^deepseek-/, 'deepseek'],
  [/^qwen/, 'qwen'],
  [/^grok-/, 'x-ai'],
]

function withVendor(model: string): string {
  const vendor = model.includes('/') ? undefined : VENDORS.find(([match]) => match.test(model))?.[1]
  return vendor === undefined ? model : `${vendor}/${model}`
}

export const openrouter: Preset = {
  name: 'openrouter',
  title: 'OpenRouter',
  dialect: 'openai-chat',
  baseUrl: 'https://openrouter.ai/api/v1',
  auth: 'bearer',
  needsKey: true,
  // Attribution headers of its own documentation.
  forwards: ['http-referer', 'x-title'],
  traits: {
    // openrouter.ai/docs/api_reference/parameters
    topK: true,
    reasoningField: 'reasoning_details',
    reasoningWish: 'object',
    cacheControl: true,
    completions: true,
    webSearch: 'tool',
  },
  defaultModel: 'openai/gpt-4o-mini',
  aliases: {
    haiku: 'anthropic/claude-haiku-4.5',
    sonnet: 'anthropic/claude-sonnet-4.5',
    opus: 'anthropic/claude-opus-4.5',
  },
  spells: (model) => withVendor(model.replace(/:latest$/, '')),
  standing: { resells: /gpt|claude|gemini/i, cost: 2, vision: 4, embeddings: 2 },
}
