/** The four systems this house descends from: their own files and variables move in. */

import { describe, expect, test } from 'vitest'
import { moved, owners } from './owner.ts'

const move = owners()

describe('vandamme', () => {
  const toml = `
[defaults]
default-provider = "poe"
[defaults.aliases]
cheap = "poe:gpt-5-nano"
[poe]
base-url = "https://api.poe.com/v1"
api-format = "openai"
timeout = 75
max-retries = 1
[poe.aliases]
haiku = "grok-4.1-fast"
sonnet = "glm-4.6"
[anthropic]
base-url = "https://api.anthropic.com"
api-format = "anthropic"
auth-mode = "api_key"
[profiles.work]
timeout = 10
`
  const env = `
POE_API_KEY=poe-one poe-two
KIMI_API_KEY=kimi-secret
KIMI_BASE_URL=https://api.moonshot.ai/v1
KIMI_ALIAS_LONG=kimi-k2.6
KIMI_CUSTOM_HEADER_X_TEAM=research
PROXY_API_KEY=vdm-gate
LOG_LEVEL=DEBUG  # while we look
VDM_ACTIVE_REQUESTS_SSE_ENABLED=true
`
  const given = {
    files: { 'vandamme-config.toml': toml, '.env': env },
    env: {
      POE_API_KEY: 'poe-one poe-two',
      KIMI_API_KEY: 'kimi-secret',
      KIMI_CUSTOM_HEADER_X_TEAM: 'research',
      PROXY_API_KEY: 'vdm-gate',
      ANTHROPIC_API_KEY: 'an-key',
    },
  }
  const gate = { authorization: 'Bearer vdm-gate' }

  test('aliases of the default provider, prefixes, turns of the keys', async () => {
    const owner = await move(given)
    expect(await owner.ask('my-haiku-model', gate)).toEqual({
      status: 200,
      provider: 'poe',
      model: 'grok-4.1-fast',
    })
    expect(await owner.ask('claude-sonnet-4-5', gate)).toMatchObject({ provider: 'poe', model: 'glm-4.6' })
    expect(await owner.ask('kimi:long', gate)).toMatchObject({ provider: 'kimi', model: 'kimi-k2.6' })
    expect(await owner.ask('cheap', gate)).toMatchObject({ provider: 'poe', model: 'gpt-5-nano' })
    expect(await owner.ask('anthropic:claude-opus-4-8', gate)).toMatchObject({ provider: 'anthropic' })
    expect((await owner.ask('haiku')).status).toBe(401)
    const keys = owner.calls('poe').map(({ headers }) => headers['authorization'])
    expect(new Set(keys)).toEqual(new Set(['Bearer poe-one', 'Bearer poe-two']))
    expect(owner.calls('kimi').at(-1)?.headers['x-team']).toBe('research')
    expect(owner.config.providers.find(({ name }) => name === 'poe')).toMatchObject({
      maxRetries: 1,
      timeouts: { headersMs: 75_000 },
    })
  })

  test('what is lost is told, value by value', () => {
    const { result } = moved(given)
    expect(result).toMatchObject({ source: 'vandamme', literals: [] })
    expect(result.unmapped).toEqual([
      { path: 'anthropic.auth-mode', kind: 'text', reason: 'has no counterpart' },
      {
        path: 'profiles',
        kind: 'table',
        reason: 'there are no profiles; write a virtual model for each name',
      },
      {
        path: 'VDM_ACTIVE_REQUESTS_SSE_ENABLED',
        kind: 'text',
        reason: 'is about the other program’s own pages',
      },
    ])
    expect(JSON.stringify(result)).not.toMatch(/poe-one|kimi-secret|vdm-gate/)
  })
})

