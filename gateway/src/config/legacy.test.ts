import { describe, expect, test } from 'vitest'
import { loadIn } from '../../test/load-in.ts'
import { GLOBAL_NO_EFFECT, PROVIDER_NO_EFFECT } from './no-effect.ts'
import { placeOf } from './origin.ts'
import { GLOBAL_VARIABLES, PROVIDER_VARIABLES, SIZE_VARIABLES } from './variables.ts'

describe('variables of other systems', () => {
  test.each([
    ['sluice starts with', { env: { OPENAI_API_KEY: 'o', BIG_MODEL: 'gpt-4o', SMALL_MODEL: 'gpt-4o-mini' } }],
  ])('G40 R24 %s the single account and its classes', (_, given) => {
    const { providers, warnings } = loadIn(given)
    expect(providers).toMatchObject([
      { name: 'openai', models: { big: ['gpt-4o'], middle: ['gpt-4o'], small: ['gpt-4o-mini'] } },
    ])
    expect(warnings).toEqual([])
  })

  test('R24 the classes give way to those of a file, with a warning', () => {
    const models = { big: ['big-in-file'] }
    const file = JSON.stringify({ providers: [{ name: 'openai', api_key: 'k', models }] })
    const { providers, warnings } = loadIn({
      env: { BIG_MODEL: 'x' },
      files: { 'config/providers.json': file },
    })
    expect(providers[0]?.models).toEqual({ big: ['big-in-file'], middle: [], small: [] })
    expect(warnings).toEqual([
      'BIG_MODEL: ignored, because config/providers.json:1 names the models of openai',
    ])
  })

  test('G07 the version that bears another house’s name belongs to the single account at that house', () => {
    const env = {
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: 'https://res.example',
      AZURE_API_VERSION: '2024-10-21',
    }
    expect(loadIn({ env }).providers).toMatchObject([{ name: 'openai', apiVersion: '2024-10-21' }])
    const { OPENAI_BASE_URL: _, ...plain } = env
    expect(loadIn({ env: plain }).providers[0]?.apiVersion).toBeUndefined()
    const both = loadIn({
      env: { ...env, AZURE_API_KEY: 'z', AZURE_BASE_URL: 'https://z.example' },
    }).providers
    expect(both.map(({ name, apiVersion }) => [name, apiVersion])).toEqual([
      ['openai', undefined],
      ['azure', '2024-10-21'],
    ])
  })

  test('F07 the switch makes Anthropic’s key the gate’s, with a warning; without it, it is a provider’s', () => {
    const env = { ANTHROPIC_API_KEY: 'gate', OPENAI_API_KEY: 'k' }
    const off = loadIn({ env })
    expect(off.providers.map(({ name }) => name)).toEqual(['openai', 'anthropic'])
    expect(off.server.proxyApiKey).toBeUndefined()
    const on = loadIn({ env: { ...env, ANTHROPIC_KEY_IS_GATE: 'yes' } })
    expect(on.providers.map(({ name }) => name)).toEqual(['openai'])
    expect(on.server.proxyApiKey).toBe('gate')
    expect(on.warnings).toEqual([
      expect.stringContaining('ANTHROPIC_API_KEY is the key that clients must show'),
    ])
    expect(placeOf(on.origins.get('proxy_api_key') ?? { source: 'flag' })).toBe(
      'environment ANTHROPIC_API_KEY',
    )
    const both = loadIn({ env: { ...env, ANTHROPIC_KEY_IS_GATE: 'yes', PROXY_API_KEY: 'own' } })
    expect(both.server.proxyApiKey).toBe('own')
    const inFile = loadIn({ env, files: { 'sluice.toml': 'anthropic_key_is_gate = true\n' } })
    expect(inFile.server.proxyApiKey).toBe('gate')
  })

  test.each(GLOBAL_NO_EFFECT.map(({ name, reason }) => [name, reason]))(
    '%s is known and its idleness told',
    (name, reason) => {
      const { warnings } = loadIn({ files: { '.env': `${name}=1\n` } })
      expect(warnings).toEqual([`.env ${name}: has no effect: ${reason}`])
    },
  )

  test('DEBUG in the environment is any program’s, AUTH_MODE only a provider’s', () => {
    expect(loadIn({ env: { DEBUG: '*', AUTH_MODE: 'x' } }).warnings).toEqual([])
    expect(loadIn({ env: { OPENAI_API_KEY: 'k', OPENAI_AUTH_MODE: 'oauth' } }).warnings).toEqual([
      expect.stringContaining('OPENAI_AUTH_MODE: has no effect'),
    ])
  })
})

