import type { Preset } from '../preset.ts'

/** Answers 400 to these (hexdocs.pm/req_llm/cerebras.html, from Cerebras' own page). */
export const cerebras: Preset = {
  name: 'cerebras',
  title: 'Cerebras',
  dialect: 'openai-chat',
  baseUrl: 'https://api.cerebras.ai/v1',
  auth: 'bearer',
  needsKey: true,
  traits: {
    refuses: ['frequency_penalty', 'presence_penalty', 'logit_bias', 'parallel_tool_calls', 'service_tier'],
  },
  defaultModel: 'llama-3.3-70b',
}
