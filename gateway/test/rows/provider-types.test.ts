/** Rows K07, K09, K11, K12, K16, G07, G16, G26, G39: types with URLs, bodies or credentials of their own. */

import { expect, test } from 'vitest'
import type { ProviderConfig } from '#config'
import { presetNamed, PRESETS } from '#providers'
import type { RecordedRequest, Simulator } from '#simulator'
import { houses } from '../house.ts'
import { configuredBy, onlyProvider } from './by-environment.ts'
import { textAnswer } from './row.ts'

const house = houses()
const MESSAGES = [{ role: 'user', content: 'Say hello.' }]

interface Asked {
  readonly status: number
  readonly json: Record<string, unknown>
}

async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Asked> {
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await response.text()
  return { status: response.status, json: text.startsWith('{') ? JSON.parse(text) : { text } }
}

const posts = (simulator: Simulator, script: string): readonly RecordedRequest[] =>
  simulator.requestsTo(script).filter(({ method }) => method === 'POST')

const NOTHING: Pick<RecordedRequest, 'headers' | 'body' | 'path'> = { headers: {}, body: '{}', path: '' }

let made = 0

/** A gateway before one provider that the simulator plays. `at` goes behind the simulator's address. */
async function before(provider: Partial<ProviderConfig> & { readonly type: string }, at = '') {
  const simulator = await house.simulator()
  const script = `type-${++made}`
  const baseUrl = simulator.script(script, textAnswer('Hello.')) + at
  const { url } = await house.open({ providers: [{ name: 'p', ...provider, baseUrl }] })
  return {
    url,
    chat: (model: string, more: object = {}) =>
      post(`${url}/v1/chat/completions`, { model, messages: MESSAGES, ...more }),
    calls: () => posts(simulator, script),
    paths: () => posts(simulator, script).map(({ path }) => path.replace(`/script/${script}`, '')),
    last: () => posts(simulator, script).at(-1) ?? NOTHING,
    lists: () => simulator.requestsTo(script).filter(({ method }) => method === 'GET'),
  }
}

test('K07 Mistral is called with a bearer key, and without a key nobody is called', async () => {
  const mistral = onlyProvider({ MISTRAL_API_KEY: 'm-key' })
  expect(mistral).toMatchObject({ name: 'mistral', type: 'mistral' })
  expect(presetNamed('mistral')?.baseUrl).toBe('https://api.mistral.ai/v1')
  const gate = await before(mistral, '/v1')
  expect((await gate.chat('mistral-large-latest', { seed: 7, max_tokens: 5, stream: true })).status).toBe(200)
  expect(gate.paths()).toEqual(['/v1/chat/completions'])
  expect(gate.last().headers['authorization']).toBe('Bearer m-key')
  const body = JSON.parse(gate.last().body)
  expect(body).toMatchObject({ random_seed: 7, max_tokens: 5 })
  expect(body).not.toHaveProperty('seed')
  expect(body).not.toHaveProperty('stream_options')

  const { partial } = configuredBy({ MISTRAL_ENABLED: 'true', OPENAI_API_KEY: 'o' })
  expect(partial).toEqual([{ name: 'mistral', reason: expect.stringContaining('MISTRAL_API_KEY') }])
  const open = await before({ type: 'mistral', apiKeys: [], passthrough: true }, '/v1')
  expect((await open.chat('mistral-large-latest')).status).toBe(401)
  expect(open.calls()).toEqual([])
})

test('pitfall 33 ids of calls reach Mistral as nine characters, the same in call and result', async () => {
  const gate = await before({ type: 'mistral' }, '/v1')
  const id = 'call_0fypS1hVX'
  const messages = [
    ...MESSAGES,
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: id, content: 'x' },
  ]
  await gate.chat('mistral-large-latest', { messages })
  const sent = JSON.parse(gate.last().body).messages
  expect(sent[1].tool_calls[0].id).toMatch(/^[A-Za-z0-9]{9}$/)
  expect(sent[2].tool_call_id).toBe(sent[1].tool_calls[0].id)
})

test('a body that Mistral takes passes to it as it came', async () => {
  const gate = await before({ type: 'mistral' }, '/v1')
  const body =
    '{ "model":"mistral-large-latest",  "messages":[{"role":"user","content":"Hi"}], "safe_prompt":true}'
  await fetch(`${gate.url}/v1/chat/completions`, { method: 'POST', body })
  expect(gate.last().body).toBe(body)
})

