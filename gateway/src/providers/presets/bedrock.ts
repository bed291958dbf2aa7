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
      match: /claude-(?:opus-4[-.][789]|(?:opus|sonnet|haiku|fable)-[5-9])/,
      traits: { thinking: 'adaptive', noPrefill: true, noSampling: true },
      reason:
        'the same models refuse budget_tokens and prefill at Anthropic (recorded), and sampling here too ' +
        '(github.com/aws-samples/bedrock-chat/pull/1102)',
    },
    {
      match: /claude-(?:opus|sonnet)-4[-.]6/,
      traits: { noPrefill: true, oneOfSampling: true },
      reason: 'the same models refuse prefill at Anthropic; sampling as below',
    },
    {
      match: /claude-(?:(?:opus|sonnet|haiku)-4[-.]5|opus-4[-.]1)/,
      traits: { oneOfSampling: true },
      reason: 'answers 400 to temperature together with top_p (github.com/aws-samples/bedrock-chat/pull/979)',
    },
    {
      match: /claude-(?:v2|2|3-(?:opus|sonnet|haiku|5)|instant)/,
      traits: { thinking: 'none' },
      reason: 'older than extended thinking',
    },
  ],
  standing: { cost: 7 },
}
