import { describe, expect, test } from 'vitest'
import { FACTS, loadIn, refusedLines } from '../../test/load-in.ts'
import { environmentLayer, providersIn, variablesOf } from './environment.ts'

const ACME = { ACME_API_KEY: 'k', ACME_BASE_URL: 'https://api.acme.example/v1' }
const acme = (env: Readonly<Record<string, string>>) => loadIn({ env: { ...ACME, ...env } }).providers[0]
const order = (env: Readonly<Record<string, string>>) => {
  const { providers, partial } = loadIn({ env })
  return [...providers, ...partial].map(({ name }) => name)
}
const names = (env: Readonly<Record<string, string>>) => providersIn(variablesOf(env), FACTS)

describe('providers from variables', () => {
  test('a key and a URL make a provider', () => {
    expect(loadIn({ env: ACME }).providers).toEqual([
      {
        name: 'acme',
        type: 'custom',
        baseUrl: 'https://api.acme.example/v1',
        apiKeys: ['k'],
        passthrough: false,
        priority: 1,
        timeouts: {},
        headers: {},
      },
    ])
  })

  test('G02 the name is lower-case, however it was written', () => {
    const file = { 'sluice.toml': '[providers.Acme]\npriority = 7\n' }
    const { providers } = loadIn({
      env: { Acme_Api_Key: 'k', ACME_BASE_URL: 'http://a.example' },
      files: file,
    })
    expect(providers.map(({ name, priority }) => [name, priority])).toEqual([['acme', 7]])
  })

  test('G04 a missing base URL makes it partial, names the variable and does not stop the start', () => {
    const { providers, partial } = loadIn({ env: { ACME_API_KEY: 'k' } })
    expect(providers).toEqual([])
    expect(partial).toEqual([{ name: 'acme', reason: expect.stringContaining('ACME_BASE_URL') }])
  })

  test('G05 the format decides the dialect; an unknown one is refused with variable and value', () => {
    expect(acme({ ACME_API_FORMAT: 'anthropic' })?.dialect).toBe('anthropic')
    expect(acme({ ACME_API_FORMAT: 'Ollama' })?.dialect).toBe('ollama')
    expect(acme({ ACME_API_FORMAT: 'openai' })?.dialect).toBe('openai-chat')
    expect(acme({ ACME_API_FORMAT: 'openai-responses' })?.dialect).toBe('openai-responses')
    expect(acme({ ACME_API_FORMAT: 'gemini' })?.dialect).toBe('gemini')
    expect(acme({ ACME_API_FORMAT: 'bedrock' })?.dialect).toBe('bedrock')
    const [line] = refusedLines({ env: { ...ACME, ACME_API_FORMAT: 'bogus' } })
    expect(line).toContain('environment ACME_API_FORMAT')
    expect(line).toContain('"bogus"')
  })

  test('OpenAI itself can be asked in the words of its Responses API', () => {
    const { providers } = loadIn({ env: { OPENAI_API_KEY: 'k', OPENAI_API_FORMAT: 'openai-responses' } })
    expect(providers).toMatchObject([{ type: 'openai', dialect: 'openai-responses', apiKeys: ['k'] }])
  })

  test('the format holds for the default provider too', () => {
    const config = loadIn({
      env: { OPENAI_API_KEY: 'k', OPENAI_API_FORMAT: 'anthropic', VDM_DEFAULT_PROVIDER: 'openai' },
    })
    expect(config.defaultProvider).toBe('openai')
    expect(config.providers[0]).toMatchObject({ type: 'openai', dialect: 'anthropic' })
  })

  test('a custom header belongs to its provider alone', () => {
    const { providers } = loadIn({ env: { ...ACME, OPENAI_API_KEY: 'o', ACME_CUSTOM_HEADER_X_TEAM: 'a' } })
    expect(providers.map(({ name, headers }) => [name, headers])).toEqual([
      ['openai', {}],
      ['acme', { 'X-TEAM': 'a' }],
    ])
  })

  test('a global header reaches every provider; its own wins whatever the case', () => {
    const file = { 'sluice.toml': '[providers.acme.custom_headers]\nx-team = "own"\n' }
    const env = { ...ACME, OPENAI_API_KEY: 'o', CUSTOM_HEADER_X_TEAM: 'all', CUSTOM_HEADER_X_ORG: 'org' }
    const { providers } = loadIn({ env, files: file })
    expect(Object.fromEntries(providers.map(({ name, headers }) => [name, headers]))).toEqual({
      acme: { 'X-ORG': 'org', 'x-team': 'own' },
      openai: { 'X-TEAM': 'all', 'X-ORG': 'org' },
    })
  })

  test('G15 gate keys and header values make no provider; CUSTOM does', () => {
    const env = {
      PROXY_API_KEY: 'p',
      ADMIN_API_KEY: 'a',
      X_CUSTOM_HEADER_X_API_KEY: 'x',
      CUSTOM_HEADER_A_API_KEY: 'y',
    }
    expect(names(env)).toEqual([])
    expect(names({ npm_config_acme_api_key: 'n', API_KEY: 'z', _API_KEY: 'z' })).toEqual([])
    const { providers } = loadIn({ env: { CUSTOM_API_KEY: 'k', CUSTOM_BASE_URL: 'http://c.example' } })
    expect(providers.map(({ name }) => name)).toEqual(['custom'])
  })

  test('variables of other programs make no provider', () => {
    expect(names({ APP_BASE_URL: 'http://x', XDG_SESSION_TYPE: 'x11', FEATURE_ENABLED: 'true' })).toEqual([])
    // A client of ours in the same shell points at us with these.
    expect(names({ OPENAI_BASE_URL: 'http://127.0.0.1:8082/v1' })).toEqual([])
  })

  test('a keyless provider comes from its URL with a type, a format or the port', () => {
    expect(names({ OLLAMA_BASE_URL: 'http://gpu:1234' })).toEqual(['ollama'])
    expect(names({ LAB_BASE_URL: 'http://gpu:11434' })).toEqual(['lab'])
    const { providers } = loadIn({ env: { VLLM_BASE_URL: 'http://gpu:8000/v1', VLLM_TYPE: 'custom' } })
    expect(providers.map(({ name, apiKeys }) => [name, apiKeys])).toEqual([['vllm', []]])
  })

  test('a name with a dash is written with an underscore', () => {
    const { providers } = loadIn({
      env: { MY_ACME_API_KEY: 'k' },
      files: { 'sluice.toml': '[providers.my-acme]\nbase_url = "http://a.example"\n' },
    })
    expect(providers.map(({ name, apiKeys }) => [name, apiKeys])).toEqual([['my-acme', ['k']]])
  })

  test('providers from variables stand in a fixed order', () => {
    const env = { ZED_API_KEY: 'z', ANTHROPIC_API_KEY: 'a', ABE_API_KEY: 'b', OPENAI_API_KEY: 'o' }
    const shuffled = { OPENAI_API_KEY: 'o', ABE_API_KEY: 'b', ANTHROPIC_API_KEY: 'a', ZED_API_KEY: 'z' }
    expect(order(env)).toEqual(['openai', 'anthropic', 'abe', 'zed'])
    expect(order(shuffled)).toEqual(order(env))
  })
})

