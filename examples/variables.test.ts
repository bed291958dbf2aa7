/** The examples made of variables: each reaches its provider in that provider's own language. */

import { describe, expect, test } from 'vitest'
import { asking, examples, KEY, loaded } from './started.ts'

const start = examples()

test('multi-provider.env: each is asked by its name, in its own way; without a name the default one', async () => {
  const { post, calls } = await start(loaded('multi-provider.env'))
  for (const model of [
    'gpt-5-mini',
    'openai:gpt-5',
    'anthropic:claude-sonnet-5',
    'azure:my-deployment',
    'bedrock:amazon.nova-lite-v1:0',
    'acme:acme-large',
  ]) {
    expect((await post('/v1/chat/completions', asking(model))).status).toBe(200)
  }
  expect(calls('openai').map(({ model }) => model)).toEqual(['gpt-5-mini', 'gpt-5'])
  // Its two keys take turns.
  expect(calls('openai').map(({ headers }) => headers['authorization'])).toEqual([
    'Bearer your-first-key',
    'Bearer your-second-key',
  ])
  expect(calls('anthropic')).toMatchObject([
    { path: '/v1/messages', headers: { 'x-api-key': 'your-anthropic-key' } },
  ])
  expect(calls('azure')).toMatchObject([
    {
      path: '/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21',
      headers: { 'api-key': 'your-azure-key' },
    },
  ])
  expect(calls('bedrock')).toMatchObject([
    {
      path: '/model/amazon.nova-lite-v1%3A0/converse',
      headers: { authorization: expect.stringMatching(/your-access-key\/\d+\/eu-central-1\/bedrock\//) },
    },
  ])
  expect(calls('acme')).toMatchObject([{ path: '/chat/completions', headers: { 'x-team': 'search' } }])
})

test('anthropic-direct.env: Messages arrive as Messages, and other clients are translated', async () => {
  const { post, calls } = await start(loaded('anthropic-direct.env'))
  const own = await post('/v1/messages', asking('claude-opus-4-8', { max_tokens: 50 }))
  const other = await post('/v1/chat/completions', asking('claude-haiku-4-5'))
  expect([own.status, other.status]).toEqual([200, 200])
  expect(calls('anthropic')).toMatchObject([
    { path: '/v1/messages', model: 'claude-opus-4-8', headers: { 'x-api-key': 'your-anthropic-key' } },
    { path: '/v1/messages', model: 'claude-haiku-4-5' },
  ])
  expect(JSON.parse(other.text)).toMatchObject({ choices: [{ message: { content: 'This is anthropic.' } }] })
})

test('aws-bedrock.env: calls are signed for its region and carry the header', async () => {
  const { post, calls } = await start(loaded('aws-bedrock.env'))
  const model = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'
  expect((await post('/v1/messages', asking(model, { max_tokens: 50 }))).status).toBe(200)
  expect(calls('bedrock')).toMatchObject([
    {
      path: `/model/${encodeURIComponent(model)}/converse`,
      headers: {
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=your-access-key\/\d+\/eu-west-3\//,
        ),
        'x-cost-centre': 'research',
      },
    },
  ])
})

describe('google-vertex.env', () => {
  test('names the service account’s file', () => {
    expect(loaded('google-vertex.env').providers).toMatchObject([
      {
        type: 'vertex',
        vertex: {
          project: 'your-project',
          location: 'europe-west1',
          credentials: expect.stringMatching(/service-account\.json$/),
        },
      },
    ])
  })

  test('Claude and Gemini are asked below their publishers', async () => {
    // A token in place of the file, which nobody here has.
    const { post, calls } = await start(loaded('google-vertex.env', { VERTEX_API_KEY: KEY }))
    for (const model of ['claude-sonnet-4-5@20250929', 'gemini-2.5-flash']) {
      expect((await post('/v1/chat/completions', asking(model))).status).toBe(200)
    }
    const place = '/v1/projects/your-project/locations/europe-west1/publishers'
    expect(calls('vertex').map(({ path }) => path)).toEqual([
      `${place}/anthropic/models/claude-sonnet-4-5@20250929:rawPredict`,
      `${place}/google/models/gemini-2.5-flash:generateContent`,
    ])
    expect(calls('vertex')[0]?.headers).toMatchObject({ authorization: `Bearer ${KEY}` })
  })
})

test('migration-before.env and migration-after.json make the same provider', async () => {
  const before = loaded('migration-before.env')
  const after = loaded('migration-after.json', { OPENAI_API_KEY: 'your-openai-key' })
  expect(after.providers.map((provider) => ({ ...provider, baseUrl: undefined }))).toEqual(
    before.providers.map((provider) => ({ ...provider, baseUrl: undefined })),
  )
  for (const config of [before, after]) {
    const { post, calls } = await start(config)
    for (const model of ['claude-opus-4-8', 'claude-sonnet-5', 'claude-haiku-4-5']) {
      expect((await post('/v1/messages', asking(model, { max_tokens: 50 }))).status).toBe(200)
    }
    expect(calls('openai').map(({ model }) => model)).toEqual(['gpt-5', 'gpt-5-mini', 'gpt-5-nano'])
  }
})
