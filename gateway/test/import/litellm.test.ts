/** Five LiteLLM proxies of different sizes move in. */

import { describe, expect, test } from 'vitest'
import { moved, owners } from './owner.ts'

const move = owners()
const KEYS = {
  AZURE_EU_KEY: 'eu-key',
  AZURE_US_KEY: 'us-key',
  OPENAI_API_KEY: 'oa-key',
  ANTHROPIC_API_KEY: 'an-key',
  GEMINI_API_KEY: 'gg-key',
  GROQ_API_KEY: 'gq-key',
  LITELLM_MASTER_KEY: 'gate-key',
  MISTRAL_API_KEY: 'mi-key',
}
/** Told where the file has no gate key. */
const OPEN = 'No master_key is in the file: where LITELLM_MASTER_KEY is set, set PROXY_API_KEY to its value.'
const GATE = { authorization: 'Bearer gate-key' }

describe('two regions, and another house behind them', () => {
  const config = `
model_list:
  - model_name: chat-large
    litellm_params:
      model: azure/gpt-4o-west
      api_base: https://acme-west.openai.azure.com/
      api_key: os.environ/AZURE_EU_KEY
      api_version: "2024-10-21"
      rpm: 900
    model_info:
      id: west-1
      base_model: azure/gpt-4o
  - model_name: chat-large
    litellm_params:
      model: azure/gpt-4o-east
      api_base: https://acme-east.openai.azure.com/
      api_key: os.environ/AZURE_US_KEY
      api_version: "2024-10-21"
      rpm: 300
  - model_name: claude
    litellm_params:
      model: anthropic/claude-sonnet-4-5
      max_tokens: 8000
router_settings:
  routing_strategy: simple-shuffle
  num_retries: 2
  timeout: 120
  allowed_fails: 3
  cooldown_time: 45
  fallbacks:
    - chat-large: [claude]
  model_group_alias:
    gpt-4: chat-large
  redis_host: os.environ/REDIS_HOST
  redis_password: hunter2-very-secret
litellm_settings:
  drop_params: true
  success_callback: [langfuse]
  request_timeout: 80
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
  database_url: postgresql://sluice:pw@db/litellm
`
  const given = { files: { 'config.yaml': config }, env: KEYS }

  test('requests are shared by rpm, an alias leads to the group, the third house stands in', async () => {
    const owner = await move(given)
    const seen = { west: 0, east: 0 }
    for (let i = 0; i < 80; i++) {
      const { provider, model } = await owner.ask('gpt-4', GATE)
      if (provider === 'azure-acme-west') seen.west++
      else seen.east++
      expect(model).toBe(provider === 'azure-acme-west' ? 'gpt-4o-west' : 'gpt-4o-east')
    }
    // Three to one, as 900 to 300.
    expect(seen.west).toBeGreaterThan(48)
    expect(seen.east).toBeGreaterThan(8)
    owner.down('azure-acme-west')
    expect(await owner.ask('chat-large', GATE)).toMatchObject({ status: 200, provider: 'azure-acme-east' })
    owner.down('azure-acme-east')
    expect(await owner.ask('chat-large', GATE)).toEqual({
      status: 200,
      provider: 'anthropic',
      model: 'claude-sonnet-4-5',
    })
    expect(owner.calls('azure-acme-east').at(-1)?.headers['api-key']).toBe('us-key')
  })

  test('the master key is the gate key', async () => {
    const owner = await move(given)
    expect((await owner.ask('chat-large')).status).toBe(401)
  })

  test('numbers of the router are ours', () => {
    const { config: loaded } = moved(given)
    expect(loaded).toMatchObject({
      maxRetries: 2,
      timeouts: { totalMs: 120_000, headersMs: 80_000 },
      breaker: { failures: 4, recoveryMs: 45_000 },
    })
  })

  test('what is lost is told, value by value', () => {
    const { result } = moved(given)
    expect(result).toMatchObject({
      source: 'litellm',
      literals: [],
      hints: [
        'Virtual keys are in its database: save /key/list?return_full_object=true, and name that file with --keys.',
      ],
      variables: ['ANTHROPIC_API_KEY', 'AZURE_EU_KEY', 'AZURE_US_KEY', 'LITELLM_MASTER_KEY'],
    })
    expect(result.unmapped).toEqual([
      {
        path: 'model_list[0].model_info',
        kind: 'table',
        reason: 'what else is known of a model comes from the catalogue here',
      },
      {
        path: 'model_list[2].litellm_params.max_tokens',
        kind: 'number',
        reason: 'no value can be set for every request to one model',
      },
      { path: 'router_settings.redis_host', kind: 'text', reason: 'counts are kept in one process' },
      { path: 'router_settings.redis_password', kind: 'secret', reason: 'counts are kept in one process' },
      {
        path: 'litellm_settings.drop_params',
        kind: 'switch',
        reason: 'what a model refuses is left out in any case',
      },
      { path: 'litellm_settings.success_callback', kind: 'list of 1', reason: 'there are no callbacks' },
      {
        path: 'general_settings.database_url',
        kind: 'secret',
        reason: 'there are no keys and no spending in a database',
      },
    ])
    expect(JSON.stringify(result)).not.toMatch(/hunter2|sluice:pw/)
  })
})

