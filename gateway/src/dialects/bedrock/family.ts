/** The model families behind Converse, as their names tell: each has fields of its own for what Converse itself cannot say. */

export interface Family {
  /** Takes Anthropic's own `thinking` object, and signatures that any of Anthropic's houses gave. */
  readonly claude?: true
  /** Where `top_k` stands among the additional fields. */
  readonly topK?: readonly string[]
  /** How thinking is asked for, where that is not Anthropic's way. */
  readonly thinking?: 'nova' | 'effort'
  /** Refuses cache points. */
  readonly cacheless?: true
  /** Refuses a result without content, which others take (pitfall 41; github.com/strands-agents/harness-sdk/issues/2122). */
  readonly wantsResults?: true
}

const FAMILIES: readonly (readonly [match: RegExp, family: Family])[] = [
  [/claude/i, { claude: true, topK: ['top_k'] }],
  [/nova-2/i, { topK: ['inferenceConfig', 'topK'], thinking: 'nova' }],
  [/nova/i, { topK: ['inferenceConfig', 'topK'] }],
  [/nemotron/i, { cacheless: true, wantsResults: true }],
  [/gpt-oss/i, { thinking: 'effort', cacheless: true }],
  [
    /mistral|mixtral|pixtral|llama|titan|cohere|command-|ai21|jamba|deepseek|qwen|writer|palmyra/i,
    { cacheless: true },
  ],
]

/** Behind a profile's address may be any model. */
const UNKNOWN: Family = {}

export function familyOf(model: string): Family {
  return FAMILIES.find(([match]) => match.test(model))?.[1] ?? UNKNOWN
}