const CLASSIC = '/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21'

test.each([
  ['', CLASSIC],
  ['/', CLASSIC],
  ['/openai', CLASSIC],
  ['/openai/', CLASSIC],
  ['/openai/deployments/gpt-4o', CLASSIC],
  ['/openai/deployments/gpt-4o/chat/completions', CLASSIC],
  ['/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21', CLASSIC],
  ['/openai/v1', '/openai/v1/chat/completions'],
  ['/openai/v1/', '/openai/v1/chat/completions'],
  ['/openai/v1/chat/completions', '/openai/v1/chat/completions'],
])('K09 R17 pitfall 233 pitfall 234 Azure’s base URL ending in "%s" is understood', async (at, path) => {
  const gate = await before({ type: 'azure', apiKeys: ['az-key'] }, at)
  expect((await gate.chat('gpt-4o')).status).toBe(200)
  expect(gate.paths()).toEqual([path])
  expect(gate.last().headers).toMatchObject({ 'api-key': 'az-key' })
  expect(gate.last().headers).not.toHaveProperty('authorization')
})

test('K09 a version of one’s own is used, and an old one is not sent what it refuses', async () => {
  const gate = await before({ type: 'azure', apiVersion: '2024-02-01' })
  await gate.chat('gpt-4o', { stream: true, stream_options: { include_usage: true } })
  expect(gate.paths()).toEqual(['/openai/deployments/gpt-4o/chat/completions?api-version=2024-02-01'])
  expect(JSON.parse(gate.last().body)).not.toHaveProperty('stream_options')
  const preview = await before({ type: 'azure', apiVersion: 'preview' }, '/openai/v1')
  await preview.chat('gpt-4o')
  expect(preview.paths()).toEqual(['/openai/v1/chat/completions?api-version=preview'])
})

test('B19 Azure gives embeddings from its deployment', async () => {
  const gate = await before({ type: 'azure' })
  const answer = await post(`${gate.url}/v1/embeddings`, {
    model: 'text-embedding-3-small',
    input: ['a', 'b'],
  })
  expect(answer.json['data']).toHaveLength(2)
  expect(gate.paths()).toEqual([
    '/openai/deployments/text-embedding-3-small/embeddings?api-version=2024-10-21',
  ])
})

test('Azure takes Responses beside its deployments', async () => {
  const gate = await before({ type: 'azure', dialect: 'openai-responses', apiVersion: '2025-03-01-preview' })
  expect((await gate.chat('gpt-5')).status).toBe(200)
  expect(gate.paths()).toEqual(['/openai/responses?api-version=2025-03-01-preview'])
})

test.each([
  ['OPENAI', {}],
  ['ACME', {}],
  ['AZURE', {}],
])('G07 {P}_API_VERSION makes %s an Azure provider', async (name, more) => {
  const provider = onlyProvider({
    [`${name}_API_KEY`]: 'az-key',
    [`${name}_BASE_URL`]: 'https://res.example',
    [`${name}_API_VERSION`]: '2025-01-01-preview',
    ...more,
  })
  expect(provider.type).toBe('azure')
  const gate = await before(provider)
  await gate.chat('dep-1')
  expect(gate.paths()).toEqual(['/openai/deployments/dep-1/chat/completions?api-version=2025-01-01-preview'])
  expect(gate.last().headers['api-key']).toBe('az-key')
})

const acmeFile = (version: string) =>
  `{"providers":{"acme":{"base_url":"https://a.example","api_key":"k","api_version":${version}}}}`

test('G39 api_version in a file does the same, and null is none', () => {
  expect(onlyProvider({}, { 'sluice.json': acmeFile('"2024-10-21"') }).type).toBe('azure')
  expect(onlyProvider({}, { 'sluice.json': acmeFile('null') }).type).toBe('custom')
})

test('K09 Azure’s own hosts are known without a word about the type', () => {
  const provider = onlyProvider({ ACME_API_KEY: 'k', ACME_BASE_URL: 'https://res.openai.azure.com' })
  expect(provider.type).toBe('azure')
})

