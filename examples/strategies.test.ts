/** Each strategy has its example, a gateway starts from it and puts it to work, and it does what its first lines say. */

import { expect, test } from 'vitest'
import { STRATEGY_NAMES } from '../gateway/src/core/index.ts'
import type { Script } from '../gateway/src/simulator/index.ts'
import { seeded } from '../gateway/test/seeded.ts'
import { asking, DOWN, examples, loaded } from './started.ts'

const start = examples()
const fileOf = (strategy: string) => loaded(`strategy-${strategy}.toml`)

async function begun(strategy: string, scripts: Readonly<Record<string, Script>> = {}) {
  const { post } = await start(fileOf(strategy), scripts, seeded(1))
  return async (model = 'deepseek-chat', headers: Readonly<Record<string, string>> = {}) => {
    const answer = await post('/v1/chat/completions', asking(model), headers)
    return answer.status === 200 ? answer.headers.get('x-provider') : answer.status
  }
}

async function inTurn<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let n = 0; n < times; n++) results.push(await work())
  return results
}

test.each(STRATEGY_NAMES)('%s starts and answers', async (strategy) => {
  const { post } = await start(fileOf(strategy.replaceAll('_', '-')))
  const response = await post('/v1/chat/completions', asking('deepseek-chat'))
  expect(response.status).toBe(200)
  expect(response.headers.get('x-routing-reason')).toBe(`strategy; strategy=${strategy}`)
})

test('priority: always the first, and the second when it is down', async () => {
  expect(await inTurn(3, await begun('priority'))).toEqual(['deepseek', 'deepseek', 'deepseek'])
  expect(await (await begun('priority', { deepseek: DOWN }))()).toBe('openrouter')
})

test('manual: nobody takes the place of the first', async () => {
  expect(await inTurn(2, await begun('manual'))).toEqual(['deepseek', 'deepseek'])
  const refusing = { kind: 'status', status: 401 } as const
  expect(await (await begun('manual', { deepseek: refusing }))()).toBe(401)
  expect(await (await begun('priority', { deepseek: refusing }))()).toBe('openrouter')
})

test('round robin: each in turn', async () => {
  const asked = await inTurn(4, await begun('round-robin'))
  expect(asked).toEqual([asked[0], asked[1], asked[0], asked[1]])
  expect(new Set(asked).size).toBe(2)
})

async function ofFirst(strategy: string): Promise<number> {
  const asked = await inTurn(60, await begun(strategy))
  return asked.filter((name) => name === 'deepseek').length
}

test('random: both are asked; weighted: the first three times as often', async () => {
  expect(Math.abs((await ofFirst('random')) - 30)).toBeLessThan(12)
  expect(Math.abs((await ofFirst('weighted')) - 45)).toBeLessThan(9)
})

test('least loaded: while the first is busy the second is asked', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const { promise: busy, resolve: begin } = Promise.withResolvers<void>()
  const ask = await begun('least-loaded', {
    deepseek: async () => {
      begin()
      await held
      return { kind: 'answer', text: 'At last.' }
    },
  })
  const first = ask('deepseek:deepseek-chat')
  await busy
  expect(await inTurn(2, ask)).toEqual(['openrouter', 'openrouter'])
  release()
  expect(await first).toBe('deepseek')
})

test('cost optimized: what costs less there goes there', async () => {
  expect(await inTurn(3, await begun('cost-optimized'))).toEqual(['openrouter', 'openrouter', 'openrouter'])
  expect(await (await begun('cost-optimized', { openrouter: DOWN }))()).toBe('deepseek')
})

test('fastest response: once both were asked, the quicker one', async () => {
  const slow: Script = { kind: 'answer', text: 'At last.', headersDelayMs: 300 }
  const ask = await begun('fastest-response', { deepseek: slow })
  await inTurn(2, ask)
  expect(await inTurn(4, ask)).toEqual(['openrouter', 'openrouter', 'openrouter', 'openrouter'])
})

test('capability based: a name of OpenAI’s goes to OpenRouter where OpenAI is not', async () => {
  expect(await inTurn(2, async () => (await begun('capability-based'))('gpt-5'))).toEqual([
    'openrouter',
    'openrouter',
  ])
})

test('adaptive: a conversation stays where it is', async () => {
  const ask = await begun('adaptive')
  const asked = await inTurn(6, () => ask('deepseek-chat', { 'x-session-id': 'one' }))
  expect(new Set(asked).size).toBe(1)
})
