/** Names of LiteLLM with a star move in. */

import { describe, expect, test } from 'vitest'
import { moved, owners } from './owner.ts'

const move = owners()
const KEYS = {
  OPENAI_API_KEY: 'oa-key',
  AZURE_EU_KEY: 'eu-key',
  ANTHROPIC_API_KEY: 'an-key',
  GROQ_API_KEY: 'gq-key',
  MISTRAL_API_KEY: 'mi-key',
}

test('houses without a type of their own are servers that speak OpenAI’s language; what is a guess is told', async () => {
  const config = `
model_list:
  - model_name: next
    litellm_params: {model: litellm_proxy/gpt-5, api_base: "http://other.lan:4000", api_key: os.environ/NEXT}
  - model_name: rented
    litellm_params: {model: deepinfra/meta-llama/Llama-3.3-70B-Instruct}
  - model_name: strange
    litellm_params: {model: unheard-of/thing, api_base: "http://strange.lan/v1", api_key: none}
  - model_name: claude
    litellm_params: {model: azure_ai/claude-sonnet-4-5, api_base: "https://acme.services.ai.azure.com/anthropic", api_key: os.environ/NEXT}
  - model_name: phi
    litellm_params: {model: azure_ai/phi-4, api_base: "https://acme.services.ai.azure.com", api_key: os.environ/NEXT}
  - model_name: nowhere
    litellm_params: {model: databricks/dbrx}
`
  const env = { NEXT: 'n', DEEPINFRA_API_KEY: 'd' }
  const owner = await move({ files: { 'config.yaml': config }, env })
  expect(await owner.ask('next')).toEqual({ status: 200, provider: 'custom-other', model: 'gpt-5' })
  expect(await owner.ask('rented')).toMatchObject({ model: 'meta-llama/Llama-3.3-70B-Instruct' })
  expect(owner.result.settings).toMatchObject({
    models: { claude: { targets: ['custom-acme:claude-sonnet-4-5'] } },
    providers: {
      'custom-acme': { api_format: 'anthropic' },
      custom: { base_url: 'https://api.deepinfra.com/v1/openai' },
    },
  })
  expect(owner.result.unmapped.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
    'model_list[2].litellm_params.model: names a provider that is not known here; taken as a server that speaks OpenAI’s language',
    'model_list[4].litellm_params.api_base: is asked in OpenAI’s language, which Azure has at /openai/v1',
    'model_list[5].litellm_params.model: has no api_base, so that nobody could be asked',
  ])
})

test('a name that would be read as a provider and its model is told', () => {
  const config = `
model_list:
  - model_name: "openai:best"
    litellm_params: {model: openai/gpt-5}
  - model_name: "team:best"
    litellm_params: {model: openai/gpt-5}
general_settings: {master_key: os.environ/M}
`
  const { result } = moved({ files: { 'config.yaml': config }, env: { ...KEYS, M: 'm' } })
  expect(result.hints).toEqual([
    '"openai:best" asks for "best" at the provider "openai" here: rename one of the two.',
  ])
})

describe('names with a star', () => {
  const config = `
model_list:
  - model_name: "openai/*"
    litellm_params: {model: "openai/*", api_key: os.environ/OPENAI_API_KEY, weight: 3}
  - model_name: "openai/*"
    litellm_params: {model: "azure/*", api_base: "https://acme.openai.azure.com", api_key: os.environ/AZURE_EU_KEY}
  - model_name: "claude-*"
    litellm_params: {model: anthropic/claude-sonnet-4-5}
  - model_name: "*-fast"
    litellm_params: {model: "groq/llama-*-instant"}
  - model_name: spare
    litellm_params: {model: mistral/mistral-small-latest}
  - model_name: "a*b*"
    litellm_params: {model: "openai/a*b*"}
  - model_name: "*"
    litellm_params: {model: "*"}
router_settings:
  fallbacks: [{"openai/*": [spare]}, {spare: ["openai/gpt-5-nano"]}, {"claude-*": [nobody]}]
`
  const given = { files: { 'config.yaml': config }, env: KEYS }

  test('are kept, with what the star stands for', async () => {
    const owner = await move(given)
    const counts = await owner.tally('openai/gpt-5', 40)
    expect(Object.keys(counts).toSorted()).toEqual(['azure-acme', 'openai'])
    expect(counts['openai']).toBeGreaterThan(counts['azure-acme'] ?? 40)
    expect(owner.calls('openai').map(({ body }) => JSON.parse(body).model)).toContain('gpt-5')
    expect(await owner.ask('claude-opus-4-8')).toMatchObject({
      provider: 'anthropic',
      model: 'claude-sonnet-4-5',
    })
    expect(await owner.ask('3.1-8b-fast')).toMatchObject({ provider: 'groq', model: 'llama-3.1-8b-instant' })
  })

  test('fall back, and are fallen back on', async () => {
    const owner = await move(given)
    owner.down('mistral')
    expect(await owner.ask('spare')).toMatchObject({ status: 200, model: 'gpt-5-nano' })
    const other = await move(given)
    other.down('openai', 'azure-acme')
    expect(await other.ask('openai/gpt-5')).toEqual({
      status: 200,
      provider: 'mistral',
      model: 'mistral-small-latest',
    })
  })

  test('what cannot be kept is told', () => {
    expect(moved(given).result.unmapped).toEqual([
      {
        path: 'model_list[5].model_name',
        kind: 'text',
        reason: 'has more than one *; write a name with one',
      },
      { path: 'model_list[6].model_name', kind: 'text', reason: 'has no model that could be asked' },
      {
        path: 'model_list[6].litellm_params.model',
        kind: 'text',
        reason:
          'names no provider; add each with an entry of its own, such as model_name openai/* for openai/*',
      },
      {
        path: 'router_settings.fallbacks[2]."claude-*"[0]',
        kind: 'text',
        reason: 'names no model of model_list',
      },
    ])
  })
})