const VERTEX = {
  type: 'vertex',
  apiKeys: ['ya29.token'],
  vertex: { project: 'proj', location: 'europe-west1' },
}
const PLACE = '/v1/projects/proj/locations/europe-west1/publishers'

test('K12 pitfall 238 Claude on Vertex: its place in the URL, a bearer token, the version in the body', async () => {
  const gate = await before(VERTEX)
  for (const stream of [false, true]) {
    const answer = await gate.chat('claude-sonnet-4-5@20250929', { stream })
    expect(answer.status).toBe(200)
    expect(JSON.stringify(answer.json)).toContain('Hello.')
    const body = JSON.parse(gate.last().body)
    expect(body).toMatchObject({ anthropic_version: 'vertex-2023-10-16', messages: [{ role: 'user' }] })
    expect(body).not.toHaveProperty('model')
  }
  const at = `${PLACE}/anthropic/models/claude-sonnet-4-5@20250929`
  expect(gate.paths()).toEqual([`${at}:rawPredict`, `${at}:streamRawPredict`])
  expect(gate.last().headers).toMatchObject({ authorization: 'Bearer ya29.token' })
  expect(gate.last().headers).not.toHaveProperty('x-api-key')
})

test('K12 pitfall 194 a Messages client’s body reaches Claude on Vertex as it came, but for model, version and betas', async () => {
  const gate = await before(VERTEX)
  const body =
    '{"model" : "claude-sonnet-4-5",  "max_tokens":9, "x_unknown":1.0, "messages":[{"role":"user","content":"Hi"}]}'
  const response = await fetch(`${gate.url}/v1/messages`, {
    method: 'POST',
    headers: {
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'prompt-caching-scope-2026-01-05, context-management-2025-06-27',
    },
    body,
  })
  expect(response.status).toBe(200)
  expect(gate.last().body).toBe(
    '{"anthropic_version":"vertex-2023-10-16","max_tokens":9, "x_unknown":1.0, "messages":[{"role":"user","content":"Hi"}]}',
  )
  // Vertex answers 400 to betas it does not know (pitfall 194).
  expect(gate.last().headers['anthropic-beta']).toBe('context-management-2025-06-27')
})

test('K12 tokens for Claude on Vertex are counted there', async () => {
  const gate = await before(VERTEX)
  const counted = await post(`${gate.url}/v1/messages/count_tokens`, {
    model: 'claude-sonnet-4-5',
    messages: MESSAGES,
  })
  expect(counted.json).toHaveProperty('input_tokens')
  expect(gate.paths()).toEqual([`${PLACE}/anthropic/models/count-tokens:rawPredict`])
  expect(JSON.parse(gate.last().body)).toMatchObject({
    model: 'claude-sonnet-4-5',
    anthropic_version: 'vertex-2023-10-16',
  })
})

test('pitfall 237 Gemini on the same Vertex provider has its own publisher and method', async () => {
  const gate = await before(VERTEX)
  expect((await gate.chat('gemini-2.5-flash')).status).toBe(200)
  expect((await gate.chat('gemini-2.5-flash', { stream: true })).status).toBe(200)
  const at = `${PLACE}/google/models/gemini-2.5-flash`
  expect(gate.paths()).toEqual([`${at}:generateContent`, `${at}:streamGenerateContent?alt=sse`])
  await expect.poll(() => gate.lists().length).toBeGreaterThan(0)
  expect(gate.lists()[0]?.path).toMatch(/\/v1beta1\/publishers\/google\/models\?pageSize=300$/)
})

test('a model of Vertex that talks has no embeddings: the capability is refused before any call', async () => {
  const gate = await before(VERTEX)
  const answer = await post(`${gate.url}/v1/embeddings`, { model: 'gemini-2.5-flash', input: 'a' })
  expect(answer).toMatchObject({ status: 400, json: { error: { code: 'missing_capability' } } })
  expect(gate.calls()).toEqual([])
})

test('G16 the example for several providers', () => {
  const { providers } = configuredBy({
    OPENAI_API_KEY: 'o',
    ANTHROPIC_API_KEY: 'a',
    ANTHROPIC_BASE_URL: 'https://api.anthropic.com',
    AZURE_API_KEY: 'z',
    AZURE_BASE_URL: 'https://res.openai.azure.com',
    AZURE_API_VERSION: '2024-02-15-preview',
    AWS_BEDROCK_ACCESS_KEY: 'AK',
    AWS_BEDROCK_SECRET_KEY: 'SK',
  })
  expect(providers.map(({ name, type }) => `${name} ${type}`).toSorted()).toEqual([
    'anthropic anthropic',
    'aws_bedrock bedrock',
    'azure azure',
    'openai openai',
  ])
})

