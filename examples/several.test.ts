/** The examples with several providers, one for the other's bad days: who is asked first, and who then. */

import { expect, test } from 'vitest'
import { asking, DOWN, examples, loaded } from './started.ts'

const start = examples()

const opus = asking('claude-opus-4-8', { max_tokens: 50 })
const haiku = asking('claude-haiku-4-5', { max_tokens: 50 })

test('sluice.toml: the second of a virtual model answers when the first is down', async () => {
  const up = await start(loaded('sluice.toml'))
  expect((await up.post('/v1/chat/completions', asking('smart'))).headers.get('x-model')).toBe('gpt-5')
  const down = await start(loaded('sluice.toml'), { openai: DOWN })
  const answer = await down.post('/v1/chat/completions', asking('smart'))
  expect([answer.status, answer.headers.get('x-provider'), answer.headers.get('x-model')]).toEqual([
    200,
    'claude',
    'claude-opus-4-8',
  ])
})

test('high-availability.json: cloud, second cloud, house; who fails three times in a row rests', async () => {
  const { post, calls } = await start(loaded('high-availability.json'), { main: DOWN, standby: DOWN })
  for (let n = 0; n < 5; n++) {
    const answer = await post('/v1/messages', opus)
    expect([answer.status, answer.headers.get('x-provider')]).toEqual([200, 'in-house'])
  }
  expect([calls('main').length, calls('standby').length, calls('in-house').length]).toEqual([3, 3, 5])
  expect(calls('in-house')[0]?.model).toBe('qwen3:32b')
  const well = await start(loaded('high-availability.json'), { main: DOWN })
  expect((await well.post('/v1/messages', haiku)).headers.get('x-provider')).toBe('standby')
  expect(well.calls('standby')[0]?.path).toContain('/deployments/gpt-5-mini/')
})

test('cost.json: what is cheap goes to the cheap one, what is big to the other, and all of it when the cheap one is down', async () => {
  const { post } = await start(loaded('cost.json'))
  expect((await post('/v1/messages', haiku)).headers.get('x-provider')).toBe('thrifty')
  expect((await post('/v1/messages', opus)).headers.get('x-model')).toBe('gpt-5')
  const down = await start(loaded('cost.json'), { thrifty: DOWN })
  const answer = await down.post('/v1/messages', haiku)
  expect([answer.headers.get('x-provider'), answer.headers.get('x-model')]).toEqual(['premium', 'gpt-5-nano'])
})

test('geographic.json: the nearest region first, the next when it is down, a certain one by header', async () => {
  const { post, calls } = await start(loaded('geographic.json'), { frankfurt: DOWN })
  const answer = await post('/v1/messages', haiku)
  expect([answer.status, answer.headers.get('x-provider')]).toEqual([200, 'virginia'])
  expect(calls('frankfurt')).toHaveLength(1)
  expect(calls('virginia')).toMatchObject([{ model: 'llama-4-scout', headers: { 'x-client': 'sluice' } }])
  const pinned = await post('/v1/messages', haiku, { 'x-provider': 'sydney' })
  expect(pinned.headers.get('x-provider')).toBe('sydney')
})

test('local-first.toml: this machine answers, and a cloud when it does not', async () => {
  const here = await start(loaded('local-first.toml'))
  const answer = await here.post('/v1/chat/completions', asking('everyday'))
  expect([answer.headers.get('x-provider'), answer.headers.get('x-model')]).toEqual(['ollama', 'llama3.2:3b'])
  expect(here.calls('cloud')).toEqual([])
  for (const trouble of [DOWN, { kind: 'reset', when: 'before-headers' }] as const) {
    const away = await start(loaded('local-first.toml'), { ollama: trouble })
    const other = await away.post('/api/chat', asking('everyday', { stream: false }))
    expect([other.status, other.headers.get('x-provider')]).toEqual([200, 'cloud'])
    expect(JSON.parse(other.text)).toMatchObject({ message: { content: 'This is cloud.' }, done: true })
  }
})