describe('one household of many small accounts', () => {
  const config = `
model_list:
  - model_name: fast
    litellm_params: {model: groq/llama-3.3-70b-versatile, api_key: os.environ/GROQ_API_KEY, input_cost_per_token: 0.00000059}
    model_info: {output_cost_per_token: 7.9e-7, max_input_tokens: 131072, max_output_tokens: 32768, mode: chat}
  - model_name: smart
    litellm_params: {model: gpt-5, stream_timeout: 20, timeout: 90}
  - model_name: vision
    litellm_params: {model: gemini/gemini-2.5-pro, api_key: gemini-literal-key-000}
  - model_name: local
    litellm_params: {model: openai/qwen2.5-coder, api_base: "http://gpu-box.lan:8000/v1", api_key: none}
  - model_name: local
    litellm_params: {model: ollama_chat/llama3.2, api_base: "http://gpu-box.lan:11434"}
  - model_name: oracle
    litellm_params: {model: watsonx/granite-3}
litellm_settings:
  num_retries: 1
  default_fallbacks: [fast]
  context_window_fallbacks: [{smart: [vision]}]
  cache: true
  cache_params: {type: redis, host: cache.lan}
`
  const given = { files: { 'litellm.yaml': config }, path: 'litellm.yaml', env: KEYS }

  test('every name leads to its account, and in need to the fast one', async () => {
    const owner = await move(given)
    expect(await owner.ask('smart')).toEqual({ status: 200, provider: 'openai', model: 'gpt-5' })
    expect(await owner.ask('vision')).toEqual({ status: 200, provider: 'google', model: 'gemini-2.5-pro' })
    expect(await owner.ask('fast')).toMatchObject({ provider: 'groq' })
    expect(Object.keys(await owner.tally('local', 20)).toSorted()).toEqual([
      'custom-gpu-box',
      'ollama-gpu-box',
    ])
    owner.down('custom-gpu-box', 'ollama-gpu-box')
    expect(await owner.ask('local')).toMatchObject({ status: 200, provider: 'groq' })
    owner.down('openai', 'groq')
    expect(await owner.ask('smart')).toMatchObject({ status: 200, provider: 'google' })
    expect(owner.config.providers.find(({ name }) => name === 'openai')?.timeouts).toEqual({
      headersMs: 90_000,
      firstTokenMs: 20_000,
    })
  })

  test('keys in full are counted by their places', () => {
    const { result } = moved(given)
    expect(result.literals).toEqual([
      'model_list[2].litellm_params.api_key',
      'model_list[3].litellm_params.api_key',
    ])
    expect(result.settings).toMatchObject({
      model_facts: {
        'groq:llama-3.3-70b-versatile': {
          input_price: 0.59,
          output_price: 0.79,
          context: 131_072,
          max_output: 32_768,
        },
      },
    })
    expect(result.unmapped).toEqual([
      {
        path: 'model_list[0].model_info.mode',
        kind: 'text',
        reason: 'what else is known of a model comes from the catalogue here',
      },
      { path: 'model_list[5].model_name', kind: 'text', reason: 'has no model that could be asked' },
      {
        path: 'model_list[5].litellm_params.model',
        kind: 'text',
        reason: 'names a provider that is not known here; add it by hand, with its base_url',
      },
      {
        path: 'litellm_settings.context_window_fallbacks[0].smart',
        kind: 'list of 1',
        reason: 'is asked last, and after other failures too',
      },
      { path: 'litellm_settings.cache', kind: 'switch', reason: 'answers are not cached' },
      { path: 'litellm_settings.cache_params', kind: 'table', reason: 'answers are not cached' },
    ])
  })
})

