import type { Preset } from '../preset.ts'

/**
 * Refuses what it does not know: stream_options (github.com/dnakov/anon-kode/issues/53), max_completion_tokens
 * (github.com/editor-code-assistant/eca/issues/231), names of messages (github.com/Gage-Technologies/mistral-go/pull/2). Its streams
 * count tokens unasked (recorded).
 */
export const mistral: Preset = {
  name: 'mistral',
  title: 'Mistral',
  dialect: 'openai-chat',
  baseUrl: 'https://api.mistral.ai/v1',
  auth: 'bearer',
  needsKey: true,
  traits: {
    streamUsage: false,
    refuses: ['stream_options', 'max_completion_tokens'],
    renames: { seed: 'random_seed' },
    messageNames: false,
    // Pitfalls 33 and 35, and thinking parts as recorded.
    shortCallIds: true,
    prefixTail: true,
    reasoningField: 'content',
    reasoningWish: 'none',
  },
  models: [
    {
      match: /^(?:mistral-(?:small|medium)|magistral)/,
      traits: { reasoningWish: 'effort' },
      reason: 'takes reasoning_effort (recorded)',
    },
  ],
  defaultModel: 'mistral-small-latest',
}
