/** Three Portkey configs move in: a chain with a shared head, one that leaves the model to the request, one with conditions. */

import { describe, expect, test } from 'vitest'
import { moved, type Owner, owners } from './owner.ts'

const move = owners()

describe('two accounts share the work, a third house stands in', () => {
  const config = {
    strategy: { mode: 'fallback', on_status_codes: [429, 503] },
    retry: { attempts: 2, on_status_codes: [429] },
    cache: { mode: 'semantic', max_age: 3600 },
    request_timeout: 45_000,
    targets: [
      {
        name: 'main',
        strategy: { mode: 'loadbalance' },
        targets: [
          { virtual_key: 'openai-prod', weight: 0.8, override_params: { model: 'gpt-4o', temperature: 0 } },
          {
            provider: 'azure-openai',
            api_key: 'azure-literal-key-1',
            azure_resource_name: 'acme-eu',
            azure_deployment_id: 'gpt-4o-eu',
            azure_api_version: '2024-10-21',
            weight: 0.2,
          },
        ],
      },
      { provider: 'anthropic', weight: 2, override_params: { model: 'claude-sonnet-4-5' } },
    ],
    input_guardrails: ['pg-4d1f'],
  }
  const given = {
    files: { 'checkout.json': JSON.stringify({ slug: 'checkout', config }) },
    path: 'checkout.json',
    env: { OPENAI_PROD_API_KEY: 'oa-key', ANTHROPIC_API_KEY: 'an-key' },
  }

  test('four to one, then the stand-in', async () => {
    const owner = await move(given)
    const counts = await owner.tally('checkout', 100)
    expect(counts['openai-prod']).toBeGreaterThan(65)
    expect(counts['azure-openai']).toBeGreaterThan(8)
    expect(await owner.ask('checkout')).toMatchObject({ status: 200 })
    owner.down('openai-prod')
    expect(await owner.ask('checkout')).toEqual({ status: 200, provider: 'azure-openai', model: 'gpt-4o-eu' })
    owner.down('azure-openai')
    expect(await owner.ask('checkout')).toMatchObject({ provider: 'anthropic', model: 'claude-sonnet-4-5' })
    expect(owner.calls('azure-openai').at(-1)?.headers['api-key']).toBe('azure-literal-key-1')
    expect(owner.config.providers).toMatchObject([
      { name: 'openai-prod', type: 'openai', maxRetries: 2, timeouts: { headersMs: 45_000 } },
      { name: 'azure-openai', type: 'azure', baseUrl: 'https://acme-eu.openai.azure.com' },
      { name: 'anthropic', type: 'anthropic', maxRetries: 2 },
    ])
  })

  test('what is lost is told, value by value', () => {
    const { result } = moved(given)
    expect(result).toMatchObject({
      source: 'portkey',
      literals: ['config.targets[0].targets[1].api_key'],
      variables: ['ANTHROPIC_API_KEY', 'OPENAI_PROD_API_KEY'],
      hints: [
        'Ask for the model "checkout": Portkey sent every request with this config there, whatever model it named.',
      ],
    })
    const table = 'which errors lead on to another target is decided by one table'
    expect(result.unmapped).toEqual([
      { path: 'config.strategy.on_status_codes', kind: 'list of 2', reason: table },
      {
        path: 'config.retry.on_status_codes',
        kind: 'list of 1',
        reason: 'the waits and codes of retries are decided by retry_policy and one table',
      },
      { path: 'config.cache', kind: 'table', reason: 'answers are not cached' },
      {
        path: 'config.targets[0].targets[0].virtual_key',
        kind: 'secret',
        reason: 'stands for a key that Portkey keeps: set OPENAI_PROD_API_KEY',
      },
      {
        path: 'config.targets[0].targets[0].override_params.temperature',
        kind: 'number',
        reason: 'no value can be set for every request to one model',
      },
      { path: 'config.targets[1].weight', kind: 'number', reason: 'does not count in a fallback' },
      { path: 'config.input_guardrails', kind: 'list of 1', reason: 'there are no guardrails' },
    ])
  })
})

/** Few enough that no circuit opens. */
async function statuses(owner: Owner, model: string): Promise<readonly number[]> {
  const found: number[] = []
  for (let i = 0; i < 4; i++) found.push((await owner.ask(model)).status)
  return found
}