describe('limits by usage and groups that fall back on one another', () => {
  const config = `
model_list:
  - model_name: gpt-4o-mini
    litellm_params: {model: openai/gpt-4o-mini, api_key: os.environ/OPENAI_API_KEY, rpm: 60, tpm: 90000}
  - model_name: haiku
    litellm_params: {model: claude-haiku-4-5, api_key: os.environ/ANTHROPIC_API_KEY, rpm: 50, max_parallel_requests: 4}
  - model_name: mistral
    litellm_params: {model: mistral/mistral-small-latest, weight: 3}
router_settings:
  routing_strategy: usage-based-routing-v2
  fallbacks:
    - gpt-4o-mini: [haiku]
    - haiku: [gpt-4o-mini, mistral]
    - mistral: [nobody]
  retry_after: 5
`
  const given = { files: { 'proxy_config.yaml': config }, env: KEYS }

  test('each takes the place of the other, and the third comes after both', async () => {
    const owner = await move(given)
    owner.down('openai')
    expect(await owner.ask('gpt-4o-mini')).toMatchObject({ provider: 'anthropic', model: 'claude-haiku-4-5' })
    owner.down('anthropic')
    expect(await owner.ask('gpt-4o-mini')).toMatchObject({ provider: 'mistral' })
    expect(await owner.ask('haiku')).toMatchObject({ provider: 'mistral' })
  })

  test('rates are limits of the providers', () => {
    const { config: loaded, result } = moved(given)
    expect(loaded.providers.slice(0, 3).map(({ name, limits }) => [name, limits])).toEqual([
      ['openai', { requestsPerMinute: 60, tokensPerMinute: 90_000 }],
      ['anthropic', { requestsPerMinute: 50, modelConcurrency: { 'claude-haiku-4-5': 4 } }],
      ['mistral', undefined],
    ])
    expect(result.unmapped).toEqual([
      {
        path: 'router_settings.routing_strategy',
        kind: 'text',
        reason: 'becomes least_loaded, and rpm and tpm limits of the providers',
      },
      {
        path: 'router_settings.fallbacks[2].mistral[0]',
        kind: 'text',
        reason: 'names no model of model_list',
      },
      {
        path: 'router_settings.retry_after',
        kind: 'number',
        reason: 'waits between retries grow by retry_policy',
      },
    ])
  })
})

