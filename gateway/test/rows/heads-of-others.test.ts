/** Whatever came before on the same port and to the same provider: each request goes on with the head it has when it comes alone. */

import { Agent, type IncomingMessage, request } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { type HouseWish, houses } from '../house.ts'
import { answer, type RawProvider, rawProvider } from '../raw-provider.ts'
import { seeded } from '../seeded.ts'

/** Callers share connections, as those behind a proxy do. */
const agent = new Agent({ keepAlive: true, maxSockets: 3 })

const house = houses()
const providers: RawProvider[] = []
afterEach(() => {
  agent.destroy()
  for (const provider of providers.splice(0)) provider.close()
})

const COMPLETION = JSON.stringify({
  id: 'x',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }],
})

/** `U` is whoever asks. */
const SHAPES: readonly Record<string, string>[] = [
  {},
  { authorization: 'Bearer key-U' },
  { 'x-api-key': 'key-U' },
  { 'x-api-key': 'key-U', 'openai-organization': 'org-U' },
  { authorization: 'Bearer key-U', 'openai-organization': 'org-U', 'openai-project': 'proj-U' },
  { authorization: 'Bearer key-U', 'openai-project': 'proj-U', origin: 'http://page-U.localhost' },
  { authorization: 'Bearer key-U', 'openai-beta': 'beta-U', 'proxy-connection': 'x' },
]

const wishFor = (baseUrl: string): HouseWish => {
  const models = { defaultModel: 'm' }
  return {
    config: { defaultProvider: 'own' },
    server: { corsOrigins: ['*'] },
    providers: [
      { name: 'own', type: 'openai', baseUrl, apiKeys: ['own-1', 'own-2', 'own-3'], ...models },
      { name: 'theirs', type: 'openai', baseUrl, apiKeys: [], passthrough: true, ...models },
      {
        name: 'fixed',
        type: 'custom',
        baseUrl,
        apiKeys: ['fixed-1'],
        headers: { 'X-Fixed': 'a' },
        ...models,
      },
    ],
  }
}

function post(url: string, headers: Record<string, string>, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      agent,
      method: 'POST',
      headers: { ...headers, 'content-length': body.length },
    })
    sent.on('error', reject).on('response', (reply) => {
      reply.resume().on('end', () => resolve(reply))
    })
    sent.end(body)
  })
}

test('each of a thousand requests of many callers goes on as if it were the only one', async () => {
  const heads = new Map<string, string>()
  const upstream = await rawProvider((socket, asking) => {
    const who = /"user":"(\w+)"/.exec(asking)?.[1] ?? 'nobody'
    heads.set(who, asking)
    socket.write(answer(COMPLETION, 'content-type: application/json', `x-request-id: up-${who}`))
  })
  providers.push(upstream)
  const wish = wishFor(`${upstream.origin}/v1`)
  /** The head that the provider got, and what of the answer's head is told of the caller. */
  const asked = async (url: string, who: string, shape: number, provider: string) => {
    const shaped = Object.entries(SHAPES[shape] ?? {}).map(([name, value]) => [name, value.replace('U', who)])
    const body = JSON.stringify({
      model: `${provider}:m`,
      user: who,
      messages: [{ role: 'user', content: 'Hi' }],
    })
    const { statusCode, headers } = await post(`${url}/v1/chat/completions`, Object.fromEntries(shaped), body)
    const told = [statusCode, headers['x-upstream-request-id'], headers['access-control-allow-origin']]
    return [heads.get(who), ...told]
      .join('\n')
      .replaceAll(who, 'U')
      .replace(/own-\d/, 'own')
      .replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, 'id')
  }
  const alone = new Map<string, string>()
  const names = ['own', 'theirs', 'fixed']
  let callers = 100_000
  for (const [shape] of SHAPES.entries()) {
    for (const provider of names) {
      const gateway = await house.open(wish)
      alone.set(`${shape} ${provider}`, await asked(gateway.url, `c${callers++}`, shape, provider))
      await gateway.close()
    }
  }
  expect(new Set(alone.values()).size).toBeGreaterThan(12)
  const { url } = await house.open(wish)
  const random = seeded(7)
  const pick = (count: number): number => Math.floor(random() * count)
  const caller = async (): Promise<void> => {
    for (let i = 0; i < 125; i++) {
      const shape = pick(SHAPES.length)
      const provider = names[pick(names.length)] ?? ''
      const seen = await asked(url, `c${callers++}`, shape, provider)
      expect(seen).toBe(alone.get(`${shape} ${provider}`))
    }
  }
  await Promise.all(Array.from({ length: 8 }, caller))
})