test('targets that share the work do not stand in for one another', async () => {
  const targets = [
    { provider: 'openai', weight: 9, override_params: { model: 'gpt-4o' } },
    { provider: 'anthropic', weight: 1, override_params: { model: 'claude-sonnet-4-5' } },
  ]
  const owner = await move({
    files: { 'ab.json': JSON.stringify({ strategy: { mode: 'loadbalance' }, targets }) },
    path: 'ab.json',
    env: { OPENAI_API_KEY: 'o', ANTHROPIC_API_KEY: 'a' },
  })
  owner.down('openai')
  expect(await statuses(owner, 'ab')).toContain(503)
})

describe('the model is the request’s', () => {
  const targets = [
    { provider: 'openai', api_key: '${OPENAI_API_KEY}', weight: 3 },
    {
      provider: 'azure-openai',
      api_key: '${AZURE_API_KEY}',
      custom_host: 'https://acme.openai.azure.com',
      weight: 1,
    },
  ]
  const env = { OPENAI_API_KEY: 'oa-key', AZURE_API_KEY: 'az-key' }
  const given = (mode: string) => ({
    files: { 'portkey.json': JSON.stringify({ strategy: { mode }, targets }) },
    env,
  })

  test('shared: three to one under any name, and nobody stands in', async () => {
    const owner = await move(given('loadbalance'))
    const counts = await owner.tally('gpt-4.1', 80)
    expect(counts['openai']).toBeGreaterThan(48)
    expect(counts['azure-openai']).toBeGreaterThan(8)
    owner.down('openai')
    expect(await statuses(owner, 'gpt-4.1')).toContain(503)
    expect(owner.result.unmapped).toEqual([])
  })

  test('in order: the second under the same name when the first is down', async () => {
    const owner = await move(given('fallback'))
    expect(await owner.ask('gpt-4.1')).toEqual({ status: 200, provider: 'openai', model: 'gpt-4.1' })
    owner.down('openai')
    expect(await owner.ask('gpt-4.1')).toEqual({ status: 200, provider: 'azure-openai', model: 'gpt-4.1' })
  })
})

describe('conditions', () => {
  const config = `{
    "strategy": {
      "mode": "conditional",
      "conditions": [
        { "query": { "metadata.plan": { "$eq": "paid" } }, "then": "premium" },
        { "query": { "params.model": { "$eq": "cheap" } }, "then": "basic" }
      ],
      "default": "basic"
    },
    "targets": [
      { "name": "premium", "provider": "@anthropic-main", "override_params": { "model": "claude-opus-4-8" } },
      {
        "name": "basic",
        "strategy": { "mode": "fallback" },
        "targets": [
          { "override_params": { "model": "@groq-eu/llama-3.3-70b-versatile" } },
          { "provider": "mistral-ai", "override_params": { "model": "mistral-small-latest" } }
        ]
      }
    ]
  }`
  const given = {
    files: { 'by-plan.json': config },
    path: 'by-plan.json',
    env: { ANTHROPIC_MAIN_API_KEY: 'a', GROQ_EU_API_KEY: 'g', MISTRAL_API_KEY: 'm' },
  }

  test('every branch can be asked for, the default under the name of the file', async () => {
    const owner = await move(given)
    expect(await owner.ask('premium')).toMatchObject({ provider: 'anthropic-main', model: 'claude-opus-4-8' })
    expect(await owner.ask('by-plan')).toMatchObject({
      provider: 'groq-eu',
      model: 'llama-3.3-70b-versatile',
    })
    // A condition on the model's name makes that name one for its target.
    expect(await owner.ask('cheap')).toMatchObject({ status: 200, provider: 'groq-eu' })
    owner.down('groq-eu')
    expect(await owner.ask('basic')).toMatchObject({ provider: 'mistral-ai', model: 'mistral-small-latest' })
    expect(owner.result.hints).toEqual([
      'Ask for one of the models "premium", "basic" where a condition chose it, and for "by-plan" where none did.',
    ])
    expect(owner.result.unmapped).toEqual([
      {
        path: 'strategy.conditions[0]',
        kind: 'table',
        reason: 'no target is chosen by what a request contains',
      },
      {
        path: 'targets[0].provider',
        kind: 'text',
        reason: 'stands for a key that Portkey keeps: set ANTHROPIC_MAIN_API_KEY',
      },
    ])
  })
})

test('one target alone is a config too, and its key is told once', async () => {
  const config = { provider: 'openai', api_key: 'sk-literal-0001', retry: { attempts: 4 } }
  const owner = await move({ files: { 'portkey.json': JSON.stringify(config) } })
  expect(owner.result).toMatchObject({ source: 'portkey', literals: ['api_key'], unmapped: [] })
  expect(await owner.ask('gpt-4.1')).toEqual({ status: 200, provider: 'openai', model: 'gpt-4.1' })
  expect(owner.config.providers).toMatchObject([{ name: 'openai' }])
})