test('G16 the example for Anthropic alone reaches its own kind', async () => {
  const gate = await before(onlyProvider({ ANTHROPIC_API_KEY: 'a-key' }))
  expect((await gate.chat('claude-haiku-4-5')).status).toBe(200)
  expect(gate.paths()).toEqual(['/v1/messages'])
  expect(gate.last().headers['x-api-key']).toBe('a-key')
})

test('G16 the example for Vertex reaches its own kind', async () => {
  const provider = onlyProvider({
    VERTEX_API_KEY: 'ya29.x',
    GOOGLE_CLOUD_PROJECT: 'from-google',
    VERTEX_LOCATION: 'us-east5',
  })
  expect(provider).toMatchObject({ type: 'vertex', vertex: { project: 'from-google', location: 'us-east5' } })
  const gate = await before(provider)
  expect((await gate.chat('claude-haiku-4-5')).status).toBe(200)
  expect(gate.paths()[0]).toContain('/projects/from-google/locations/us-east5/publishers/anthropic/')
})

test('G26 every name of AWS’s variables is understood, and keys are never mixed', () => {
  const seed = onlyProvider({
    AWS_BEDROCK_ENABLED: 'true',
    AWS_BEDROCK_ACCESS_KEY: 'AK1',
    AWS_BEDROCK_SECRET_KEY: 'SK1',
    AWS_BEDROCK_REGION: 'eu-west-1',
    AWS_BEDROCK_PRIORITY: '6',
    AWS_SESSION_TOKEN: 'of-other-keys',
  })
  const aws = { accessKeyId: 'AK1', secretAccessKey: 'SK1', region: 'eu-west-1' }
  expect(seed).toMatchObject({ type: 'bedrock', aws, priority: 6 })
  expect(seed.aws).toEqual(aws)
  const usual = onlyProvider({
    BEDROCK_ENABLED: 'true',
    AWS_ACCESS_KEY_ID: 'AK2',
    AWS_SECRET_ACCESS_KEY: 'SK2',
    AWS_SESSION_TOKEN: 'ST2',
    AWS_REGION: 'us-west-2',
  })
  expect(usual.aws).toEqual({
    accessKeyId: 'AK2',
    secretAccessKey: 'SK2',
    sessionToken: 'ST2',
    region: 'us-west-2',
  })
})

test('K11 a Bedrock API key comes as its own variable or as any provider’s key', () => {
  expect(onlyProvider({ BEDROCK_ENABLED: '1', AWS_BEARER_TOKEN_BEDROCK: 'bk' }).apiKeys).toEqual(['bk'])
  expect(onlyProvider({ BEDROCK_API_KEY: 'own', AWS_BEARER_TOKEN_BEDROCK: 'bk' }).apiKeys).toEqual(['own'])
})

test('a cloud’s keys are not handed to providers of other types', () => {
  const { aws, azure, vertex } = onlyProvider({
    OPENAI_API_KEY: 'o',
    AWS_ACCESS_KEY_ID: 'AK',
    AZURE_CLIENT_SECRET: 's',
  })
  expect([aws, azure, vertex]).toEqual([undefined, undefined, undefined])
})

test.each([
  ['VERTEX_ENABLED', 'no project: set VERTEX_PROJECT, or vertex.project in the file'],
  ['AZURE_ENABLED', 'no base URL: set AZURE_BASE_URL, or base_url in the file'],
])('a cloud that lacks something is told what, %s', (switched, reason) => {
  const { partial } = configuredBy({ [switched]: 'true', OPENAI_API_KEY: 'o' })
  expect(partial.map((one) => one.reason)).toEqual([reason])
})

test('K16 every advertised type is there, Cohere and Hugging Face too', () => {
  for (const name of ['cohere', 'huggingface']) expect(presetNamed(name)?.baseUrl).toMatch(/^https:/)
  expect(new Set(PRESETS.map(({ name }) => name)).size).toBe(PRESETS.length)
})
