/** LiteLLM's virtual keys move in as clients: who shows one comes in and gets no more than before. */

import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { moved, owners } from './owner.ts'

const move = owners()
const hash = (key: string) => createHash('sha256').update(key).digest('hex')
const by = (key: string) => ({ authorization: `Bearer ${key}` })
const NOW = Date.parse('2026-06-01T00:00:00Z')

const CONFIG = `
model_list:
  - model_name: chat
    litellm_params: {model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY}
  - model_name: smart
    litellm_params: {model: anthropic/claude-opus-4-8, api_key: os.environ/ANTHROPIC_API_KEY}
    model_info: {access_groups: [beta]}
  - model_name: "groq/*"
    litellm_params: {model: "groq/*", api_key: os.environ/GROQ_API_KEY}
general_settings:
  master_key: os.environ/MASTER
  database_url: postgres://db/litellm
`
const env = { OPENAI_API_KEY: 'o', ANTHROPIC_API_KEY: 'a', GROQ_API_KEY: 'g', MASTER: 'sk-master-0000' }

/** As `/key/list?return_full_object=true` prints it. */
const KEYS = {
  keys: [
    {
      token: hash('sk-web-000001'), key_name: 'sk-...0001', key_alias: 'web shop', spend: 12.5, max_budget: 100,
      expires: null, models: ['chat', 'groq/*'], aliases: {}, config: {}, user_id: 'ann', team_id: null, tpm_limit: null,
      rpm_limit: 60, metadata: {}, permissions: {}, blocked: null, soft_budget_cooldown: false,
      created_at: '2026-01-01T00:00:00Z',
    },
    { token: hash('sk-beta-00002'), key_name: 'sk-...0002', key_alias: null, models: ['beta'], expires: '2030-01-01T00:00:00Z' },
    { token: hash('sk-admin-0003'), key_alias: 'web shop', models: ['all-proxy-models'], team_id: 'core' },
    { token: hash('sk-gone-00004'), key_alias: 'gone', models: ['chat'], expires: '2026-05-31T00:00:00Z' },
    { token: hash('sk-bad-000005'), key_alias: 'bad', models: ['chat'], blocked: true },
    { token: hash('sk-team-00006'), key_alias: 'team', models: [], team_id: 'core' },
    hash('sk-bare-00007'),
    { key: 'sk-plain-00008', key_alias: 'plain', models: ['smart'] },
    { key_alias: 'lost', models: ['chat'] },
  ],
  total_count: 9,
} // prettier-ignore

const given = {
  files: { 'config.yaml': CONFIG, 'keys.json': JSON.stringify(KEYS) },
  path: 'config.yaml',
  keys: 'keys.json',
  now: NOW,
  env,
}

describe('each key opens what it opened', () => {
  test.each([
    ['sk-web-000001', 'chat', 200],
    ['sk-web-000001', 'groq/llama-3.3-70b', 200],
    ['sk-web-000001', 'smart', 403],
    ['sk-beta-00002', 'smart', 200],
    ['sk-beta-00002', 'chat', 403],
    ['sk-admin-0003', 'chat', 200],
    ['sk-plain-00008', 'smart', 200],
    ['sk-gone-00004', 'chat', 401],
    ['sk-bad-000005', 'chat', 401],
    ['sk-team-00006', 'chat', 401],
    ['sk-bare-00007', 'chat', 401],
    ['sk-master-0000', 'smart', 200],
    ['sk-other-0000', 'chat', 401],
  ])('%s asks for %s: %i', async (key, model, status) => {
    const owner = await move(given)
    expect((await owner.ask(model, by(key))).status).toBe(status)
  })
})

test('names are plain and each its own; the file holds no key', () => {
  const { result } = moved(given)
  expect(result.settings).toMatchObject({
    clients: {
      'web-shop': { key_sha256: [hash('sk-web-000001')], models: ['chat', 'groq/*'] },
      'key-2': { models: ['smart'] },
      'web-shop-2': { key_sha256: [hash('sk-admin-0003')] },
      plain: { key_sha256: [hash('sk-plain-00008')] },
    },
  })
  expect(result.hints).toEqual([])
  const page = JSON.stringify({ ...KEYS, total_count: 120, current_page: 1, total_pages: 12 })
  expect(moved({ ...given, files: { ...given.files, 'keys.json': page } }).result.hints).toEqual([
    'The list has 9 of 120 keys: put those of its other pages into the file too.',
  ])
  expect(JSON.stringify(result)).not.toMatch(/sk-(?:plain|web|beta)/)
})

test('what is lost is told, value by value', () => {
  expect(moved(given).result.unmapped.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
    'general_settings.database_url: there are no keys and no spending in a database',
    'keys[0].max_budget: there are no budgets',
    'keys[0].rpm_limit: limits are those of the gateway and its providers, not of a client',
    'keys[1].expires: ends then there and never here: take the client out by hand',
    'keys[3]: has ended',
    'keys[4]: is blocked',
    'keys[5]: may ask for what its team or user may, which stands elsewhere; name its models there first',
    'keys[6]: does not say what it may ask for: save the list with return_full_object=true',
    'keys[8]: has neither a key nor the hash of one',
  ])
})

test('a list without the answer around it; not for other gateways', () => {
  const files = { ...given.files, 'keys.json': JSON.stringify(KEYS.keys) }
  expect(moved({ ...given, files }).result.settings).toHaveProperty('clients.web-shop')
  const other = { providers: { openai: { keys: [{ value: 'k' }] } } }
  expect(() =>
    moved({ ...given, path: 'config.json', files: { ...files, 'config.json': JSON.stringify(other) } }),
  ).toThrow('--keys is for keys of litellm; bifrost has those of its clients in its file')
})
