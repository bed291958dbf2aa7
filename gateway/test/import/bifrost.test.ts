/** Two Bifrost gateways move in. */

import { describe, expect, test } from 'vitest'
import { moved, owners } from './owner.ts'

const move = owners()

describe('several keys with different models, a custom house, governance', () => {
  const config = {
    $schema: 'https://www.getbifrost.ai/schema',
    encryption_key: 'env.BIFROST_ENCRYPTION_KEY',
    client: { drop_excess_requests: true, initial_pool_size: 500, max_request_body_size_mb: 50 },
    providers: {
      openai: {
        keys: [
          { name: 'team-a', value: 'env.OPENAI_KEY_A', models: ['gpt-4o', 'gpt-4o-mini'], weight: 0.75 },
          { name: 'team-b', value: 'env.OPENAI_KEY_B', models: ['gpt-4o', 'gpt-4o-mini'], weight: 0.25 },
          { name: 'big', value: 'sk-bifrost-literal-0001', models: ['gpt-4o'], weight: 1 },
          { name: 'old', value: 'sk-bifrost-old-0002', models: ['gpt-4'], weight: 1, enabled: false },
        ],
        network_config: {
          default_request_timeout_in_seconds: 40,
          stream_idle_timeout_in_seconds: 25,
          max_retries: 2,
          retry_backoff_initial: 200,
          extra_headers: { 'X-Team': 'platform' },
        },
        concurrency_and_buffer_size: { concurrency: 20, buffer_size: 200 },
      },
      anthropic: { keys: [{ value: 'env.ANTHROPIC_API_KEY', models: ['*'], weight: 1 }] },
      'gpu-farm': {
        keys: [{ value: 'env.FARM_KEY', models: ['qwen3-32b'], weight: 1 }],
        network_config: { base_url: 'https://farm.acme.example/v1' },
        custom_provider_config: { base_provider_type: 'openai', allowed_requests: { embedding: false } },
        proxy_config: { type: 'http', url: 'http://proxy.lan:3128', password: 'proxy-password-1' },
      },
    },
    governance: { virtual_keys: [{ id: 'vk-1', value: 'sk-bf-virtual-1' }] },
    version: 2,
    mcp: { client_configs: [{ name: 'files' }] },
    plugins: [{ name: 'telemetry', enabled: true }],
  }
  const given = {
    files: { 'config.json': JSON.stringify(config, null, 2) },
    env: { OPENAI_KEY_A: 'key-a', OPENAI_KEY_B: 'key-b', ANTHROPIC_API_KEY: 'an-key', FARM_KEY: 'farm-key' },
  }

  test('a model goes to the accounts that have it, by the weights of their keys', async () => {
    const owner = await move(given)
    const counts = await owner.tally('openai/gpt-4o', 60)
    expect(Object.keys(counts).toSorted()).toEqual(['openai', 'openai-2'])
    const keys = owner.calls('openai').map(({ headers }) => headers['authorization'])
    expect(new Set(keys)).toEqual(new Set(['Bearer key-a', 'Bearer key-b']))
    const byA = keys.filter((key) => key === 'Bearer key-a').length
    expect(byA).toBeGreaterThan(keys.length / 2)
    expect(await owner.ask('openai/gpt-4o-mini')).toMatchObject({ provider: 'openai', model: 'gpt-4o-mini' })
    expect(owner.calls('openai').at(-1)?.headers['x-team']).toBe('platform')
    expect(await owner.ask('anthropic/claude-opus-4-8')).toEqual({
      status: 200,
      provider: 'anthropic',
      model: 'claude-opus-4-8',
    })
    expect(await owner.ask('gpu-farm/qwen3-32b')).toMatchObject({ provider: 'gpu-farm', model: 'qwen3-32b' })
    owner.down('openai')
    expect(await owner.ask('openai/gpt-4o')).toMatchObject({ status: 200, provider: 'openai-2' })
    expect(owner.config.providers[0]).toMatchObject({
      maxRetries: 2,
      timeouts: { headersMs: 40_000, idleMs: 25_000 },
      limits: { concurrency: 20 },
      keyWeights: [100, 33],
    })
    expect(owner.config.server.bodyLimit).toBe(50 * 1024 * 1024)
  })

  test('what is lost is told, value by value', () => {
    const { result } = moved(given)
    expect(result).toMatchObject({
      source: 'bifrost',
      literals: ['providers.openai.keys[2].value'],
      variables: ['ANTHROPIC_API_KEY', 'FARM_KEY', 'OPENAI_KEY_A', 'OPENAI_KEY_B'],
      hints: [],
    })
    expect(result.unmapped).toEqual([
      { path: '$schema', kind: 'text', reason: 'only editors read it' },
      { path: 'encryption_key', kind: 'secret', reason: 'nothing is kept that it would encrypt' },
      { path: 'client.drop_excess_requests', kind: 'switch', reason: 'is about how it works inside' },
      { path: 'client.initial_pool_size', kind: 'number', reason: 'is about how it works inside' },
      { path: 'providers.openai.keys[3]', kind: 'table', reason: 'is switched off' },
      {
        path: 'providers.openai.network_config.retry_backoff_initial',
        kind: 'number',
        reason: 'waits between retries grow by retry_policy',
      },
      {
        path: 'providers.openai.concurrency_and_buffer_size.buffer_size',
        kind: 'number',
        reason: 'one line of waiting serves all providers: limits.queue_size',
      },
      {
        path: 'providers.gpu-farm.custom_provider_config.allowed_requests',
        kind: 'table',
        reason: 'operations cannot be forbidden one by one',
      },
      { path: 'providers.gpu-farm.proxy_config', kind: 'table', reason: 'calls go out directly' },
      { path: 'governance.virtual_keys[0]', kind: 'table', reason: 'may ask for nothing' },
      { path: 'mcp', kind: 'table', reason: 'tools are not called by the gateway' },
      { path: 'plugins', kind: 'list of 1', reason: 'its plugins do not run here' },
    ])
    expect(JSON.stringify(result.unmapped)).not.toMatch(/literal|password-1|virtual-1/)
  })
})

