import type { Preset } from '../preset.ts'

/** Answers 400 to these, as console.groq.com/docs/openai says. */
export const groq: Preset = {
  name: 'groq',
  title: 'Groq',
  dialect: 'openai-chat',
  baseUrl: 'https://api.groq.com/openai/v1',
  auth: 'bearer',
  needsKey: true,
  traits: { refuses: ['logprobs', 'top_logprobs', 'logit_bias'], messageNames: false },
  defaultModel: 'llama-3.3-70b-versatile',
}