describe('values of variables', () => {
  test('G22 switched off, begun without a key, and simply there', () => {
    const off = loadIn({ env: { ...ACME, OPENAI_API_KEY: 'k', OPENAI_ENABLED: 'false' } })
    expect(off.disabled).toEqual(['openai'])
    expect(off.providers.map(({ name }) => name)).toEqual(['acme'])
    const begun = loadIn({ env: { ...ACME, OPENAI_ENABLED: 'true' } })
    expect(begun.partial).toEqual([{ name: 'openai', reason: expect.stringContaining('OPENAI_API_KEY') }])
    expect(loadIn({ env: { OPENAI_API_KEY: 'k' } }).providers.map(({ name }) => name)).toEqual(['openai'])
  })

  test('the timeout of one provider is the headers clock, in seconds', () => {
    expect(acme({ ACME_TIMEOUT: '1' })?.timeouts).toEqual({ headersMs: 1000 })
    expect(acme({ ACME_TIMEOUT: '1', ACME_REQUEST_TIMEOUT: '2.5' })?.timeouts).toEqual({ headersMs: 2500 })
    const clocks = {
      ACME_CONNECT_TIMEOUT: '1',
      ACME_FIRST_TOKEN_TIMEOUT: '2',
      ACME_STREAM_IDLE_TIMEOUT: '3',
      ACME_TOTAL_TIMEOUT: '0',
    }
    expect(acme(clocks)?.timeouts).toEqual({ connectMs: 1000, firstTokenMs: 2000, idleMs: 3000, totalMs: 0 })
  })

  test('a clock that is set does not round to off', () => {
    expect(acme({ ACME_TIMEOUT: '0.0001' })?.timeouts.headersMs).toBe(1)
  })

  test('the priority is taken from the variable', () => {
    expect(acme({ ACME_PRIORITY: '4' })?.priority).toBe(4)
  })

  test('the other fields of one provider', () => {
    const fields = {
      ACME_MAX_RETRIES: '1',
      ACME_DEFAULT_MODEL: 'm',
      ACME_API_VERSION: 'v',
      ACME_TYPE: 'OpenRouter',
    }
    const wanted = { maxRetries: 1, defaultModel: 'm', apiVersion: 'v', type: 'openrouter' }
    expect(acme(fields)).toMatchObject(wanted)
  })

  test('numeric settings of the older systems', () => {
    const env = {
      REQUEST_TIMEOUT: '30',
      MAX_RETRIES: '5',
      STREAMING_READ_TIMEOUT_SECONDS: '20',
      STREAMING_CONNECT_TIMEOUT_SECONDS: '4',
      MAX_TOKENS_LIMIT: '4096',
      MIN_TOKENS_LIMIT: '100',
    }
    const config = loadIn({ env })
    expect(config.timeouts).toMatchObject({ headersMs: 30_000, idleMs: 20_000, connectMs: 4000 })
    expect(config.maxRetries).toBe(5)
    expect(config.tokenLimits).toEqual({ max: 4096, min: 100 })
    expect(loadIn({ env: { MAX_TOKENS_LIMIT: '0' } }).tokenLimits).toEqual({})
    const newer = { ...env, STREAM_IDLE_TIMEOUT: '7', CONNECT_TIMEOUT: '8' }
    expect(loadIn({ env: newer }).timeouts).toMatchObject({ idleMs: 7000, connectMs: 8000 })
  })

  test('the remaining clocks', () => {
    const { timeouts } = loadIn({ env: { FIRST_TOKEN_TIMEOUT: '11', TOTAL_TIMEOUT: '12' } })
    expect(timeouts).toMatchObject({ firstTokenMs: 11_000, totalMs: 12_000 })
  })

  test('G43 an invalid value is refused with name and value', () => {
    const lines = refusedLines({ env: { PORT: '99999', REQUEST_TIMEOUT: 'abc' } })
    expect(lines).toEqual([
      'environment PORT: server.port: must be a port from 0 (any free one) to 65535 (got "99999")',
      'environment REQUEST_TIMEOUT: timeouts.headers: must be a number of seconds, 0 or more (got "abc")',
    ])
  })

  test.each(['true', '1', 'yes', 'on', 'TRUE', 'Yes', 'oN'])('G44 %s switches on', (word) => {
    expect(loadIn({ env: { ...ACME, ACME_ENABLED: word } }).providers).toHaveLength(1)
    const { server } = loadIn({ env: { HOST: '0.0.0.0', ALLOW_OPEN_BIND: word } })
    expect(server.host).toBe('0.0.0.0')
  })

  test.each(['false', '0', 'no', 'OFF'])('G44 %s switches off', (word) => {
    expect(loadIn({ env: { ...ACME, OPENAI_API_KEY: 'k', OPENAI_ENABLED: word } }).disabled).toEqual([
      'openai',
    ])
  })

  test('G44 any other word is refused', () => {
    expect(refusedLines({ env: { ...ACME, ACME_ENABLED: 'maybe' } })[0]).toContain('ACME_ENABLED')
  })

  test('G20 names and levels ignore case', () => {
    expect(loadIn({ env: { log_level: 'info' } }).logLevel).toBe('info')
    expect(loadIn({ env: { LOG_LEVEL: 'DEBUG' } }).logLevel).toBe('debug')
    expect(loadIn({ env: { LOG_LEVEL: 'WARNING and more' } }).logLevel).toBe('warn')
    expect(loadIn({ env: { log_level: 'error', LOG_LEVEL: 'debug' } }).logLevel).toBe('debug')
    expect(refusedLines({ env: { LOG_LEVEL: 'loud' } })[0]).toContain('debug, info, warn, error, silent')
  })

  test('a blank variable counts as unset, but not where a key is meant', () => {
    expect(loadIn({ env: { PORT: ' ', REQUEST_TIMEOUT: '' } }).server.port).toBe(8082)
    expect(refusedLines({ env: { PROXY_API_KEY: '' } })[0]).toContain('environment PROXY_API_KEY')
  })

  test('a layer names the variable each value came from', () => {
    const layer = environmentLayer('.env', variablesOf({ Acme_Api_Key: 'k' }), ['acme'])
    expect(layer).toEqual([
      {
        path: ['providers', 'acme', 'api_key'],
        value: 'k',
        origin: { source: '.env', name: 'Acme_Api_Key' },
      },
    ])
  })
})