describe('the clouds, in their newer and their older spelling', () => {
  const config = {
    providers: {
      azure: {
        keys: [
          {
            value: 'env.AZURE_KEY',
            models: ['gpt-4o', 'o3-mini'],
            weight: 1,
            azure_key_config: {
              endpoint: 'env.AZURE_ENDPOINT',
              api_version: '2024-10-21',
              deployments: { 'gpt-4o': 'gpt-4o-prod', 'o3-mini': 'o3-mini-prod' },
            },
          },
        ],
      },
      bedrock: {
        keys: [
          {
            value: '',
            models: ['anthropic.claude-sonnet-4-5-20250929-v1:0'],
            weight: 1,
            bedrock_key_config: { access_key: 'env.AWS_AK', secret_key: 'env.AWS_SK', region: 'eu-west-1' },
          },
        ],
      },
      vertex: {
        keys: [{ models: ['gemini-2.5-pro'], weight: 1 }],
        meta_config: { project_id: 'acme', location: 'europe-west1', auth_credentials: 'env.VERTEX_JSON' },
      },
      ollama: { network_config: { base_url: 'http://gpu.lan:11434' } },
    },
    config_store: { enabled: false },
  }
  const env = {
    AZURE_KEY: 'az-key',
    AZURE_ENDPOINT: 'https://acme.openai.azure.com',
    AWS_AK: 'AKIAEXAMPLE',
    AWS_SK: 'secret',
    VERTEX_JSON: '/secrets/vertex.json',
  }
  const given = { files: { 'config.json': JSON.stringify(config) }, env }

  test('deployments are asked under their own names', async () => {
    const owner = await move(given)
    expect(await owner.ask('azure/gpt-4o')).toEqual({ status: 200, provider: 'azure', model: 'gpt-4o-prod' })
    expect(await owner.ask('bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0')).toMatchObject({
      status: 200,
      provider: 'bedrock',
    })
    expect(await owner.ask('ollama/llama3.2')).toMatchObject({ provider: 'ollama', model: 'llama3.2' })
    const { providers } = owner.config
    expect(providers.find(({ name }) => name === 'bedrock')?.aws).toEqual({
      accessKeyId: 'AKIAEXAMPLE',
      secretAccessKey: 'secret',
      region: 'eu-west-1',
    })
    expect(providers.find(({ name }) => name === 'vertex')?.vertex).toEqual({
      project: 'acme',
      location: 'europe-west1',
      credentials: '/secrets/vertex.json',
    })
    expect(owner.result.literals).toEqual([])
    expect(owner.result.unmapped).toEqual([
      { path: 'config_store', kind: 'table', reason: 'the configuration is a file' },
    ])
  })
})
