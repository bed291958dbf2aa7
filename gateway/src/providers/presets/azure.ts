import type { Preset } from '../preset.ts'
import { azureLacks, azureSite } from '../sites/azure.ts'
import { openai } from './openai.ts'

export const azure: Preset = {
  name: 'azure',
  aka: ['azure-openai'],
  title: 'Azure OpenAI',
  dialect: 'openai-chat',
  auth: 'api-key',
  needsKey: false,
  account: 'azure',
  site: azureSite,
  lacks: azureLacks,
  // The same models; deployments are usually called after them.
  // Its older versions answer 400 to fields that came later.
  traits: { ...openai.traits, responsesFields: [] },
  ...(openai.models === undefined ? {} : { models: openai.models }),
  standing: { cost: 6, vision: 5 },
}
