import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AssistantPart, type ChatEvent, type ChatResponse, fold, GatewayError, unfold } from './index.ts'

const token = { token: fc.string(), logProbability: fc.double({ max: 0, noNaN: true }) }
const text = fc.record(
  {
    type: fc.constant('text' as const),
    text: fc.string(),
    probabilities: fc.array(fc.record({ ...token, alternatives: fc.array(fc.record(token)) }), {
      minLength: 1,
    }),
  },
  { requiredKeys: ['type', 'text'] },
)
const reasoning = fc.record({
  type: fc.constant('reasoning' as const),
  text: fc.string(),
  opaque: fc.record({ issuer: fc.string(), value: fc.string() }),
})
const call = fc.record({
  type: fc.constant('tool-call' as const),
  id: fc.string(),
  name: fc.string(),
  arguments: fc.json(),
})
const part: fc.Arbitrary<AssistantPart> = fc.oneof(text, reasoning, call)

const answer: fc.Arbitrary<ChatResponse> = fc.record({
  start: fc.record({ id: fc.string(), model: fc.string() }),
  parts: fc.array(part, { maxLength: 6 }),
  finish: fc.record({ reason: fc.constantFrom('stop', 'length', 'tool-calls', 'refusal') }),
  usage: fc.record({ inputTokens: fc.nat(), outputTokens: fc.nat() }),
})

describe('fold', () => {
  test('is the inverse of unfold', () => {
    fc.assert(
      fc.property(answer, (whole) => {
        expect(fold(unfold(whole))).toEqual(whole)
      }),
    )
  })

  test('pitfall 3 deltas of overlapping calls land in their own blocks', () => {
    const events: ChatEvent[] = [
      { type: 'tool-call-start', index: 0, id: 'a', name: 'f' },
      { type: 'tool-call-start', index: 1, id: 'b', name: 'g' },
      { type: 'tool-call-delta', index: 0, arguments: '{"a":1}' },
      { type: 'tool-call-delta', index: 1, arguments: '{"b":2}' },
      { type: 'tool-call-end', index: 1 },
      { type: 'tool-call-end', index: 0 },
      { type: 'finish', reason: 'tool-calls' },
    ]
    expect(fold(events).parts.map((p) => p.type === 'tool-call' && p.arguments)).toEqual([
      '{"a":1}',
      '{"b":2}',
    ])
  })

  test('events without an end are a cut stream, never an invented finish', () => {
    expect(() => fold([{ type: 'start' }, { type: 'text-start', index: 0 }])).toThrow(
      expect.objectContaining({ type: 'cut-stream' }),
    )
  })

  test('an error event is thrown', () => {
    const error = new GatewayError('overloaded', 'busy')
    expect(() => fold([{ type: 'error', error }])).toThrow(error)
  })
})