describe('ClosedPaw', () => {
  const registered = {
    default_provider: 'house-openai',
    providers: [
      {
        provider_type: 'ollama',
        name: 'local',
        base_url: 'http://127.0.0.1:11434',
        default_model: 'llama3.2:3b',
      },
      {
        provider_type: 'openai',
        name: 'house-openai',
        api_key: 'sk-closedpaw-literal',
        default_model: 'gpt-4o-mini',
        rate_limit: 60,
        timeout: 45,
        models: ['gpt-4o-mini', 'gpt-4o'],
        settings: { color: 'blue' },
      },
      { provider_type: 'mistral', name: 'mistral', api_key: 'mi-literal', enabled: false },
    ],
  }
  const given = { files: { 'closedpaw.json': JSON.stringify(registered) }, path: 'closedpaw.json' }

  test('the default provider answers, others by their names', async () => {
    const owner = await move(given)
    expect(await owner.ask('gpt-4o')).toEqual({ status: 200, provider: 'house-openai', model: 'gpt-4o' })
    expect(await owner.ask('local:llama3.2:3b')).toMatchObject({ provider: 'local', model: 'llama3.2:3b' })
    expect(await owner.ask('some-model')).toMatchObject({ provider: 'house-openai', model: 'some-model' })
    expect(owner.config.disabled).toEqual(['mistral'])
    expect(owner.config.providers.find(({ name }) => name === 'house-openai')).toMatchObject({
      limits: { requestsPerMinute: 60 },
      timeouts: { headersMs: 45_000 },
      modelList: ['gpt-4o-mini', 'gpt-4o'],
    })
    expect(owner.result).toMatchObject({
      source: 'closedpaw',
      literals: ['providers[1].api_key', 'providers[2].api_key'],
      unmapped: [{ path: 'providers[1].settings', kind: 'table', reason: 'nothing reads it there either' }],
    })
  })
})

describe('Ollama Proxy', () => {
  const env = `
HOST=127.0.0.1
PORT=11435
ENVIRONMENT=production
LOG_LEVEL=info
ROUTING_STRATEGY=round_robin   # capability_based, least_loaded
FALLBACK_STRATEGY=next_available
OPENROUTER_API_KEY=or-key
OPENAI_ENABLED=true
OPENAI_API_KEY=oa-key
OPENAI_MAX_CONCURRENT_REQUESTS=50
OPENAI_TIMEOUT=120
GOOGLE_ENABLED=false
GOOGLE_API_KEY=gg-key
AWS_BEDROCK_ENABLED=true
AWS_BEDROCK_ACCESS_KEY=AKIAEXAMPLE
AWS_BEDROCK_SECRET_KEY=aws-secret
AWS_BEDROCK_REGION=eu-west-1
MAX_QUEUE_SIZE=500
MAX_CONCURRENT_REQUESTS=80
DEBUG=false
`
  const given = {
    files: { '.env': env },
    env: {
      OPENROUTER_API_KEY: 'or-key',
      OPENAI_API_KEY: 'oa-key',
      AWS_BEDROCK_ACCESS_KEY: 'AKIAEXAMPLE',
      AWS_BEDROCK_SECRET_KEY: 'aws-secret',
    },
  }

  test('the providers that are on take turns, and take over', async () => {
    const owner = await move(given)
    expect(await owner.tally('some-model', 9)).toEqual({ openrouter: 3, openai: 3, aws_bedrock: 3 })
    owner.down('openrouter', 'aws_bedrock')
    expect(await owner.tally('some-model', 3)).toEqual({ openai: 3 })
    expect(owner.config.disabled).toContain('google')
    expect(owner.config.limits).toMatchObject({ concurrency: 80, queue: { size: 500 } })
    expect(
      owner.config.providers.map(({ name, priority, timeouts }) => [name, priority, timeouts.headersMs]),
    ).toEqual([
      ['aws_bedrock', 6, 300_000],
      ['openai', 2, 120_000],
      ['openrouter', 1, 300_000],
    ])
  })

  test('what is lost is told; keys stay where they are', () => {
    const { result } = moved(given)
    expect(result).toMatchObject({
      source: 'ollama-proxy',
      literals: [],
      unmapped: [{ path: 'DEBUG', kind: 'text', reason: 'use LOG_LEVEL' }],
    })
    expect(JSON.stringify(result.settings)).not.toMatch(/oa-key|aws-secret/)
  })
})

