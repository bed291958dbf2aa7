/** Row R14: what is tried after a failure, and in which order. */

import { expect, test } from 'vitest'
import type { ScriptedAnswer } from '#simulator'
import { NO_BREAKER } from '../house.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { eventually } from './client-dialects.ts'
import { rows, textAnswer } from './row.ts'

const open = rows()
const KEYS = ['first-key-1', 'second-key-2']
const status = (code: number): ScriptedAnswer => ({ kind: 'status', status: code })

/** Who was asked, with which key, for which model. */
async function tried(answer: (model: string) => ScriptedAnswer): Promise<string[]> {
  const clock = new VirtualClock()
  const row = await open(
    { oa: ({ body }) => answer((JSON.parse(body) as { model: string }).model), an: textAnswer() }, // as it was sent
    {
      clock,
      random: () => 0.5,
      providers: {
        oa: { apiKeys: KEYS, models: { big: ['b1', 'b2'], middle: [], small: [] } },
        an: { apiKeys: ['other-key-3'] },
      },
      config: { maxRetries: 1, probeMs: 0, breaker: NO_BREAKER, routing: { fallback: 'next_available' } },
    },
  )
  const asked = row.post('/v1/chat/completions', { model: 'b1', messages: [{ role: 'user', content: 'Hi' }] })
  let over = false
  const done = asked.finally(() => (over = true))
  await eventually(() => {
    const [wait] = clock.waits
    if (!over && clock.pending === 1 && wait !== undefined && wait < 10_000) clock.advance(wait)
    return over
  }, 'the answer is there')
  await done
  const calls = (['oa', 'an'] as const).flatMap((upstream) =>
    row.calls(upstream).map(({ headers, body }) => {
      const key = (headers['authorization'] ?? headers['x-api-key'] ?? '').replace('Bearer ', '')
      return `${upstream} ${key} ${(JSON.parse(body) as { model: string }).model}` // as it was sent
    }),
  )
  return calls
}

test('R14 a refused key gives way to the next; where all are refused no model there is asked, but the next provider', async () => {
  const calls = await tried(() => status(401))
  expect(calls).toEqual([
    'oa first-key-1 b1',
    'oa second-key-2 b1',
    expect.stringMatching(/^an other-key-3 /),
  ])
})

test('R14 what passes by itself is tried again there before anything else', async () => {
  const calls = await tried((model) => (model === 'b1' ? status(500) : textAnswer()))
  expect(calls.map((call) => call.split(' ')[2])).toEqual(['b1', 'b1', 'b2'])
})

test.each([400, 404, 413, 422])('R14 a client error of %i stops at once', async (code) => {
  expect(await tried(() => status(code))).toHaveLength(1)
})
