import type { Traits } from '#dialects'
import type { Preset } from '../preset.ts'

/** In the request of either language (the official SDK's `ChatCompletionCreateParams`). */
const SHARED = ['prompt_cache_key', 'prompt_cache_retention', 'safety_identifier', 'service_tier']

const THINKING: Traits = {
  maxTokensField: 'max_completion_tokens',
  systemRole: 'developer',
  noSampling: true,
  reasoningWish: 'effort',
}

/** The models that a verbosity means something to. */
const SPEAKS: Traits = { responsesFields: [...SHARED, 'verbosity'] }

export const openai: Preset = {
  name: 'openai',
  title: 'OpenAI',
  dialect: 'openai-chat',
  baseUrl: 'https://api.openai.com/v1',
  auth: 'bearer',
  authIn: { anthropic: 'x-api-key' },
  needsKey: true,
  versionedType: 'azure',
  forwards: ['openai-beta', 'openai-organization', 'openai-project'],
  // A thinking wish of a client means nothing to its other models, which answer 400 to it.
  traits: { reasoningWish: 'none', responsesFields: SHARED },
  models: [
    {
      match: /(?:instruct|davinci|babbage)/,
      traits: { completions: true },
      reason: 'takes a bare prompt; all other models answer 404 to it (recorded)',
    },
    {
      match: /^gpt-4o(?:-mini)?-search/,
      traits: { webSearch: 'options' },
      reason: 'searches the web; other models answer 400 to web_search_options (recorded)',
    },
    {
      match: /^gpt-5-search/,
      traits: { ...THINKING, ...SPEAKS, webSearch: 'options' },
      reason: 'as those that search, and as those that think',
    },
    {
      match: /^o\d/,
      traits: { ...THINKING, efforts: ['low', 'medium', 'high'] },
      reason: 'as below; the first of them have three efforts (docs.rs/openai-tools, from OpenAI’s own list)',
    },
    {
      match: /^gpt-5(?:-(?:mini|nano))?(?:-20\d\d|$)/,
      traits: { ...THINKING, ...SPEAKS, efforts: ['minimal', 'low', 'medium', 'high'] },
      reason: 'as below; none and xhigh came with later ones (learn.microsoft.com, ReasoningEffort)',
    },
    {
      match: /^gpt-[56]/,
      traits: { ...THINKING, ...SPEAKS },
      reason: 'reasoning models answer 400 to max_tokens, temperature and stop (recorded)',
    },
  ],
  defaultModel: 'gpt-4o-mini',
  aliases: { haiku: 'gpt-5-nano', sonnet: 'gpt-5-mini', opus: 'gpt-5' },
  standing: { names: /gpt/i, cost: 5, vision: 3, embeddings: 1 },
}