describe('Claude Code Proxy', () => {
  const providers = {
    providers: [
      {
        name: 'openai-primary',
        enabled: true,
        priority: 1,
        api_key: '${OPENAI_API_KEY}',
        base_url: 'https://api.openai.com/v1',
        api_version: null,
        timeout: 60,
        max_retries: 2,
        models: { big: ['gpt-4o'], middle: ['gpt-4o'], small: ['gpt-4o-mini'] },
      },
      {
        name: 'azure-backup',
        priority: 2,
        api_key: '${AZURE_KEY}',
        base_url: '${AZURE_URL}',
        api_version: '2024-02-15-preview',
        custom_headers: { 'X-Team': 'Team ${TEAM}' },
        models: { big: ['gpt-4'], middle: ['gpt-4'], small: ['gpt-35-turbo'] },
        region: 'westeurope',
      },
    ],
    fallback_strategy: 'priority',
    health_check_interval: 300,
    circuit_breaker: { failure_threshold: 3, recovery_timeout: 120 },
  }
  const env = {
    OPENAI_API_KEY: 'oa-key',
    AZURE_KEY: 'az-key',
    AZURE_URL: 'https://acme.openai.azure.com',
    TEAM: 'red',
  }

  test('sizes by name, the second provider when the first is down', async () => {
    const owner = await move({ files: { 'config/providers.json': JSON.stringify(providers) }, env })
    expect(await owner.ask('claude-opus-4-8')).toEqual({
      status: 200,
      provider: 'openai-primary',
      model: 'gpt-4o',
    })
    expect(await owner.ask('claude-3-5-haiku-20241022')).toMatchObject({ model: 'gpt-4o-mini' })
    owner.down('openai-primary')
    expect(await owner.ask('claude-3-5-haiku-20241022')).toEqual({
      status: 200,
      provider: 'azure-backup',
      model: 'gpt-35-turbo',
    })
    expect(owner.calls('azure-backup').at(-1)?.headers).toMatchObject({
      'api-key': 'az-key',
      'x-team': 'Team red',
    })
    expect(owner.config).toMatchObject({ probeMs: 300_000, breaker: { failures: 3, recoveryMs: 120_000 } })
    expect(owner.result).toMatchObject({
      source: 'claude-code-proxy',
      variables: ['AZURE_KEY', 'AZURE_URL', 'OPENAI_API_KEY', 'TEAM'],
      unmapped: [{ path: 'providers[1].region', kind: 'text', reason: 'has no counterpart' }],
    })
  })

  test('the older variables: one account, three sizes, the gate’s key', async () => {
    const old =
      'OPENAI_API_KEY=oa-key\nBIG_MODEL=gpt-5\nSMALL_MODEL=gpt-5-nano\nANTHROPIC_API_KEY=show-me\nMAX_TOKENS_LIMIT=4096\n'
    const owner = await move({
      files: { '.env': old },
      env: { OPENAI_API_KEY: 'oa-key', ANTHROPIC_API_KEY: 'show-me' },
    })
    const gate = { authorization: 'Bearer show-me' }
    expect((await owner.ask('claude-opus-4-8')).status).toBe(401)
    expect(await owner.ask('claude-opus-4-8', gate)).toEqual({
      status: 200,
      provider: 'openai',
      model: 'gpt-5',
    })
    expect(await owner.ask('claude-sonnet-4-5', gate)).toMatchObject({ model: 'gpt-5' })
    expect(await owner.ask('claude-haiku-4-5', gate)).toMatchObject({ model: 'gpt-5-nano' })
    expect(owner.config.tokenLimits).toEqual({ max: 4096 })
    expect(owner.result).toMatchObject({ source: 'claude-code-proxy', unmapped: [], literals: [] })
  })
})
