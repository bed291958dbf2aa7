/** A silence in a Bedrock stream whose beginning went out in the provider's own bytes begins no second message. */

import { expect, test } from 'vitest'
import { askRaw } from '../raw-answer.ts'
import { CLOCKS } from '../house.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { rows } from './row.ts'

const open = rows()

test('Bedrock to Bedrock: the message begins once', async () => {
  const clock = new VirtualClock()
  const row = await open(
    { br: { kind: 'answer', text: 'one two three', stallAfter: 2 } },
    {
      clock,
      server: { keepAliveMs: 1000 },
      config: {
        timeouts: { ...CLOCKS, idleMs: 5000 },
      },
    },
  )
  let silent = false
  const { body } = await askRaw(`${row.url}/model/br:m/converse-stream`, {
    body: { messages: [{ role: 'user', content: [{ text: 'Count.' }] }] },
    leaveWhen: (told) => {
      if (!silent && told.includes('two ')) {
        silent = true
        setImmediate(() => [1, 2, 3, 4, 5].forEach(() => clock.advance(1000)))
      }
      return false
    },
  })
  const told = body.toString('latin1')
  expect(told.split('messageStart').length - 1).toBe(1)
  expect(told).toContain('exception')
})
