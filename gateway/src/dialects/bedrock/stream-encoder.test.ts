/** What goes on behind a provider's own bytes is numbered after them, whatever they have numbered. */

import { expect, test } from 'vitest'
import type { ChatEvent } from '#core'
import { answerContext } from './fixture.contract.ts'
import { bedrock } from './index.ts'

const begun: ChatEvent[] = [
  { type: 'start' },
  { type: 'text-start', index: 0 },
  { type: 'text-delta', index: 0, text: 'One ' },
]
/** A block that says nothing, as some models begin with one, and one that speaks. */
const PASSED = [
  ['messageStart', { role: 'assistant' }],
  ['contentBlockDelta', { contentBlockIndex: 0, delta: { text: '' } }],
  ['contentBlockStop', { contentBlockIndex: 0 }],
  ['contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'One ' } }],
] as const

test.each([
  ['in one piece', 1],
  ['piece by piece', PASSED.length],
])('a text that is open is gone on with under its own number: %s', (_, pieces) => {
  const encoder = bedrock.chat.streamEncoder(answerContext())
  const raws = PASSED.map((message) => Buffer.from(JSON.stringify(message)))
  if (pieces === 1) encoder.passed?.(begun, Buffer.concat(raws))
  else
    for (const [at, raw] of raws.entries())
      encoder.passed?.(at === 0 ? begun.slice(0, 1) : at === 3 ? begun.slice(1) : [], raw)
  expect(encoder.push({ type: 'text-delta', index: 0, text: 'two' })).toContain('"contentBlockIndex":1')
  expect(encoder.push({ type: 'text-end', index: 0 })).toContain('contentBlockStop {"contentBlockIndex":1}')
  encoder.push({ type: 'text-start', index: 1 })
  expect(encoder.push({ type: 'text-delta', index: 1, text: 'x' })).toContain('"contentBlockIndex":2')
})

test('a text that was over is followed by the next number', () => {
  const encoder = bedrock.chat.streamEncoder(answerContext())
  const stop = Buffer.from('{"contentBlockIndex" : 1, "p":"abc"}')
  encoder.passed?.([...begun, { type: 'text-end', index: 0 }], stop)
  encoder.push({ type: 'text-start', index: 1 })
  expect(encoder.push({ type: 'text-delta', index: 1, text: 'x' })).toContain('"contentBlockIndex":2')
})
