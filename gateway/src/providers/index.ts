/** Who speaks which dialect. Adding a provider type: one record, and one line in this list. */

import { anthropic } from './presets/anthropic.ts'
import { azure } from './presets/azure.ts'
import { bedrock } from './presets/bedrock.ts'
import { cerebras } from './presets/cerebras.ts'
import { cohere } from './presets/cohere.ts'
import { custom } from './presets/custom.ts'
import { deepseek } from './presets/deepseek.ts'
import { fireworks } from './presets/fireworks.ts'
import { githubModels } from './presets/github-models.ts'
import { google } from './presets/google.ts'
import { groq } from './presets/groq.ts'
import { huggingface } from './presets/huggingface.ts'
import { kimi } from './presets/kimi.ts'
import { llamacpp } from './presets/llamacpp.ts'
import { lmstudio } from './presets/lmstudio.ts'
import { mistral } from './presets/mistral.ts'
import { ollama } from './presets/ollama.ts'
import { openai } from './presets/openai.ts'
import { openrouter } from './presets/openrouter.ts'
import { perplexity } from './presets/perplexity.ts'
import { poe } from './presets/poe.ts'
import { qwen } from './presets/qwen.ts'
import { together } from './presets/together.ts'
import { vertex } from './presets/vertex.ts'
import { vllm } from './presets/vllm.ts'
import { xai } from './presets/xai.ts'
import { zai } from './presets/zai.ts'
import type { Preset } from './preset.ts'

export const PRESETS: readonly Preset[] = [
  openai,
  anthropic,
  google,
  azure,
  vertex,
  bedrock,
  openrouter,
  poe,
  mistral,
  deepseek,
  groq,
  xai,
  together,
  fireworks,
  cerebras,
  perplexity,
  githubModels,
  huggingface,
  cohere,
  zai,
  kimi,
  qwen,
  ollama,
  lmstudio,
  vllm,
  llamacpp,
  custom,
]

/** What configuration has to know of the presets. */
export type PresetFacts = Pick<
  Preset,
  | 'name'
  | 'aka'
  | 'baseUrl'
  | 'needsKey'
  | 'dialect'
  | 'lacks'
  | 'account'
  | 'versionedType'
  | 'aliases'
  | 'defaultModel'
>

export const PRESET_FACTS: readonly PresetFacts[] = [...PRESETS]

export function presetNamed(name: string): Preset | undefined {
  return PRESETS.find((preset) => preset.name === name)
}

export { buildProvider } from './build.ts'
export { Catalogue, type OwnSheets } from './catalogue/catalogue.ts'
export { MODEL_TABLE } from './model-table.ts'
export { normaliseBaseUrl } from './base-url.ts'
export type { Preset, ModelTraits, Standing } from './preset.ts'
export type { HeaderSource, KeyRing, Provider, ProviderTimeouts } from './provider.ts'
export type { Envelope, Lack, SiteTools } from './site.ts'
