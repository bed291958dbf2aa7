/** Rows H01–H04, H06, H27–H29, H31, H32 and the default: which provider a request goes to, and under which name. */

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { CLIENTS } from './client-dialects.ts'
import { rows, textAnswer } from './row.ts'

const open = rows()
const ALL = { oa: textAnswer(), an: textAnswer(), ol: textAnswer(), or: textAnswer() }
const chat = (model: string) => ({ model, messages: [{ role: 'user', content: 'Hi' }] })
const PATH = '/v1/chat/completions'

test('H01 a prefix names the provider and is not part of the model', async () => {
  const row = await open(ALL)
  const { headers } = await row.post(PATH, chat('an:claude-x'))
  expect(row.sent('an')['model']).toBe('claude-x')
  expect([headers.get('x-provider'), headers.get('x-model'), headers.get('x-routing-reason')]).toEqual([
    'an',
    'claude-x',
    'prefix',
  ])
  expect(row.calls('oa')).toEqual([])
})

test('H01 a prefix is known in any case', async () => {
  const row = await open(ALL)
  await row.post(PATH, chat('AN:Claude-X'))
  expect(row.sent('an')['model']).toBe('Claude-X')
})

test('H02 a name without a prefix goes to the default provider as it stands', async () => {
  const row = await open({ an: textAnswer(), oa: textAnswer() }, { config: { defaultProvider: 'oa' } })
  const { headers } = await row.post(PATH, chat('some-model'))
  expect(row.sent('oa')['model']).toBe('some-model')
  expect(headers.get('x-routing-reason')).toBe('default')
})

test('H02 without a default named, the lowest priority number is it', async () => {
  const row = await open(ALL, {
    config: { defaultProvider: 'none-such' },
    providers: { oa: { priority: 5 }, an: { priority: 3 }, ol: { priority: 1 }, or: { priority: 1 } },
  })
  expect((await row.post(PATH, chat('x'))).headers.get('x-provider')).toBe('ol')
})

test('H03 the first colon parts, the others stay', async () => {
  const row = await open(ALL)
  await row.post(PATH, chat('ol:llama3:8b'))
  expect(row.sent('ol')['model']).toBe('llama3:8b')
})

const COLONS = ['llama3.1:70b', 'x/y:free', ':m', 'oa:', 'an']

test.each(COLONS)('H04 %s has no prefix: it is a name whole', async (name) => {
  const row = await open(ALL)
  const { status, headers } = await row.post(PATH, chat(name))
  // Whose it is, the model table may know.
  const owner = name.startsWith('llama') ? 'ol' : 'oa'
  expect([status, headers.get('x-provider')]).toEqual([200, owner])
  expect(row.sent(owner)['model']).toBe(name)
})

test('H06 a prefix means the same in every dialect', async () => {
  const row = await open(ALL)
  for (const client of CLIENTS) await row.post(client.path, client.body('an:m', false))
  await row.post('/api/generate', { model: 'an:m', prompt: 'Say something.', stream: false })
  expect(row.calls('an').map(({ path }) => path.replace(/^\/script\/[^/]+/, ''))).toEqual(
    Array.from({ length: 4 }, () => '/v1/messages'),
  )
  for (const { body } of row.calls('an')) {
    expect(JSON.parse(body)).toMatchObject({ model: 'm', messages: [{ role: 'user' }] })
    expect(body).toContain('Say something.')
  }
})

test('H27 a header names the provider', async () => {
  const row = await open(ALL)
  const { headers } = await row.post(PATH, chat('gpt-4'), { 'x-provider': 'an' })
  expect(row.sent('an')['model']).toBe('gpt-4')
  expect([headers.get('x-provider'), headers.get('x-routing-reason')]).toEqual(['an', 'header'])
})

test('H28 the header is read in any case', async () => {
  const row = await open(ALL)
  const { headers } = await row.post(PATH, chat('gpt-4'), { 'x-provider': ' AN ' })
  expect(headers.get('x-provider')).toBe('an')
})

test.each(CLIENTS)(
  'H29 an unknown provider in the header of $name is a 400 with the known names',
  async (client) => {
    const row = await open(ALL)
    const { status, json } = await row.post(client.path, client.body('m', false), { 'x-provider': 'nobody' })
    expect(status).toBe(400)
    expect(client.errorOf(json).message).toMatch(/nobody.*oa, an, ol, or/)
    expect(row.calls('oa')).toEqual([])
  },
)

test('H29 X-Provider-Strict: false lets an unknown one be ignored', async () => {
  const row = await open(ALL)
  const asked = { 'x-provider': 'nobody', 'x-provider-strict': 'False' }
  const { status, headers } = await row.post(PATH, chat('m'), asked)
  expect([status, headers.get('x-provider'), headers.get('x-routing-reason')]).toEqual([200, 'oa', 'default'])
})

