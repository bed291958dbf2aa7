import type { Preset } from '../preset.ts'

export const anthropic: Preset = {
  name: 'anthropic',
  title: 'Anthropic',
  dialect: 'anthropic',
  baseUrl: 'https://api.anthropic.com',
  auth: 'x-api-key',
  needsKey: true,
  // Betas change with each client release: never an allow-list of values.
  forwards: ['anthropic-beta', 'anthropic-version'],
  headers: { 'anthropic-version': '2023-06-01' },
  traits: { defaultMaxTokens: 4096, thinking: 'budget', prefill: true },
  models: [
    {
      match: /claude-(?:opus-4[-.][789]|(?:opus|sonnet|haiku|fable)-[5-9])/,
      traits: {
        defaultMaxTokens: 4096,
        thinking: 'adaptive',
        midSystem: true,
        structuredOutput: true,
        noPrefill: true,
        noSampling: true,
      },
      reason:
        'answers 400 to budget_tokens and to prefill; accepts role system inside messages (recorded); answers 400 to temperature, ' +
        'top_p and top_k (platform.claude.com, migration guide)',
    },
    {
      match: /claude-(?:opus|sonnet)-4[-.]6/,
      traits: {
        defaultMaxTokens: 4096,
        thinking: 'budget',
        structuredOutput: true,
        noPrefill: true,
        oneOfSampling: true,
      },
      reason: 'as below; answers 400 to prefill (github.com/langchain-ai/deepagents/issues/1585)',
    },
    {
      match: /claude-(?:opus|sonnet|haiku)-4[-.]5/,
      traits: { defaultMaxTokens: 4096, thinking: 'budget', structuredOutput: true, oneOfSampling: true },
      reason: 'has output_config.format and still takes a thinking budget (recorded); sampling as below',
    },
    {
      match: /claude-opus-4[-.]1/,
      traits: { defaultMaxTokens: 4096, thinking: 'budget', oneOfSampling: true },
      reason: 'answers 400 to temperature together with top_p (platform.claude.com, migration guide)',
    },
    {
      match: /claude-(?:2|3-(?:opus|sonnet|haiku|5)|instant)/,
      traits: { defaultMaxTokens: 4096, thinking: 'none' },
      reason: 'older than extended thinking',
    },
  ],
  defaultModel: 'claude-sonnet-4-5',
  aliases: { haiku: 'claude-haiku-4-5', sonnet: 'claude-sonnet-4-5', opus: 'claude-opus-4-5' },
  standing: { names: /claude/i, cost: 4, vision: 2 },
}