describe('any model of two houses, and the clouds', () => {
  const config = `
model_list:
  - model_name: "*"
    litellm_params: {model: "openai/*", api_key: os.environ/OPENAI_API_KEY}
  - model_name: "anthropic/*"
    litellm_params: {model: "anthropic/*", api_key: os.environ/ANTHROPIC_API_KEY}
  - model_name: sonnet-bedrock
    litellm_params:
      model: bedrock/converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0
      aws_region_name: eu-central-1
      aws_access_key_id: os.environ/AWS_KEY
      aws_secret_access_key: os.environ/AWS_SECRET
  - model_name: gemini-vertex
    litellm_params:
      model: vertex_ai/gemini-2.5-flash
      vertex_project: acme-prod
      vertex_location: europe-west4
      vertex_credentials: /secrets/vertex.json
`
  const env = { ...KEYS, AWS_KEY: 'AKIAEXAMPLE', AWS_SECRET: 'aws-secret' }
  const given = { files: { 'config.yaml': config }, env }

  test('names nobody listed go to the house of the star, others by their prefix, all as they were called', async () => {
    const owner = await move(given)
    expect(await owner.ask('gpt-4.1')).toEqual({ status: 200, provider: 'openai', model: 'gpt-4.1' })
    expect(await owner.ask('my-own-model')).toMatchObject({ provider: 'openai', model: 'my-own-model' })
    expect(await owner.ask('anthropic/claude-opus-4-8')).toEqual({
      status: 200,
      provider: 'anthropic',
      model: 'claude-opus-4-8',
    })
    expect(await owner.ask('sonnet-bedrock')).toMatchObject({
      status: 200,
      provider: 'bedrock',
      model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    })
    expect(owner.result.hints).toEqual([OPEN])
  })

  test('access to the clouds is ours', () => {
    const { config: loaded, result } = moved(given)
    expect(loaded.providers.find(({ name }) => name === 'bedrock')?.aws).toEqual({
      accessKeyId: 'AKIAEXAMPLE',
      secretAccessKey: 'aws-secret',
      region: 'eu-central-1',
    })
    expect(loaded.providers.find(({ name }) => name === 'vertex')?.vertex).toEqual({
      project: 'acme-prod',
      location: 'europe-west4',
      credentials: '/secrets/vertex.json',
    })
    expect(result.unmapped).toEqual([])
  })
})

describe('the order is given, and the quickest of several', () => {
  const config = `
model_list:
  - model_name: chat
    litellm_params: {model: openai/gpt-4o, order: 2, api_key: os.environ/OPENAI_API_KEY, organization: org-acme}
  - model_name: chat
    litellm_params: {model: azure/gpt-4o, order: 1, api_base: os.environ/AZURE_BASE, api_key: os.environ/AZURE_EU_KEY}
  - model_name: quick
    litellm_params: {model: groq/llama-3.1-8b-instant, litellm_credential_name: groq-eu}
  - model_name: quick
    litellm_params: {model: mistral/mistral-small-latest}
  - model_name: lost
    litellm_params: {model: openai/gpt-5, litellm_credential_name: nobody}
credential_list:
  - credential_name: groq-eu
    credential_values: {api_key: os.environ/GROQ_API_KEY, api_base: https://eu.groq.example/v1}
    credential_info: {description: the one in Europe}
router_settings:
  routing_strategy: latency-based-routing
  routing_strategy_args: {ttl: 60}
  fallbacks: [{quick: [chat]}]
general_settings:
  background_health_checks: true
  health_check_interval: 120
  global_max_parallel_requests: 40
`
  const env = { ...KEYS, AZURE_BASE: 'https://acme.openai.azure.com' }

  test.each(['toml', 'yaml', 'json'] as const)(
    'as %s: the first of the order, then the next',
    async (format) => {
      const owner = await move({ files: { 'config.yaml': config }, format, env })
      expect(await owner.ask('chat')).toMatchObject({ provider: 'azure', model: 'gpt-4o' })
      owner.down('azure')
      expect(await owner.ask('chat')).toMatchObject({ provider: 'openai' })
      expect(owner.calls('openai').at(-1)?.headers['openai-organization']).toBe('org-acme')
      await owner.tally('quick', 20)
      expect(owner.calls('groq-eu').at(-1)?.headers['authorization']).toBe('Bearer gq-key')
      owner.down('groq-eu', 'mistral')
      expect(await owner.ask('quick')).toMatchObject({ provider: 'openai' })
      expect(owner.config.models['quick-deployments']).toMatchObject({ strategy: 'fastest_response' })
      expect(owner.config).toMatchObject({ probeMs: 120_000, limits: { concurrency: 40 } })
      expect(owner.result.unmapped).toEqual([
        {
          path: 'model_list[4].litellm_params.litellm_credential_name',
          kind: 'secret',
          reason: 'names nothing in credential_list; its key has to be put in by hand',
        },
        { path: 'credential_list[0].credential_info', kind: 'table', reason: 'has no counterpart' },
        { path: 'router_settings.routing_strategy_args', kind: 'table', reason: 'has no counterpart' },
      ])
    },
  )
})
