/**
 * What a client's language cannot say. A difference that no rule here explains is a mistake of ours and fails the test.
 */

import type { Difference, Field } from './compare.ts'
import { CLIENTS, type DialectUnderTest, type RecordedExchange } from './exchange.ts'
import type { Meaning } from './meaning.ts'

export interface Case {
  readonly exchange: RecordedExchange
  readonly client: DialectUnderTest
  readonly stream: boolean
  readonly meaning: Meaning
}

export interface LossRule {
  readonly id: string
  /** Languages of the recording. */
  readonly from: readonly DialectUnderTest[]
  /** Languages of the client. */
  readonly to: readonly DialectUnderTest[]
  readonly field: Field
  /** What else must hold; by default nothing. */
  readonly when?: (difference: Difference, one: Case) => boolean
  readonly reason: string
  /** Not told in `x-sluice-notes`, though every other loss is. */
  readonly silent?: true
  /** No limit of a language but something the gateway does not do yet. */
  readonly gap?: true
}

const CHAT: readonly DialectUnderTest[] = ['openai-chat']
const MESSAGES: readonly DialectUnderTest[] = ['anthropic']
const OLLAMA: readonly DialectUnderTest[] = ['ollama']

export const LOSS_RULES: readonly LossRule[] = [
  {
    id: 'ollama-one-count',
    from: CLIENTS,
    to: OLLAMA,
    field: 'reasoning count',
    reason: 'Ollama counts thinking inside `eval_count` and has no counter of its own for it.',
  },
  {
    id: 'ollama-no-cache-counters',
    from: CLIENTS,
    to: OLLAMA,
    field: 'cache counters',
    reason:
      'Ollama counts the whole prompt in `prompt_eval_count` and does not say what a cache gave or took.',
  },
  {
    id: 'ollama-no-signatures',
    from: CLIENTS,
    to: OLLAMA,
    field: 'signatures',
    reason: 'An Ollama message has `thinking` as plain text and no place for signed or encrypted state.',
  },
  {
    id: 'ollama-two-words',
    from: CLIENTS,
    to: OLLAMA,
    field: 'finish reason',
    when: ({ got }, { meaning }) => got === 'stop' && ['refusal', 'pause'].includes(meaning.outcome),
    reason: 'Ollama knows `stop` and `length` only; a refusal or a paused turn has no word of its own.',
  },
  {
    id: 'ollama-no-citations',
    from: CLIENTS,
    to: OLLAMA,
    field: 'citations',
    reason: 'An Ollama message has no place for sources.',
  },
  {
    id: 'chat-cites-pages',
    from: MESSAGES,
    to: CHAT,
    field: 'citations',
    when: ({ got }, { meaning }) => got === meaning.pages,
    reason: 'The one annotation of chat completions is `url_citation`; a place in a document has no URL.',
  },
  {
    id: 'provider-run-blocks',
    from: MESSAGES,
    to: ['openai-chat', 'ollama'],
    field: 'provider-run blocks',
    when: ({ got }) => got === 0,
    reason:
      'Calls and results of tools the provider ran itself, compaction and the like are blocks only Anthropic has; ' +
      'shown as client tool calls they would be run a second time.',
  },
  {
    id: 'paused-turn',
    silent: true,
    from: MESSAGES,
    to: ['openai-chat', 'ollama'],
    field: 'error',
    when: ({ got }, { meaning }) => meaning.outcome === 'pause' && JSON.stringify(got).includes('paused'),
    reason:
      'These languages cannot say that a turn paused, nor resume it: the client gets an error, not a false end.',
  },
  {
    id: 'refusal-words',
    silent: true,
    from: MESSAGES,
    to: CHAT,
    field: 'refusal',
    when: ({ expected }, { meaning }) => meaning.outcome === 'refusal' && expected === '',
    reason:
      'Chat clients know a refusal by the text in `refusal`; where the provider gave none a fixed sentence stands.',
  },
  {
    id: 'log-probabilities',
    silent: true,
    from: CHAT,
    to: ['anthropic', 'ollama'],
    field: 'log probabilities',
    reason:
      'Anthropic has none, and a client that wants Ollama’s asks for them in the request, which these did not.',
  },
  {
    id: 'no-sound',
    from: CHAT,
    to: ['anthropic', 'ollama'],
    field: 'audio',
    reason: 'Answers of these languages hold no sound; its transcript arrives as text.',
  },
]

export function lossOf(difference: Difference, one: Case): LossRule | undefined {
  return LOSS_RULES.find(
    (rule) =>
      rule.field === difference.field &&
      rule.from.includes(one.exchange.dialect) &&
      rule.to.includes(one.client) &&
      (rule.when?.(difference, one) ?? true),
  )
}
