import type { Preset } from '../preset.ts'

const REFUSED = (
  'stream_options max_completion_tokens user store service_tier logit_bias audio modalities verbosity ' +
  'safety_identifier prompt_cache_retention prompt_cache_options web_search_options moderation logprobs top_logprobs'
).split(' ')

/**
 * Answers 422 to every field it does not know: stream_options (github.com/dnakov/anon-kode/issues/53), max_completion_tokens
 * (github.com/editor-code-assistant/eca/issues/231), names of messages (github.com/Gage-Technologies/mistral-go/pull/2), thinking
 * beside the content (github.com/charmbracelet/crush/issues/1590). What it knows: ChatCompletionRequest and AssistantMessage of
 * github.com/mistralai/client-python. Log probabilities are not enabled (recorded). Its streams count tokens unasked (recorded).
 */
export const mistral: Preset = {
  name: 'mistral',
  title: 'Mistral',
  dialect: 'openai-chat',
  baseUrl: 'https://api.mistral.ai/v1',
  auth: 'bearer',
  needsKey: true,
  traits: {
    streamUsage: false,
    refuses: REFUSED,
    renames: { seed: 'random_seed' },
    messageNames: false,
    messageFields: ['role', 'content', 'tool_calls', 'tool_call_id', 'name', 'prefix'],
    // Pitfalls 33 and 35, the order with its code 3230 (github.com/zed-industries/zed/issues/37021); thinking parts as recorded.
    shortCallIds: true,
    prefixTail: true,
    turns: 'bridged',
    reasoningField: 'content',
    reasoningWish: 'none',
  },
  models: [
    {
      match: /^mistral-(?:small|medium)/,
      traits: { reasoningWish: 'effort', efforts: ['none', 'high'] },
      reason:
        'takes two words of reasoning_effort (recorded; docs.mistral.ai/capabilities/reasoning/adjustable)',
    },
  ],
  defaultModel: 'mistral-small-latest',
}
