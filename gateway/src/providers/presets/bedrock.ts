import type { Preset } from '../preset.ts'
import { bedrockSite } from '../sites/bedrock.ts'

export const bedrock: Preset = {
  name: 'bedrock',
  aka: ['aws-bedrock', 'amazon-bedrock'],
  title: 'Amazon Bedrock',
  dialect: 'bedrock',
  // A Bedrock API key; without one calls are signed.
  auth: 'bearer',
  needsKey: false,
  account: 'aws',
  site: bedrockSite,
  lacks: () => undefined,
  models: [
    {
      match: /claude-(?:opus-4-[789]|(?:opus|sonnet|haiku|fable)-[5-9])/,
      traits: { thinking: 'adaptive', noPrefill: true },
      reason: 'the same models refuse budget_tokens and prefill at Anthropic (recorded)',
    },
    {
      match: /claude-(?:v2|2|3-(?:opus|sonnet|haiku|5)|instant)/,
      traits: { thinking: 'none' },
      reason: 'older than extended thinking',
    },
  ],
  standing: { cost: 7 },
}