test('H29 X-Provider-Strict: true ignores nobody', async () => {
  const row = await open(ALL)
  const asked = { 'x-provider': 'nobody', 'x-provider-strict': 'true' }
  expect((await row.post(PATH, chat('m'), asked)).status).toBe(400)
})

test('H31 a prefix is stronger than the header', async () => {
  const row = await open(ALL)
  const { headers } = await row.post(PATH, chat('an:m'), { 'x-provider': 'oa' })
  expect([headers.get('x-provider'), headers.get('x-model')]).toEqual(['an', 'm'])
})

test('H31 the header is stronger than a virtual model', async () => {
  const models = { smart: { targets: ['an:big'], strategy: 'priority' as const } }
  const row = await open(ALL, { config: { models } })
  expect((await row.post(PATH, chat('smart'))).headers.get('x-routing-reason')).toBe('virtual-model')
  expect(row.sent('an')['model']).toBe('big')
  const { headers } = await row.post(PATH, chat('smart'), { 'x-provider': 'or' })
  expect([headers.get('x-provider'), headers.get('x-model')]).toEqual(['or', 'smart'])
})

test('H32 a type that one provider has stands for it', async () => {
  const row = await open(ALL)
  const { headers } = await row.post(PATH, chat('m'), { 'x-provider': 'anthropic' })
  expect(headers.get('x-provider')).toBe('an')
})

test('H32 a type that two have is a 400 naming both', async () => {
  const row = await open(ALL, { providers: { or: { type: 'openai' } } })
  const { status, json } = await row.post(PATH, chat('m'), { 'x-provider': 'openai' })
  expect(status).toBe(400)
  expect(CLIENTS[0]?.errorOf(json).message).toMatch(/oa, or/)
})

test('H32 a name is stronger than a type of the same spelling', async () => {
  const row = await open(ALL, { providers: { an: { name: 'openai' } } })
  const { headers } = await row.post(PATH, chat('m'), { 'x-provider': 'openai' })
  expect(headers.get('x-provider')).toBe('openai')
  expect(row.calls('an')).toHaveLength(1)
})

test('R13 X-Fallback names targets of this house or is a 400', async () => {
  const row = await open(ALL)
  for (const named of ['nobody:m', 'an:m, nobody:x', 'just-a-name']) {
    const { status, json } = await row.post(PATH, chat('m'), { 'x-fallback': named })
    expect(status).toBe(400)
    expect(CLIENTS[0]?.errorOf(json).message).toMatch(/X-Fallback.*oa, an, ol, or/)
  }
  expect(row.calls('oa')).toEqual([])
})

test('R13 X-Fallback may name a provider alone, for its default model', async () => {
  const row = await open({ oa: { kind: 'status', status: 503 }, an: textAnswer() })
  const { headers } = await row.post(PATH, chat('m'), { 'x-fallback': ' an ,' })
  expect([headers.get('x-provider'), headers.get('x-model')]).toEqual(['an', 'claude-sonnet-4-5'])
})

test.each(CLIENTS)(
  'R12 an answer to $name tells who gave it, and its id in both spellings',
  async (client) => {
    const row = await open(ALL)
    for (const stream of [false, true]) {
      const { headers } = await row.post(client.path, client.body('ol:m', stream), {
        'x-request-id': 'mine-1',
      })
      expect([headers.get('x-provider'), headers.get('x-model')]).toEqual(['ol', 'm'])
      expect([headers.get('x-request-id'), headers.get('request-id')]).toEqual(['mine-1', 'mine-1'])
    }
  },
)

const LISTS = ['/', '/health', '/v1/models', '/api/tags', '/api/version', '/api/ps']

test.each(LISTS)('R12 %s bears a request id too', async (path) => {
  const row = await open(ALL)
  const { headers } = await row.ask(path, { headers: { 'x-request-id': 'mine-2' } })
  expect([headers.get('x-request-id'), headers.get('request-id')]).toEqual(['mine-2', 'mine-2'])
})

/** A port nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server that listens has an AddressInfo.
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

test('M48 a request that comes back is a loop: one hop, and 508', async () => {
  const port = await freePort()
  const own = `http://127.0.0.1:${port}/v1`
  const row = await open(
    { oa: textAnswer(), an: textAnswer() },
    {
      server: { port },
      providers: { oa: { baseUrl: own } },
      config: { defaultProvider: 'oa', maxRetries: 3 },
    },
  )
  const reply = await row.post(PATH, chat('oa:m'), { 'x-fallback': 'an:m' })
  expect([reply.status, reply.json]).toMatchObject([508, { error: { code: 'loop_detected' } }])
  expect(row.calls('an')).toEqual([])
  expect((await row.ask('/health?strict=false')).json).toMatchObject({ metrics: { total_requests: 1 } })
  // Through another gateway and on is no loop.
  await row.post(PATH, chat('an:m'), { 'x-sluice-hops': 'somebody-else' })
  expect(row.calls('an')[0]?.headers['x-sluice-hops']).toMatch(/^somebody-else, [\w-]{36}$/)
})
