/** Any sequence of events, also one no provider could send, into every dialect's stream encoder: text that its own framing reads. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ChatEvent, GatewayError, isObject, parseJson } from '#core'
import { anthropic } from './anthropic/index.ts'
import { bedrock } from './bedrock/index.ts'
import type { AnswerContext, Dialect } from './dialect.ts'
import { framesOf } from './frames.contract.ts'
import { gemini } from './gemini/index.ts'
import { ollama } from './ollama/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiResponses } from './openai-responses/index.ts'

const DIALECTS: readonly Dialect[] = [openaiChat, openaiResponses, anthropic, gemini, bedrock, ollama]

const context: AnswerContext = {
  exchangeId: 'x1',
  model: 'm',
  startedAt: 0,
  request: { model: 'm', messages: [], stream: true },
  elapsedMs: () => 5,
  note: () => undefined,
}

const index = fc.nat({ max: 3 })
const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const opaque = { issuer: 'p', value: 'c2lnbmVk' }

const event: fc.Arbitrary<ChatEvent> = fc.oneof(
  fc.constant<ChatEvent>({ type: 'start', id: 'a', model: 'm' }),
  index.map((at): ChatEvent => ({ type: 'text-start', index: at })),
  fc.tuple(index, text).map(([at, said]): ChatEvent => ({ type: 'text-delta', index: at, text: said })),
  index.map((at): ChatEvent => ({ type: 'text-end', index: at })),
  index.map((at): ChatEvent => ({ type: 'citation', index: at, citation: { url: 'https://e.example/' } })),
  index.map((at): ChatEvent => ({ type: 'reasoning-start', index: at })),
  fc.tuple(index, text).map(([at, said]): ChatEvent => ({ type: 'reasoning-delta', index: at, text: said })),
  index.map((at): ChatEvent => ({ type: 'reasoning-end', index: at, opaque })),
  fc
    .tuple(index, text)
    .map(([at, name]): ChatEvent => ({ type: 'tool-call-start', index: at, id: 'c', name })),
  fc
    .tuple(index, text)
    .map(([at, said]): ChatEvent => ({ type: 'tool-call-delta', index: at, arguments: said })),
  index.map((at): ChatEvent => ({ type: 'tool-call-end', index: at })),
  fc.constant<ChatEvent>({ type: 'usage', usage: { inputTokens: 3, outputTokens: 2, reasoningTokens: 1 } }),
)

const ending: fc.Arbitrary<ChatEvent> = fc.constantFrom<ChatEvent>(
  { type: 'finish', reason: 'stop' },
  { type: 'finish', reason: 'tool-calls' },
  { type: 'finish', reason: 'pause' },
  { type: 'finish', reason: 'unknown', raw: 'odd' },
  { type: 'error', error: new GatewayError('cut-stream', 'The answer broke off.') },
)

describe.each(DIALECTS.map((dialect) => [dialect.name, dialect] as const))('%s', (_name, dialect) => {
  test('any sequence of events becomes frames of the dialect, and after the end comes nothing', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 20 }),
        ending,
        fc.array(event, { maxLength: 3 }),
        (all, end, late) => {
          const encoder = dialect.chat.streamEncoder(context)
          const written = [...all, end].map((each) => encoder.push(each)).join('')
          const frames = framesOf(new TextEncoder().encode(written), dialect.framing, [])
          const readable = frames.every(({ data }) => data === '[DONE]' || isObject(parseJson(data)))
          expect([readable, frames.length > 0]).toEqual([true, true])
          expect([...late, end].map((each) => encoder.push(each)).join('')).toBe('')
        },
      ),
      { numRuns: 300 },
    )
  })
})
