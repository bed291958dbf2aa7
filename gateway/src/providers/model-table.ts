/**
 * Which models are whose, by name: the first match counts. `model` names the part that goes upstream where that is not the whole.
 * Names and order are those of the systems this house replaces, with the families that came since.
 */

export interface ModelTableEntry {
  readonly match: RegExp
  /** A provider type. */
  readonly type: string
}

export const MODEL_TABLE: readonly ModelTableEntry[] = [
  { match: /^(?<model>[^@]+)@[^@]+\.openai\.azure\.com$/i, type: 'azure' },
  {
    match: /^(?:(?:us|eu|apac|global)\.)?(?:anthropic\.claude|amazon\.titan|amazon\.nova|meta\.llama)/i,
    type: 'bedrock',
  },
  // A vendor before a slash is how houses that resell many spell it.
  {
    match: /^(?:openai|anthropic|google|meta-llama|mistralai|deepseek|qwen|x-ai|cohere)\/\S+/i,
    type: 'openrouter',
  },
  {
    match: /^(?:gpt-|chatgpt-|o[1-9](?:-|$)|text-embedding-|text-davinci|davinci-|babbage-)/i,
    type: 'openai',
  },
  { match: /^claude-/i, type: 'anthropic' },
  { match: /^(?:gemini|palm|bison|chat-bison|text-bison|gemma-3)/i, type: 'google' },
  { match: /^(?:llama|mistral|codellama|vicuna|alpaca)/i, type: 'ollama' },
]
