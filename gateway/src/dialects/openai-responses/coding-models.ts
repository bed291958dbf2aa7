/**
 * The list of models that Codex takes from a gateway. It refuses the whole list when one of these fields is missing; the others are left
 * to its own defaults.
 */

import type { JsonObject, ModelInfo } from '#core'

/** The levels OpenAI's reasoning models know. */
const LEVELS: readonly (readonly [effort: string, description: string])[] = [
  ['low', 'Answers soon, thinks little'],
  ['medium', 'Thinks as much as most tasks need'],
  ['high', 'Thinks long about hard problems'],
]

/** What a model is told before all else. Codex adds its own rules for tools, files and approvals. */
const INSTRUCTIONS = `You are a coding agent. You work in the Codex CLI, on the user's own machine, inside their project.

- Look before you change: read the files concerned and search for what else uses them.
- Make the smallest change that does the whole job, in the style of the code around it. Leave alone what was not asked for.
- Use the tools you are given to run commands and to edit files; never pretend to have run something.
- After a change run the tests or the command that shows it works, and say honestly when it does not.
- Never undo work that is not yours, and never delete or publish anything without being asked.
- Tell the user briefly what you did, where, and what remains open.`

/** Tool output longer than this is cut before the model sees it. */
const OUTPUT_LIMIT = 10_000
/** What Codex assumes for models it does not know. */
const USUAL_CONTEXT = 128_000
/** Share of the window that may fill before the conversation is shortened. */
const COMPACT_AT = 0.9

export function codingModels(models: readonly ModelInfo[]): JsonObject[] {
  return models.map((model, index) => codingModel(model, index))
}

function codingModel(model: ModelInfo, priority: number): JsonObject {
  const window = model.contextWindow ?? USUAL_CONTEXT
  const thinks = model.abilities?.includes('thinking') === true
  const sees = model.abilities?.includes('vision') === true
  const name = model.displayName ?? model.id
  return {
    slug: model.id,
    display_name: name,
    description: model.provider === undefined ? name : `${name} on ${model.provider}`,
    ...(thinks ? { default_reasoning_level: 'medium' } : {}),
    supported_reasoning_levels: thinks
      ? LEVELS.map(([effort, description]) => ({ effort, description }))
      : [],
    shell_type: 'unified_exec',
    visibility: 'list',
    supported_in_api: true,
    priority,
    support_verbosity: false,
    truncation_policy: { mode: 'tokens', limit: OUTPUT_LIMIT },
    experimental_supported_tools: [],
    base_instructions: INSTRUCTIONS,
    context_window: window,
    max_context_window: window,
    auto_compact_token_limit: Math.floor(window * COMPACT_AT),
    input_modalities: sees ? ['text', 'image'] : ['text'],
    use_responses_lite: false,
  }
}
