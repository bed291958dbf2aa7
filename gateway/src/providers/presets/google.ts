import type { Preset } from '../preset.ts'

export const google: Preset = {
  name: 'google',
  title: 'Google Gemini',
  dialect: 'gemini',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  auth: 'x-goog-api-key',
  needsKey: true,
  traits: { jsonSchema: true },
  models: [
    {
      match: /^gemini-(?:3|[4-9]).*-(?:flash|lite)/,
      traits: { thinkingConfig: 'level', callSignatures: true, resultMedia: true },
      reason: 'thinks by level down to minimal; answers 400 to calls without a thought signature',
    },
    {
      match: /^gemini-(?:3|[4-9])/,
      traits: { thinkingConfig: 'level', leastThinking: 'low', callSignatures: true, resultMedia: true },
      reason: 'thinks by level and not less than low; answers 400 to calls without a thought signature',
    },
    {
      match: /^gemini-2\.5-pro/,
      traits: { thinkingConfig: 'budget', leastThinking: 128 },
      reason: 'thinks by budget and cannot be told not to: 128 tokens are the least it takes',
    },
    {
      match: /^gemini-2\.5/,
      traits: { thinkingConfig: 'budget' },
      reason: 'thinks by budget, which may be 0',
    },
    {
      match: /^(?:gemini-(?:1|2\.0)|gemma|learnlm)/,
      traits: { thinkingConfig: 'none', jsonSchema: false },
      reason: 'older than thinking and than plain JSON Schema',
    },
  ],
  defaultModel: 'gemini-2.5-flash',
  standing: { names: /gemini/i, cost: 3, vision: 1, embeddings: 3 },
}
