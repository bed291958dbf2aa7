/** Row Q07 and what a change of the configuration must not lose: running answers, places in line, what was learnt of keys and providers. */

import { expect, test } from 'vitest'
import type { GatewayConfig } from '#config'
import type { Gateway } from '#main'
import { startSimulator } from '#simulator'
import { BREAKER, houseConfig, houses, type HouseWish } from '../house.ts'
import { textAnswer } from './row.ts'

const house = houses()

const ASK = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }

function post(gateway: Gateway, fields: object = {}): Promise<Response> {
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...ASK, ...fields }),
  })
}

const answered = async (gateway: Gateway): Promise<string> => {
  const response = await post(gateway)
  return `${response.status} ${response.headers.get('x-provider') ?? ''}`
}

/** `p` at this script, in whatever house the test wishes. */
async function opened(script: string, wish: Partial<HouseWish> = {}, provider = {}) {
  const simulator = await house.simulator()
  const quiet = { ...wish, config: { probeMs: 0, ...wish.config } }
  const at = (name: string, more = {}): GatewayConfig =>
    houseConfig({
      ...quiet,
      providers: [{ name: 'p', baseUrl: simulator.script(name, scripts[name] ?? []), ...provider, ...more }],
    })
  const gateway = await house.open({ ...quiet, providers: at(script).providers })
  return { simulator, gateway, at }
}

const scripts: Readonly<Record<string, Parameters<Awaited<ReturnType<typeof startSimulator>>['script']>[1]>> =
  {
    'q07-slow': { kind: 'answer', text: 'one two three four five six', gapMs: 40 },
    'q07-old': textAnswer('old'),
    'q07-new': textAnswer('new'),
    'q07-ill': { kind: 'status', status: 500 },
    'q07-keys': textAnswer(),
  }

test('Q07 a stream that runs ends at its old provider while the next request finds the new one', async () => {
  const { gateway, at, simulator } = await opened('q07-slow')
  const running = await post(gateway, { stream: true })
  const reader = running.body?.getReader()
  const first = await reader?.read()
  await gateway.configure(at('q07-new'))
  const next = await post(gateway)
  expect(await next.json()).toMatchObject({ choices: [{ message: { content: 'new' } }] })
  let text = Buffer.from(first?.value ?? []).toString()
  for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read()) {
    text += Buffer.from(piece.value).toString()
  }
  expect(text).toContain('six')
  expect(text.trimEnd()).toMatch(/data: \[DONE\]$/)
  expect(simulator.requestsTo('q07-slow')).toHaveLength(1)
})

test('Q07 connections to a provider that is gone are closed once nobody uses them', async () => {
  const other = await startSimulator()
  const gateway = await house.open({
    providers: [{ name: 'p', baseUrl: other.script('gone', textAnswer()) }],
  })
  expect(await answered(gateway)).toBe('200 p')
  expect(other.connections().open).toBeGreaterThan(0)
  const baseUrl = (await house.simulator()).script('q07-new', textAnswer())
  await gateway.configure(houseConfig({ providers: [{ name: 'p', baseUrl }] }))
  await expect.poll(() => other.connections().open).toBe(0)
  await other.close()
})

test('Q07 connections and keys survive a change that does not concern them', async () => {
  const { gateway, at, simulator } = await opened(
    'q07-keys',
    {},
    { apiKeys: ['key-number-1', 'key-number-2'] },
  )
  await answered(gateway)
  const before = simulator.connections().accepted
  await gateway.configure(at('q07-keys', { priority: 7 }))
  await answered(gateway)
  expect(simulator.connections().accepted).toBe(before)
  const keys = simulator.requestsTo('q07-keys').map(({ headers }) => headers['authorization'])
  expect(keys.slice(-2)).toEqual(['Bearer key-number-1', 'Bearer key-number-2'])
})

test('Q07 an open circuit stays open until the provider is somewhere else', async () => {
  const { gateway, at, simulator } = await opened('q07-ill', {
    config: { breaker: { ...BREAKER, failures: 2 } },
  })
  const health = async (): Promise<unknown> => (await fetch(`${gateway.url}/health/providers/p`)).json()
  await post(gateway)
  await post(gateway)
  const asked = simulator.requestsTo('q07-ill').length
  expect(await health()).toMatchObject({ status: 'circuit_open' })
  await gateway.configure(at('q07-ill'))
  expect(await health()).toMatchObject({ status: 'circuit_open' })
  expect(simulator.requestsTo('q07-ill')).toHaveLength(asked)
  await gateway.configure(at('q07-new'))
  expect(await health()).not.toMatchObject({ status: 'circuit_open' })
  expect(await answered(gateway)).toBe('200 p')
})

test('Q07 who waits in line goes as soon as a new limit allows', async () => {
  const { gateway, at } = await opened('q07-slow', {}, { limits: { concurrency: 1 } })
  const first = await post(gateway, { stream: true })
  const second = post(gateway)
  await gateway.configure(at('q07-slow', { limits: { concurrency: 2 } }))
  expect((await second).status).toBe(200)
  await first.text()
  // And the place that was taken under the old limit has been given back.
  await gateway.configure(at('q07-slow', { limits: { concurrency: 1 } }))
  expect(await answered(gateway)).toBe('200 p')
})

test('Q07 a configuration that cannot be built changes nothing', async () => {
  const { gateway, at } = await opened('q07-old')
  await expect(gateway.configure(at('q07-old', { baseUrl: 'no url at all' }))).rejects.toThrow('URL')
  expect(await answered(gateway)).toBe('200 p')
})

test('Q07 without any provider left the embedded one answers', async () => {
  const { gateway } = await opened('q07-old')
  await gateway.configure(houseConfig({ providers: [] }))
  expect(await answered(gateway)).toBe('200 demo')
})
