/** The expected value of every comparison: what a recording means, read here and by nothing of the gateway. */

import type { DialectUnderTest, RecordedExchange } from './exchange.ts'
import { valueOf } from './loose-json.ts'
import type { Meaning, MeantUsage } from './meaning.ts'
import { readMessages } from './read-anthropic.ts'
import { readConverse } from './read-converse.ts'
import { readGemini } from './read-gemini.ts'
import { readOllama } from './read-ollama.ts'
import { readChat } from './read-openai-chat.ts'
import { readResponses } from './read-responses.ts'
import type { Seen, SeenUsage } from './seen.ts'

const READERS = {
  'openai-chat': readChat,
  'openai-responses': readResponses,
  anthropic: readMessages,
  gemini: readGemini,
  bedrock: readConverse,
  ollama: readOllama,
}

export function meaningOf(exchange: RecordedExchange): Meaning {
  return READERS[exchange.dialect](exchange.body(), exchange.format, exchange.streamed)
}

/** The table of finish reasons, read row by row. */
const FINISH: Readonly<Record<DialectUnderTest, Readonly<Record<Meaning['outcome'], string>>>> = {
  'openai-chat': {
    end: 'stop',
    tools: 'tool_calls',
    length: 'length',
    context: 'length',
    'stop-string': 'stop',
    refusal: 'content_filter',
    filter: 'content_filter',
    pause: 'an error',
    unknown: 'stop',
  },
  anthropic: {
    end: 'end_turn',
    tools: 'tool_use',
    length: 'max_tokens',
    context: 'model_context_window_exceeded',
    'stop-string': 'stop_sequence',
    refusal: 'refusal',
    filter: 'refusal',
    pause: 'pause_turn',
    unknown: 'end_turn',
  },
  'openai-responses': {
    end: 'completed',
    tools: 'completed',
    length: 'incomplete: max_output_tokens',
    context: 'incomplete: max_output_tokens',
    'stop-string': 'completed',
    refusal: 'completed',
    filter: 'incomplete: content_filter',
    pause: 'an error',
    unknown: 'completed',
  },
  gemini: {
    end: 'STOP',
    tools: 'STOP',
    length: 'MAX_TOKENS',
    context: 'MAX_TOKENS',
    'stop-string': 'STOP',
    refusal: 'SAFETY',
    filter: 'SAFETY',
    pause: 'an error',
    unknown: 'STOP',
  },
  bedrock: {
    end: 'end_turn',
    tools: 'tool_use',
    length: 'max_tokens',
    context: 'model_context_window_exceeded',
    'stop-string': 'stop_sequence',
    refusal: 'content_filtered',
    filter: 'content_filtered',
    pause: 'an error',
    unknown: 'end_turn',
  },
  ollama: {
    end: 'stop',
    tools: 'stop',
    length: 'length',
    context: 'length',
    'stop-string': 'stop',
    refusal: 'a refusal',
    filter: 'a refusal',
    pause: 'a pause',
    unknown: 'stop',
  },
}

/** Languages whose answers have a place of their own for the words of a refusal. */
const OWN_REFUSAL: ReadonlySet<DialectUnderTest> = new Set(['openai-chat', 'openai-responses'])

/** What a client of this language ought to see. `from`: the recording's language. */
export function expectedOf(client: DialectUnderTest, meaning: Meaning, from: DialectUnderTest): Seen {
  const ownRefusal = OWN_REFUSAL.has(client)
  const declined = meaning.outcome === 'refusal' && meaning.text === '' ? meaning.explanation : ''
  return {
    text: ownRefusal ? meaning.text : meaning.text + meaning.refusal,
    refusal: ownRefusal ? meaning.refusal || declined : '',
    reasoning: meaning.reasoning,
    calls: meaning.calls.map((call) => ({
      id: call.id,
      name: call.name,
      arguments: valueOf(call.arguments),
    })),
    finish: finishOf(client, meaning, from),
    usage: meaning.usage && countedBy(client, meaning.usage),
    citations: meaning.citations,
    signatures: meaning.signatures,
    images: meaning.images,
    audio: meaning.audio,
    native: meaning.native,
    logprobs: meaning.logprobs,
  }
}

/** A language with several words for one outcome keeps its own. */
function finishOf(client: DialectUnderTest, { outcome, word }: Meaning, from: DialectUnderTest): string {
  const own = client === from && (outcome === 'filter' || word === 'OTHER')
  return (own && word) || FINISH[client][outcome]
}

/** The headline counts as a language counts them: what the cache gave and took, or thinking, stand beside them in some. */
function countedBy(client: DialectUnderTest, usage: MeantUsage): SeenUsage {
  const cacheBeside = client === 'anthropic' || client === 'bedrock'
  const beside = cacheBeside ? (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0) : 0
  const thought = client === 'gemini' ? (usage.reasoning ?? 0) : 0
  return {
    ...usage,
    input: Math.max(0, usage.input - beside),
    output: Math.max(0, usage.output - thought),
  }
}
