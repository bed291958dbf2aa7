/** Rows I12, F10: the caller's own key in each style, and no credential in any URL. */

import { expect, test } from 'vitest'
import { DIALECTS } from '#dialects'
import { buildProvider, PRESETS } from '#providers'
import { fetchText } from '#transport'
import { houses } from '../house.ts'
import { tokenServers } from '../token-server.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { besideSimulator, isSpoken, KEY } from './presets.contract.ts'
import { textAnswer } from './row.ts'

const house = houses()
const tokens = tokenServers()
const BODY = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] })

test.each([
  ['openai', 'authorization', 'Bearer caller-own-key'],
  ['anthropic', 'x-api-key', 'caller-own-key'],
  ['google', 'x-goog-api-key', 'caller-own-key'],
  ['azure', 'api-key', 'caller-own-key'],
  ['vertex', 'authorization', 'Bearer caller-own-key'],
  ['ollama', 'authorization', 'Bearer caller-own-key'],
])('I12 !PASSTHRU sends the caller’s key to %s as %s', async (type, header, value) => {
  const preset = PRESETS.find(({ name }) => name === type)
  if (preset === undefined) throw new Error(type)
  const simulator = await house.simulator()
  const provider = besideSimulator(preset, simulator.script(`own-${type}`, textAnswer()))
  const gateway = await house.open({
    providers: [{ ...provider, apiKeys: [], passthrough: true, azure: { managedIdentity: true } }],
  })
  const headers = { authorization: 'Bearer caller-own-key' }
  const response = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body: BODY })
  expect(response.status).toBe(200)
  const call = simulator.requestsTo(`own-${type}`).find(({ method }) => method === 'POST')
  expect(call?.headers[header]).toBe(value)
  const styles = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key']
  expect(styles.filter((style) => call?.headers[style] !== undefined)).toEqual([header])
})

test.each(PRESETS.filter(isSpoken).map((preset) => [preset.name, preset] as const))(
  'F10 no path of %s has the key in it, and exactly one header does',
  (_name, preset) => {
    const config = {
      ...besideSimulator(preset, 'https://host.example'),
      type: preset.name,
      apiKeys: [KEY],
      passthrough: false,
      priority: 1,
      timeouts: {},
      headers: {},
    }
    // Spoken, by the filter above.
    const dialect = DIALECTS[preset.dialect as keyof typeof DIALECTS]
    const provider = buildProvider(
      config,
      {
        preset,
        dialect,
        clock: new VirtualClock(),
        tools: { clock: new VirtualClock(), fetchText },
        dialectNamed: (name) => Object.values(DIALECTS).find((one) => one.name === name),
        client: () => ({
          send: () => ({ pause() {}, resume() {}, abort() {} }),
          close: () => Promise.resolve(),
          stats: { connected: 0, free: 0, running: 0 },
        }),
      },
      { timeouts: { connectMs: 1, headersMs: 1, firstTokenMs: 1, idleMs: 1, totalMs: 1 }, maxRetries: 0 },
    )
    for (const one of [provider, provider.forModel?.('claude-sonnet-4-5') ?? provider]) {
      const address = { model: 'm', stream: true }
      const paths = [
        one.path('chat', address),
        one.path('embed', address),
        one.pathTo(one.dialect.models.path),
      ]
      expect(`${one.baseUrl} ${paths.join(' ')}`).not.toContain(KEY)
      expect(one.headers(KEY, undefined).filter((item) => item.includes(KEY))).toHaveLength(1)
    }
  },
)

test('Entra’s token lets the call in, and is seen by nobody when the provider repeats it', async () => {
  const server = await tokens(() => ({ json: { access_token: 'entra-canary-token', expires_in: 3600 } }))
  const simulator = await house.simulator()
  const baseUrl = simulator.script('entra', ({ headers }) => ({
    kind: 'status',
    status: 400,
    body: { error: { message: `You sent ${headers['authorization']}`, type: 'invalid_request_error' } },
  }))
  const azure = { tenantId: 't', clientId: 'c', clientSecret: 'client-canary', authority: server.url }
  const gateway = await house.open({ providers: [{ name: 'p', type: 'azure', apiKeys: [], baseUrl, azure }] })
  const response = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', body: BODY })
  expect(response.status).toBe(400)
  const call = simulator.requestsTo('entra').find(({ method }) => method === 'POST')
  expect(call?.headers['authorization']).toBe('Bearer entra-canary-token')
  expect(await response.text()).not.toMatch(/canary/)
})

test('K12 a credential that cannot be had is a typed error in words that help, before any call', async () => {
  const server = await tokens(() => ({ status: 401, json: { error: 'invalid_client' } }))
  const simulator = await house.simulator()
  const baseUrl = simulator.script('no-token', textAnswer())
  const azure = { tenantId: 't', clientId: 'c', clientSecret: 'client-canary', authority: server.url }
  const gateway = await house.open({ providers: [{ name: 'p', type: 'azure', apiKeys: [], baseUrl, azure }] })
  const response = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', body: BODY })
  const text = await response.text()
  expect(response.status).toBe(401)
  expect(text).toContain('Entra gave no token')
  expect(text).not.toContain('canary')
  expect(simulator.requestsTo('no-token')).toEqual([])
})
