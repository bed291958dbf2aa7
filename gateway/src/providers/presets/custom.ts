import type { ModelTraits, Preset } from '../preset.ts'

export const unparsedThinking: ModelTraits = {
  match: /deepseek-r1|qwq|qwen3|glm-z1/i,
  traits: { thinkTags: true },
  reason: 'servers started without a reasoning parser leave the thinking of these models in the text',
}

/** Any server that speaks a known dialect; OpenAI Chat unless the configuration says otherwise. */
export const custom: Preset = {
  name: 'custom',
  title: 'OpenAI-compatible server',
  dialect: 'openai-chat',
  auth: 'bearer',
  authIn: { anthropic: 'x-api-key' },
  needsKey: false,
  versionedType: 'azure',
  // Servers that run models themselves have both paths: vLLM, llama.cpp, LM Studio, Ollama. Of a search nobody knows: it is asked for.
  traits: { completions: true, webSearch: 'options' },
  models: [unparsedThinking],
}