/** All that the replaced systems read, with `{P}` for a provider (requirements 2.b, 4.b, 5.b). */
const THEIRS = `
  {P}_API_KEY {P}_BASE_URL {P}_API_VERSION {P}_API_FORMAT {P}_AUTH_MODE {P}_MODELS_URL {P}_ENABLED {P}_TIMEOUT {P}_PRIORITY
  {P}_ACCESS_KEY {P}_SECRET_KEY {P}_REGION {P}_SESSION_TOKEN {P}_MAX_CONCURRENT_REQUESTS
  VDM_DEFAULT_PROVIDER HOST PORT PROXY_API_KEY LOG_LEVEL REQUEST_TIMEOUT MAX_RETRIES STREAMING_READ_TIMEOUT_SECONDS
  STREAMING_CONNECT_TIMEOUT_SECONDS MAX_TOKENS_LIMIT MIN_TOKENS_LIMIT LOG_REQUEST_METRICS VDM_ACTIVE_REQUESTS_SSE_ENABLED
  VDM_ACTIVE_REQUESTS_SSE_INTERVAL VDM_ACTIVE_REQUESTS_SSE_HEARTBEAT CACHE_DIR MODELS_CACHE_ENABLED MODELS_CACHE_TTL_HOURS
  ALIAS_CACHE_TTL_SECONDS ALIAS_CACHE_MAX_SIZE ALIAS_MAX_CHAIN_LENGTH GEMINI_THOUGHT_SIGNATURES_ENABLED
  THOUGHT_SIGNATURE_MAX_CACHE_SIZE THOUGHT_SIGNATURE_CACHE_TTL THOUGHT_SIGNATURE_CLEANUP_INTERVAL TOP_MODELS_SOURCE
  TOP_MODELS_RANKINGS_FILE TOP_MODELS_TIMEOUT_SECONDS TOP_MODELS_EXCLUDE LOG_SUMMARY_INTERVAL VDM_STRICT_PROFILE_VALIDATION
  ENVIRONMENT ROUTING_STRATEGY FALLBACK_STRATEGY ENABLE_LOAD_BALANCING HEALTH_CHECK_INTERVAL MAX_QUEUE_SIZE
  MAX_CONCURRENT_REQUESTS ENABLE_PRIORITIZATION MODELS_FILTER_PATH DEBUG RELOAD BIG_MODEL MIDDLE_MODEL SMALL_MODEL
`
  .trim()
  .split(/\s+/)

test.each(THEIRS)('%s of another system is a setting here, or known to be none', (name) => {
  const known = name.startsWith('{P}_')
    ? [...PROVIDER_VARIABLES, ...PROVIDER_NO_EFFECT].map((one) => `{P}_${one.name}`)
    : [...GLOBAL_VARIABLES, ...SIZE_VARIABLES, ...GLOBAL_NO_EFFECT].map((one) => one.name)
  expect(known).toContain(name)
})

test('CUSTOM_HEADER_ and ALIAS_ of another system are read as patterns', () => {
  const { providers } = loadIn({
    env: {
      OPENAI_API_KEY: 'k',
      CUSTOM_HEADER_X_A: 'a',
      OPENAI_CUSTOM_HEADER_X_B: 'b',
      OPENAI_ALIAS_MY_FAST: 'm',
    },
  })
  expect(providers).toMatchObject([{ headers: { 'X-A': 'a', 'X-B': 'b' }, aliases: { 'my-fast': 'm' } }])
})
