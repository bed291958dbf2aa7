import { createHash, createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ProviderConfig } from '#config'
import { openaiChat } from '#dialects'
import { fetchJson } from '#pipeline'
import { fetchText, httpClient, systemClock } from '#transport'
import { tokenServers } from '../../../test/token-server.ts'
import { buildProvider, presetNamed } from '../index.ts'

const open = tokenServers()

function built(config: Partial<ProviderConfig>) {
  const preset = presetNamed('bedrock')
  if (preset === undefined) throw new Error('There is no type bedrock.')
  return buildProvider(
    {
      name: 'br',
      type: 'bedrock',
      apiKeys: [],
      passthrough: false,
      priority: 1,
      timeouts: {},
      headers: {},
      ...config,
    },
    {
      preset,
      // Only name and paths matter to how a call is let in.
      dialect: { ...openaiChat, name: 'bedrock' },
      clock: systemClock,
      tools: { clock: systemClock, fetchText },
      client: (origin, connectMs) => httpClient({ origin, connectMs }),
    },
    { timeouts: { connectMs: 1000, headersMs: 0, firstTokenMs: 0, idleMs: 0, totalMs: 0 }, maxRetries: 0 },
  )
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const sha = (text: string) => createHash('sha256').update(text).digest('hex')

test('K10 G26 what arrives over HTTP is signed for its host, path, body and session', async () => {
  const server = await open(() => ({ json: { ok: true } }))
  const aws = {
    accessKeyId: 'AKIDX',
    secretAccessKey: 'secret-canary',
    sessionToken: 'session',
    region: 'eu-west-1',
  }
  const provider = built({ baseUrl: server.url, aws })
  const path = `/model/${encodeURIComponent('us.anthropic.claude-v1:0')}/converse`
  await fetchJson(provider, { method: 'POST', path, body: '{"a":1}', limitMs: 5000 }, systemClock)
  await provider.client.close()

  const [asked] = server.asked
  expect(asked?.url).toBe('/model/us.anthropic.claude-v1%3A0/converse')
  const headers = asked?.headers ?? {}
  expect(headers['x-amz-security-token']).toBe('session')
  const time = String(headers['x-amz-date'])
  const names = 'content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token'
  const lines = names.split(';').map((name) => `${name}:${String(headers[name])}\n`)
  const canonical = ['POST', path.replace('%3A', '%253A'), '', lines.join(''), names, sha('{"a":1}')].join(
    '\n',
  )
  const scope = `${time.slice(0, 8)}/eu-west-1/bedrock/aws4_request`
  const key = scope.split('/').reduce<string | Buffer>(hmac, 'AWS4secret-canary')
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha(canonical)].join('\n')).toString('hex')
  expect(headers['authorization']).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIDX/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  )
  expect(JSON.stringify(asked)).not.toContain('secret-canary')
})

test('K11 a Bedrock API key goes as it is, and nothing is signed', async () => {
  const server = await open(() => ({ json: {} }))
  const aws = { accessKeyId: 'AKIDX', secretAccessKey: 'sk' }
  const provider = built({ baseUrl: server.url, apiKeys: ['bedrock-api-key'], aws })
  await fetchJson(
    provider,
    { method: 'POST', path: '/model/m/converse', body: '{}', limitMs: 5000 },
    systemClock,
  )
  await provider.client.close()
  expect(server.asked[0]?.headers['authorization']).toBe('Bearer bedrock-api-key')
  expect(server.asked[0]?.headers).not.toHaveProperty('x-amz-date')
})

test.each([
  [{}, 'https://bedrock-runtime.us-east-1.amazonaws.com', 'https://bedrock.us-east-1.amazonaws.com'],
  [
    { aws: { region: 'eu-west-1' } },
    'https://bedrock-runtime.eu-west-1.amazonaws.com',
    'https://bedrock.eu-west-1.amazonaws.com',
  ],
  [{ baseUrl: 'https://proxy.example/br' }, 'https://proxy.example/br', undefined],
] as const)('the host and the one that lists models follow the region: %j', async (config, host, lister) => {
  const provider = built(config)
  expect(provider.baseUrl).toBe(host)
  expect(provider.lister?.baseUrl).toBe(lister)
  await Promise.all([provider.client.close(), provider.lister?.client.close()])
})
