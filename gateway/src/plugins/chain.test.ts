import { describe, expect, test } from 'vitest'
import { type ChatEvent, fold } from '#core'
import { VirtualClock } from '../../test/virtual-clock.ts'
import { Chain } from './chain.ts'
import type { HookedCall, Middleware } from './middleware.ts'

const CALL: HookedCall = {
  id: 'x',
  provider: 'p',
  type: 'custom',
  model: 'm',
  asked: 'm',
  dialect: 'openai-chat',
  clientDialect: 'openai-chat',
  operation: 'chat',
  stream: true,
  header: () => undefined,
}

function hooksOf(middleware: Omit<Middleware, 'name'>, limitMs = 100) {
  const clock = new VirtualClock()
  const faults: unknown[] = []
  const running = [{ middleware: { name: 'm', ...middleware }, limitMs }]
  const hooks = new Chain({ clock, running, report: (fault) => faults.push(fault) }).begin(CALL)
  if (hooks === undefined) throw new Error('None applies.')
  return { clock, faults, hooks }
}

const TEXT = { type: 'text-delta', index: 0, text: 'x' } as const
const FINISH = { type: 'finish', reason: 'stop' } as const

describe('hooks for events', () => {
  test('J05 a slow one fails the request', () => {
    const { clock, hooks } = hooksOf({ event: () => clock.advance(101) })
    expect(() => hooks.events([TEXT])).toThrow('took longer than 100 ms in its hook "event"')
    const patient = hooksOf({ event: () => patient.clock.advance(100) })
    expect(patient.hooks.events([TEXT])).toEqual([TEXT])
  })

  test('J05 a slow observing one is reported', () => {
    const { clock, hooks, faults } = hooksOf({ role: 'observing', event: () => clock.advance(101) })
    expect(hooks.events([TEXT])).toEqual([TEXT])
    expect(faults).toMatchObject([{ type: 'internal' }])
  })

  test('log probabilities stay with the words they are of: others would be false, and show what was taken out', async () => {
    const probabilities = [{ token: 'x', logProbability: -1, alternatives: [] }]
    const weighed = { ...TEXT, probabilities }
    const answer: ChatEvent[] = [
      { type: 'start' },
      { type: 'text-start', index: 0 },
      weighed,
      { type: 'text-end', index: 0 },
      FINISH,
    ]
    const masking = hooksOf({
      event: (event) => (event.type === 'text-delta' ? { ...event, text: '*' } : undefined),
    })
    expect(masking.hooks.events([weighed])).toEqual([{ ...TEXT, text: '*' }])
    const looking = hooksOf({ event: (event) => ({ ...event }) })
    expect(looking.hooks.events([weighed])).toEqual([weighed])
    const whole = hooksOf({
      response: (response) => ({
        ...response,
        parts: response.parts.map((part) => (part.type === 'text' ? { ...part, text: '*' } : part)),
      }),
    })
    const finish = { ...FINISH, probabilities }
    const told = fold(await whole.hooks.response([...answer.slice(0, -1), finish]))
    expect(told).toMatchObject({ parts: [{ text: '*' }] })
    expect(JSON.stringify(told)).not.toContain('probabilities')
    const same = hooksOf({ response: (response) => ({ ...response }) })
    expect(fold(await same.hooks.response(answer))).toEqual(fold(answer))
  })

  test('the end of an answer can be altered and not taken away', () => {
    const altered = hooksOf({
      event: (event) => (event.type === 'finish' ? { ...event, reason: 'length' } : []),
    })
    expect(altered.hooks.events([TEXT, FINISH])).toEqual([{ type: 'finish', reason: 'length' }])
    expect(hooksOf({ event: () => [] }).hooks.events([FINISH])).toEqual([FINISH])
    const twice = hooksOf({ event: (event) => [event, event] })
    expect(twice.hooks.events([FINISH])).toEqual([FINISH])
  })

  test('nobody ends an answer that goes on, or makes an event of anything', () => {
    const ends = hooksOf({ event: () => ({ type: 'finish', reason: 'stop' }) })
    expect(() => ends.hooks.events([TEXT])).toThrow('hook "event"')
    // A plugin in JavaScript may return a promise for all its types say.
    const waits = hooksOf({ event: () => Promise.resolve(TEXT) as never })
    expect(() => waits.hooks.events([TEXT])).toThrow('hook "event"')
  })

  test('an error is not theirs', () => {
    const { hooks } = hooksOf({ event: () => [] })
    const error = { type: 'error', error: new Error('x') } as unknown as ChatEvent // only its type is looked at
    expect(hooks.events([error])).toEqual([error])
  })
})

test('J07 completion is told once, however often it is over', () => {
  let told = 0
  const { hooks } = hooksOf({ complete: () => void told++ })
  hooks.complete({ result: 'completed' })
  hooks.complete({ result: 'cancelled' })
  expect(told).toBe(1)
})

test('J05 a late completion is reported and keeps nobody', async () => {
  const { hooks, clock, faults } = hooksOf({ complete: () => new Promise(() => {}) })
  hooks.complete({ result: 'completed' })
  clock.advance(100)
  await expect.poll(() => faults).toMatchObject([{ type: 'internal' }])
})

test('J02 for what is not covered nothing is made', () => {
  const running = [{ middleware: { name: 'm' }, limitMs: 0, providers: new Set(['q']), models: /^x/ }]
  const chain = new Chain({ clock: new VirtualClock(), running, report: () => {} })
  expect([chain.concerns('p', 'x'), chain.concerns('q', 'y'), chain.concerns('q', 'x')]).toEqual([
    false,
    false,
    true,
  ])
  expect(chain.begin(CALL)).toBeUndefined()
})
