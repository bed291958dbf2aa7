/** A Bifrost gateway with virtual keys moves in: each client may ask for what its key allowed, and for no more. */

import { describe, expect, test } from 'vitest'
import { moved, owners } from './owner.ts'

const move = owners()
const by = (key: string) => ({ authorization: `Bearer ${key}` })

const VIRTUAL_KEYS = [
  {
    id: 'vk-platform',
    name: 'Platform team',
    value: 'env.VK_PLATFORM',
    is_active: true,
    team_id: 'team-1',
    rate_limit_id: 'rl-1',
    provider_configs: [
      { provider: 'openai', allowed_models: ['gpt-4o', 'gpt-4o-mini'], key_ids: ['*'], weight: 1 },
      { provider: 'anthropic', allowed_models: ['*'], key_ids: ['*'], blacklisted_models: ['claude-opus-4-8'] },
    ],
  },
  {
    id: 'vk-cheap',
    name: 'Cheap',
    value: 'sk-bf-cheap-literal',
    provider_configs: [{ provider: 'openai', allowed_models: ['*'], key_ids: ['shared'] }],
  },
  { id: 'vk-old', name: 'Old', value: 'sk-bf-old', is_active: false },
  { id: 'vk-none', name: 'None', value: 'sk-bf-none', provider_configs: [] },
  { id: 'vk-made', name: 'Made', provider_configs: [{ provider: 'openai', allowed_models: ['*'] }] },
  {
    id: 'vk-half',
    name: 'Half',
    value: 'sk-bf-half',
    provider_configs: [
      { provider: 'openai', key_ids: ['*'] },
      { provider: 'nowhere', allowed_models: ['*'], key_ids: ['*'] },
    ],
  },
] // prettier-ignore

const CONFIG = {
  client: { enforce_auth_on_inference: true, allowed_origins: ['https://app.acme.example'] },
  providers: {
    openai: {
      keys: [
        { name: 'own', value: 'env.OPENAI_OWN', models: ['*'], weight: 3 },
        { name: 'shared', value: 'env.OPENAI_SHARED', models: ['*'], weight: 1 },
        {
          name: 'dated',
          value: 'env.OPENAI_OWN',
          models: ['best'],
          aliases: { best: { model_id: 'gpt-4o-2024-11-20', model_name: 'gpt-4o' } },
        },
      ],
    },
    anthropic: { keys: [{ name: 'main', value: 'env.ANTHROPIC_API_KEY', models: ['*'] }] },
  },
  governance: {
    virtual_keys: VIRTUAL_KEYS,
    budgets: [{ id: 'b', max_limit: 5, reset_duration: '1M', virtual_key_id: 'vk-platform' }],
    rate_limits: [{ id: 'rl-1', request_max_limit: 10, request_reset_duration: '1h' }],
    teams: [{ id: 'team-1', name: 'Platform' }],
    routing_rules: [{ id: 'r', name: 'r', cel_expression: 'true', targets: [{ provider: 'openai', weight: 1 }] }],
  },
} // prettier-ignore

const env = {
  VK_PLATFORM: 'sk-bf-platform-1',
  OPENAI_OWN: 'oa-own',
  OPENAI_SHARED: 'oa-shared',
  ANTHROPIC_API_KEY: 'an-key',
}
const given = (config: object = CONFIG) => ({ files: { 'config.json': JSON.stringify(config) }, env })

