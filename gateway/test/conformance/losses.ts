/**
 * What a client's language cannot say. A difference that no rule here explains is a mistake of ours and fails the test.
 */

import { isDeepStrictEqual } from 'node:util'
import { partialParse } from '@anthropic-ai/sdk/_vendor/partial-json-parser/parser'
import type { Difference, Field } from './compare.ts'
import { CLIENTS, type DialectUnderTest, type RecordedExchange } from './exchange.ts'
import { isPlain, valueOf } from './loose-json.ts'
import { isDeclined, type Meaning } from './meaning.ts'

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
}

const CHAT: readonly DialectUnderTest[] = ['openai-chat']
const OLLAMA: readonly DialectUnderTest[] = ['ollama']
const BEDROCK: readonly DialectUnderTest[] = ['bedrock']

/** All languages but these. */
function but(...names: readonly DialectUnderTest[]): readonly DialectUnderTest[] {
  return CLIENTS.filter((client) => !names.includes(client))
}

export const LOSS_RULES: readonly LossRule[] = [
  {
    id: 'ollama-one-count',
    from: CLIENTS,
    to: OLLAMA,
    field: 'reasoning count',
    reason: 'Ollama counts thinking inside `eval_count` and has no counter of its own for it.',
  },
  {
    id: 'bedrock-one-count',
    from: CLIENTS,
    to: BEDROCK,
    field: 'reasoning count',
    reason: 'Converse counts thinking inside `outputTokens` and has no counter of its own for it.',
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
    id: 'gemini-cache-reads-only',
    from: but('gemini'),
    to: ['gemini'],
    field: 'cache counters',
    when: ({ expected, got }) => String(got) === `${String(expected).split(',')[0]},0`,
    reason:
      'Gemini counts what its cache gave and has no counter for what was put in; that is in the prompt.',
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
    when: ({ got }, { meaning }) =>
      got === 'stop' && (isDeclined(meaning.outcome) || meaning.outcome === 'pause'),
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
    id: 'cites-pages',
    from: CLIENTS,
    to: ['openai-chat', 'openai-responses'],
    field: 'citations',
    when: ({ got }, { meaning, exchange, client }) => got === meaning.pages && exchange.dialect !== client,
    reason:
      'A citation of Chat Completions is an address (`url_citation` is the only annotation its SDK knows); one of Responses is an ' +
      'address or the id of a file in OpenAI’s store. A document that came with the request has neither.',
  },
  {
    id: 'anthropic-cites-places',
    from: ['openai-responses', 'gemini'],
    to: ['anthropic'],
    field: 'citations',
    when: ({ got }, { meaning }) => got === meaning.pages + meaning.places,
    reason:
      'A citation of Anthropic’s is an address or a numbered place in what the request brought along (`TextCitation` of its SDK ' +
      'has no other kind). A file that only the provider has got has no number there.',
  },
  {
    id: 'gemini-lists-sources',
    silent: true,
    from: but('gemini'),
    to: ['gemini'],
    field: 'citations',
    when: ({ got, expected }) => Number(got) > 0 && Number(got) < Number(expected),
    reason: 'Gemini lists each source once; citations that stand at no place of the answer share theirs.',
  },
  {
    id: 'gemini-own-sources',
    silent: true,
    from: ['gemini'],
    to: ['gemini'],
    field: 'citations',
    when: ({ got }, { meaning }) => got === meaning.listed,
    reason:
      'What Gemini says of its sources goes back as it came: with sources that support no words and places behind the end of ' +
      'the text, which are no citations to anybody else, and in Vertex’s spelling, which the client of the Gemini API skips.',
  },
  {
    id: 'broken-arguments',
    silent: true,
    from: ['openai-chat', 'openai-responses'],
    to: ['anthropic', 'gemini', 'bedrock', 'ollama'],
    field: 'tool calls',
    when: ({ got }, { meaning, client, stream }) =>
      isDeepStrictEqual(
        got,
        meaning.calls.map(({ name, arguments: told }) => ({
          name,
          arguments: objectFrom(told, client, stream),
        })),
      ),
    reason:
      'Where arguments are an object, the model’s own text that is no JSON object stands whole under `raw_arguments`; the ' +
      'client of Anthropic mends what a stream tells it as far as it goes.',
  },
  {
    id: 'provider-run-blocks',
    from: CLIENTS,
    to: CLIENTS,
    field: 'provider-run blocks',
    when: ({ got }, { exchange, client }) => got === 0 && exchange.dialect !== client,
    reason:
      'Calls and results of tools the provider ran itself, compaction and the like are blocks only one language has; ' +
      'shown as client tool calls they would be run a second time.',
  },
  {
    id: 'paused-turn',
    silent: true,
    from: ['anthropic'],
    to: but('anthropic'),
    field: 'error',
    when: ({ got }, { meaning }) => meaning.outcome === 'pause' && JSON.stringify(got).includes('paused'),
    reason:
      'These languages cannot say that a turn paused, nor resume it: the client gets an error, not a false end.',
  },
  {
    id: 'refusal-words',
    silent: true,
    from: CLIENTS,
    to: ['openai-chat', 'openai-responses'],
    field: 'refusal',
    when: ({ expected }, { meaning }) => isDeclined(meaning.outcome) && expected === '',
    reason:
      'These clients know a refusal by the text in `refusal`; where the provider gave none a fixed sentence stands.',
  },
  {
    id: 'log-probabilities',
    silent: true,
    from: CLIENTS,
    to: ['anthropic', 'bedrock'],
    field: 'log probabilities',
    when: ({ got }) => isDeepStrictEqual(got, []),
    reason:
      'Neither `Message` of Anthropic’s SDK nor `ConverseResponse` of Amazon’s has a field for them, and no client of theirs can ask ' +
      'for them.',
  },
  {
    id: 'no-sound',
    from: CHAT,
    to: ['openai-responses', 'anthropic', 'ollama'],
    field: 'audio',
    reason:
      'Answers of these languages hold no sound: `ResponseOutputMessage.content`, `ContentBlock` and `Message` of their SDKs have ' +
      'no kind for it. Its transcript arrives as text.',
  },
  {
    id: 'bedrock-streams-no-sound',
    from: CHAT,
    to: BEDROCK,
    field: 'audio',
    when: (_difference, { stream }) => stream,
    reason:
      'Converse’s stream has no sound, though its whole answers have: `ContentBlockStart` and `ContentBlockDelta` of its SDK have ' +
      'no kind for it. The transcript arrives as text.',
  },
  {
    id: 'bedrock-broken-pictures',
    from: CLIENTS,
    to: BEDROCK,
    field: 'images',
    when: ({ got }, { meaning }) => got === meaning.images - meaning.brokenImages,
    reason:
      'A picture here is bytes, and this one’s text is no base64 (it was cut when it was recorded). Amazon’s client would raise ' +
      'the whole answer as an error, so the picture is left out.',
  },
  {
    id: 'no-pictures',
    from: CLIENTS,
    to: ['anthropic'],
    field: 'images',
    when: ({ got }) => got === 0,
    reason:
      'An answer of Anthropic’s holds no picture: none of the kinds of `ContentBlock` in its SDK is one, neither whole nor in a ' +
      'stream.',
  },
]

/** Arguments as a language of objects brings them. */
function objectFrom(told: string, client: DialectUnderTest, stream: boolean): unknown {
  const value = valueOf(told)
  if (isPlain(value)) return value
  return client === 'anthropic' && stream ? partialParse(told) : { raw_arguments: told }
}

export function lossOf(difference: Difference, one: Case): LossRule | undefined {
  return LOSS_RULES.find(
    (rule) =>
      rule.field === difference.field &&
      rule.from.includes(one.exchange.dialect) &&
      rule.to.includes(one.client) &&
      (rule.when?.(difference, one) ?? true),
  )
}
