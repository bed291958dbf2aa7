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
  standing: { cost: 7 },
}
