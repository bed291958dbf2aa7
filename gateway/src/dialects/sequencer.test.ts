/** Overlapping blocks come out one after another and lose nothing. */

import { describe, expect, test } from 'vitest'
import { fold, unfold } from '#core'
import type { ChatEvent } from '#core'
import { blockFaults } from './block-law.contract.ts'
import { Sequencer } from './sequencer.ts'

const call = (index: number): ChatEvent => ({ type: 'tool-call-start', index, id: `c${index}`, name: 'f' })
const args = (index: number, text: string): ChatEvent => ({ type: 'tool-call-delta', index, arguments: text })
const end = (index: number): ChatEvent => ({ type: 'tool-call-end', index })
const START: ChatEvent = { type: 'start' }
const FINISH: ChatEvent = { type: 'finish', reason: 'tool-calls' }

function sequenced(...events: readonly ChatEvent[]): ChatEvent[] {
  const sequencer = new Sequencer()
  return events.flatMap((event) => [...sequencer.push(event)])
}

describe('sequencer', () => {
  test('pitfall 3 deltas of a later call wait for the earlier call to end', () => {
    const out = sequenced(
      START,
      call(0),
      call(1),
      args(0, '{"a":1}'),
      args(1, '{"b":2}'),
      end(0),
      end(1),
      FINISH,
    )
    expect(out).toEqual([
      START,
      call(0),
      args(0, '{"a":1}'),
      end(0),
      call(1),
      args(1, '{"b":2}'),
      end(1),
      FINISH,
    ])
  })

  test('a released block that is still open flows on without delay', () => {
    const sequencer = new Sequencer()
    for (const event of [START, call(0), call(1), args(1, 'x')]) sequencer.push(event)
    expect(sequencer.push(end(0))).toEqual([end(0), call(1), args(1, 'x')])
    expect(sequencer.push(args(1, 'y'))).toEqual([args(1, 'y')])
  })

  test('deltas of the open block are never held', () => {
    const sequencer = new Sequencer()
    sequencer.push(call(0))
    sequencer.push(call(1))
    expect(sequencer.push(args(0, '{'))).toEqual([args(0, '{')])
    expect(sequencer.push(args(1, '{'))).toEqual([])
  })

  test('a whole part waits its turn', () => {
    const part: ChatEvent = {
      type: 'part',
      index: 1,
      part: { type: 'native', dialect: 'anthropic', value: { type: 'x' } },
    }
    expect(sequenced(START, call(0), part, end(0), FINISH)).toEqual([START, call(0), end(0), part, FINISH])
  })

  test('usage passes at once, a finish closes what was left open', () => {
    const usage: ChatEvent = { type: 'usage', usage: { inputTokens: 1, outputTokens: 1 } }
    const out = sequenced(START, call(0), call(1), args(1, '{}'), usage, FINISH)
    expect(out).toEqual([START, call(0), usage, end(0), call(1), args(1, '{}'), end(1), FINISH])
    expect(blockFaults(out)).toEqual([])
  })

  test('what is sequential already is unchanged', () => {
    const events = unfold({
      start: {},
      parts: [
        { type: 'reasoning', text: 'r' },
        { type: 'text', text: 't' },
        { type: 'tool-call', id: 'c', name: 'f', arguments: '{}' },
      ],
      finish: { reason: 'tool-calls' },
    })
    expect(sequenced(...events)).toEqual(events)
    expect(fold(sequenced(...events)).parts).toHaveLength(3)
  })
})
