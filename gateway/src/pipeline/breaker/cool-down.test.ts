/** Rests that end because somebody says so. */

import { GatewayError } from '#core'
import { expect, test } from 'vitest'
import { VirtualClock } from '../../../test/virtual-clock.ts'
import type { Exchange, Target } from '../exchange.ts'
import { CoolDowns } from './cool-down.ts'

// Rests read nothing of a provider but its name, and nothing of an exchange but its attempts.
const at = (name: string, model: string): Target => ({
  provider: { name } as unknown as Target['provider'],
  model,
})
const exchange = { attempts: [], startedAt: 0 } as unknown as Exchange

test('D40 what is forgotten is that of one provider, of all its models, and of nobody whose name begins alike', () => {
  const coolDowns = new CoolDowns(new VirtualClock())
  const targets = [at('a', 'm'), at('a', 'n'), at('ab', 'm'), at('a-b', 'm')]
  for (const target of targets) coolDowns.refused(target, exchange, new GatewayError('rate-limited', 'no'))
  coolDowns.forget('a')
  expect(targets.map((target) => coolDowns.bar(target)?.reason)).toEqual([
    undefined,
    undefined,
    'cooling-down',
    'cooling-down',
  ])
})
