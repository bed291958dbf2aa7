/** Meta Llama's text bodies. The prompt is passed on as it stands, with whatever template its writer put around it. */

import type { Finish, Usage } from '#core'
import { textFamily } from './text.ts'

export const llama = textFamily({
  name: 'llama',
  prompt: 'prompt',
  fields: { maxOutputTokens: 'max_gen_len', temperature: 'temperature', topP: 'top_p' },
  knows: (wire) => typeof wire['prompt'] === 'string' && LIMITS.every((field) => wire[field] === undefined),
  whole: (generation, finish, usage) => ({ generation, ...counts(usage), stop_reason: reasonOf(finish) }),
  piece: (generation) => ({
    generation,
    prompt_token_count: null,
    generation_token_count: null,
    stop_reason: null,
  }),
  last: (finish, usage) => ({ generation: '', ...counts(usage), stop_reason: reasonOf(finish) }),
})

/** Limits of other families with a prompt: Mistral, AI21, Claude's first. */
const LIMITS = ['max_tokens', 'maxTokens', 'max_tokens_to_sample']

function counts(usage: Usage | undefined): Readonly<Record<string, number>> {
  return {
    prompt_token_count: usage?.inputTokens ?? 0,
    generation_token_count: usage?.outputTokens ?? 0,
  }
}

function reasonOf({ reason }: Finish): string {
  return reason === 'length' || reason === 'context-length' ? 'length' : 'stop'
}