describe('each key opens what it opened', () => {
  test.each([
    ['sk-bf-platform-1', 'openai/gpt-4o', 200],
    ['sk-bf-platform-1', 'openai:gpt-4o', 200],
    ['sk-bf-platform-1', 'openai/o3', 403],
    ['sk-bf-platform-1', 'anthropic/claude-sonnet-4-5', 200],
    ['sk-bf-platform-1', 'anthropic/claude-opus-4-8', 403],
    ['sk-bf-platform-1', 'anthropic:claude-opus-4-8', 403],
    ['sk-bf-cheap-literal', 'openai/gpt-4o', 200],
    ['sk-bf-cheap-literal', 'anthropic/claude-sonnet-4-5', 403],
    ['sk-bf-old', 'openai/gpt-4o', 401],
    ['sk-bf-none', 'openai/gpt-4o', 401],
    ['sk-bf-half', 'openai/gpt-4o', 401],
    ['sk-bf-unheard-of', 'openai/gpt-4o', 401],
  ])('%s asks for %s: %i', async (key, model, status) => {
    const owner = await move(given())
    expect((await owner.ask(model, by(key))).status).toBe(status)
  })
})

test('a key that may use one account never uses another', async () => {
  const owner = await move(given())
  for (let n = 0; n < 12; n++) await owner.ask('openai/gpt-4o', by('sk-bf-cheap-literal'))
  const used = ['openai', 'openai-2', 'openai-3'].flatMap((name) =>
    owner.calls(name).map(({ headers }) => headers['authorization']),
  )
  expect(used).toEqual(Array.from({ length: 12 }, () => 'Bearer oa-shared'))
  for (let n = 0; n < 24; n++) await owner.ask('openai/gpt-4o', by('sk-bf-platform-1'))
  expect(owner.calls('openai').length).toBeGreaterThan(0)
})

test('an alias that is a table leads to the model it names; origins are kept', async () => {
  const owner = await move(given())
  expect(await owner.ask('openai/best', by('sk-bf-platform-1'))).toMatchObject({ status: 403 })
  expect(owner.config.models['openai/best']?.targets).toEqual(['openai:gpt-4o-2024-11-20'])
  expect(owner.config.server.corsOrigins).toEqual(['https://app.acme.example'])
})

test('what is lost is told, value by value', () => {
  const { result } = moved(given())
  const keys = 'governance.virtual_keys'
  expect(result.literals).toEqual([`${keys}[1].value`])
  expect(result.hints).toEqual([
    'A virtual key is sent as bearer token, x-api-key or x-goog-api-key; x-bf-vk is not read.',
  ])
  const shares = 'the model’s name says whose it is; shares belong to virtual models'
  expect(result.unmapped.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
    'providers.openai.keys[2].aliases.best.model_name: has no counterpart',
    `${keys}[0].team_id: clients have no teams, budgets or limits of their own`,
    `${keys}[0].rate_limit_id: clients have no teams, budgets or limits of their own`,
    `${keys}[0].provider_configs[0].weight: ${shares}`,
    `${keys}[2]: is switched off`,
    `${keys}[3]: may ask for nothing`,
    `${keys}[4]: has no value: Bifrost makes one at its start; put it into key of a client`,
    `${keys}[5]: may ask for nothing`,
    'governance.budgets: there are no budgets',
    'governance.rate_limits: limits are those of the gateway and its providers, not of a client',
    'governance.teams: clients belong to nobody: teams, customers and what is of that kind have no counterpart',
    'governance.routing_rules: no target is chosen by what a request contains; ask for a model by its name',
  ])
})

test('with version 1 an empty list allows everything, as it did before 1.5', async () => {
  const config = {
    ...CONFIG,
    version: 1,
    client: {},
    governance: { virtual_keys: [{ id: 'vk', name: 'any', value: 'sk-bf-any', provider_configs: [] }, VIRTUAL_KEYS[5]] },
  } // prettier-ignore
  const owner = await move(given(config))
  expect((await owner.ask('anthropic/claude-opus-4-8', by('sk-bf-any'))).status).toBe(200)
  expect((await owner.ask('openai/gpt-4o', by('sk-bf-half'))).status).toBe(200)
  expect((await owner.ask('anthropic/claude-opus-4-8', by('sk-bf-half'))).status).toBe(403)
  expect(owner.result.hints).toContain(
    'Bifrost let requests without a virtual key in; where there are clients, everybody needs a key.',
  )
})
