/** The expected value of every comparison: what a recording means, read here and by nothing of the gateway. */

import type { DialectUnderTest, RecordedExchange } from './exchange.ts'
import type { Meaning } from './meaning.ts'
import { readMessages } from './read-anthropic.ts'
import { readOllama } from './read-ollama.ts'
import { readChat } from './read-openai-chat.ts'
import type { Seen } from './seen.ts'

const READERS = { 'openai-chat': readChat, anthropic: readMessages, ollama: readOllama }

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
    pause: 'pause_turn',
    unknown: 'end_turn',
  },
  ollama: {
    end: 'stop',
    tools: 'stop',
    length: 'length',
    context: 'length',
    'stop-string': 'stop',
    refusal: 'a refusal',
    pause: 'a pause',
    unknown: 'stop',
  },
}

/** What a client of this language ought to see. */
export function expectedOf(client: DialectUnderTest, meaning: Meaning): Seen {
  const { usage } = meaning
  // Anthropic alone counts beside the input what the cache gave and took.
  const beside = client === 'anthropic' ? (usage?.cacheRead ?? 0) + (usage?.cacheWrite ?? 0) : 0
  // Only chat completions have a place of their own for the words of a refusal.
  const ownRefusal = client === 'openai-chat'
  return {
    text: ownRefusal ? meaning.text : meaning.text + meaning.refusal,
    refusal: ownRefusal ? meaning.refusal || (meaning.text === '' ? meaning.explanation : '') : '',
    reasoning: meaning.reasoning,
    calls: meaning.calls.map((call) => ({
      id: call.id,
      name: call.name,
      arguments: valueOf(call.arguments),
    })),
    finish: FINISH[client][meaning.outcome],
    usage: usage && { ...usage, input: Math.max(0, usage.input - beside) },
    citations: meaning.citations,
    signatures: meaning.signatures,
    images: meaning.images,
    audio: meaning.audio,
    native: meaning.native,
    logprobs: meaning.logprobs,
  }
}

/** Arguments as the value they are, or as text where they are no JSON. No arguments mean an empty object. */
export function valueOf(json: string): unknown {
  try {
    return JSON.parse(json.trim() === '' ? '{}' : json)
  } catch {
    return json
  }
}
