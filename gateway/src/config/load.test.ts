import { describe, expect, test } from 'vitest'
import { loadIn, refusalIn, refusedLines } from '../../test/load-in.ts'
import { effectiveDefault } from './default-provider.ts'

const ACME = '[providers.acme]\nbase_url = "http://file.example"\napi_key = "k"\n'
const ENV = { ACME_API_KEY: 'k', ACME_BASE_URL: 'http://env.example' }

describe('precedence', () => {
  const FLAG = { port: '1' }
  const setPort = { PORT: '2' }
  const dotenv = { '.env': 'PORT=3\n' }
  const file = { 'sluice.toml': 'server.port = 4\n' }

  test.each([
    [
      'flag',
      { flags: FLAG, env: setPort, files: { ...dotenv, ...file } },
      1,
      { source: 'flag', name: '--port' },
    ],
    [
      'environment',
      { env: setPort, files: { ...dotenv, ...file } },
      2,
      { source: 'environment', name: 'PORT' },
    ],
    ['.env', { files: { ...dotenv, ...file } }, 3, { source: '.env', name: 'PORT', line: 1 }],
    ['file', { files: file }, 4, { source: 'file', name: 'sluice.toml', line: 1 }],
    ['default', {}, 8082, { source: 'default' }],
  ])('the highest level that speaks is %s, and it is remembered', (_, given, port, origin) => {
    const config = loadIn(given)
    expect(config.server.port).toBe(port)
    expect(config.origins.get('server.port')).toEqual(origin)
  })

  test('G18 the environment wins over .env, a flag over both', () => {
    const files = { '.env': 'LOG_LEVEL=error\nHOST=127.0.0.3\n' }
    expect(loadIn({ files }).logLevel).toBe('error')
    expect(loadIn({ files, env: { LOG_LEVEL: 'debug' } }).logLevel).toBe('debug')
    expect(loadIn({ files, env: { LOG_LEVEL: 'debug' }, flags: { logLevel: 'warn' } }).logLevel).toBe('warn')
    expect(loadIn({ files, env: { HOST: '127.0.0.2' }, flags: { host: '::1' } }).server.host).toBe('::1')
  })

  test('G03 the base URL: environment over file over preset', () => {
    const files = { 'sluice.toml': '[providers.openai]\nbase_url = "http://file.example"\n' }
    const env = { OPENAI_API_KEY: 'k' }
    const both = loadIn({ files, env: { ...env, OPENAI_BASE_URL: 'http://env.example' } })
    expect(both.providers[0]?.baseUrl).toBe('http://env.example')
    expect(loadIn({ files, env }).providers[0]?.baseUrl).toBe('http://file.example')
    const preset = loadIn({ env })
    expect(preset.providers[0]).toMatchObject({ type: 'openai' })
    expect(preset.providers[0]?.baseUrl).toBeUndefined()
    expect(preset.origins.get('providers.openai.base_url')).toEqual({ source: 'preset', name: 'openai' })
  })

  test('one provider out of several sources is merged per field', () => {
    const { providers, origins } = loadIn({
      env: { ACME_API_KEY: 'env' },
      files: { 'sluice.toml': `${ACME}priority = 3\n`, '.env': 'ACME_API_KEY=dot\nACME_PRIORITY=2\n' },
    })
    expect(providers).toMatchObject([{ apiKeys: ['env'], priority: 2, baseUrl: 'http://file.example' }])
    expect(origins.get('providers.acme.priority')).toEqual({
      source: '.env',
      name: 'ACME_PRIORITY',
      line: 2,
    })
    expect(origins.get('providers.acme.base_url')).toEqual({ source: 'file', name: 'sluice.toml', line: 2 })
  })

  test('a key in .env and its URL in the environment make one provider', () => {
    const env = { LAB_BASE_URL: 'http://lab.example' }
    expect(loadIn({ env, files: { '.env': 'LAB_API_KEY=k' } }).providers).toMatchObject([{ name: 'lab' }])
  })

  test('a lower level is checked even where a higher one wins', () => {
    const lines = refusedLines({ env: { PORT: '1' }, files: { 'sluice.toml': 'server.port = "x"' } })
    expect(lines).toEqual([expect.stringContaining('sluice.toml:1: server.port')])
  })

  test('G45 each load reads the sources afresh and the result stands still', () => {
    const first = loadIn({ files: { 'sluice.toml': ACME } })
    const second = loadIn({ files: { 'sluice.toml': `${ACME}priority = 2\n` } })
    expect([first.providers[0]?.priority, second.providers[0]?.priority]).toEqual([1, 2])
  })
})

describe('.env', () => {
  test('G17 a remark after a value is no part of it', () => {
    const { server, providers } = loadIn({
      files: {
        '.env': 'PORT=99 # a remark\nACME_API_KEY=k1 # mine\nACME_BASE_URL="http://a.example/#x" # quoted\n',
      },
    })
    expect(server.port).toBe(99)
    expect(providers).toMatchObject([{ apiKeys: ['k1'], baseUrl: 'http://a.example/#x' }])
  })

  test('a byte order mark and the line ends of Windows are no part of it', () => {
    const text = '\uFEFFPORT=99\r\nACME_API_KEY=k1\r\nACME_BASE_URL=http://a.example\r\n'
    const { server, providers } = loadIn({ files: { '.env': text } })
    expect([server.port, providers]).toMatchObject([99, [{ apiKeys: ['k1'], baseUrl: 'http://a.example' }]])
  })

  test('G19 unknown names are told of and ignored', () => {
    const { warnings, server } = loadIn({ files: { '.env': 'MAX_HEAP=1\nPORT=99\nFOO=2\n' } })
    expect(warnings).toEqual([
      '.env: not used by Sluice: FOO (line 3), MAX_HEAP (line 1); `sluice config env` lists what is',
    ])
    expect(server.port).toBe(99)
  })

  test('a line that sets nothing is told of by its number, never by its words', () => {
    const lines = [
      'OPENAI_API_KEY: k1',
      '# PORT: 5',
      '',
      'export PORT=99',
      'ACME_API_KEY="a',
      'b"',
      'HOST 0.0.0.0',
    ]
    const { warnings, server } = loadIn({
      files: { '.env': lines.join('\n'), '.env.staging': 'k2' },
      env: { ENVIRONMENT: 'staging' },
    })
    expect(warnings.filter((warning) => warning.includes('sets nothing'))).toEqual([
      '.env:1: sets nothing; write NAME=value',
      '.env:7: sets nothing; write NAME=value',
      '.env.staging:1: sets nothing; write NAME=value',
    ])
    expect(server.port).toBe(99)
  })

  test('a name used by the file is not unknown', () => {
    const files = { '.env': 'MINE=7\n', 'sluice.toml': 'max_retries = "${MINE}"\n' }
    expect(loadIn({ files })).toMatchObject({ maxRetries: 7, warnings: [] })
  })

  test('what is blank is told once', () => {
    expect(refusalIn({ files: { '.env': 'PROXY_API_KEY=\n' } })).toMatchObject([
      { message: 'must not be blank' },
    ])
  })

  test('a fault in it is told as its own', () => {
    expect(refusalIn({ files: { '.env': 'PORT=x\n' } })[0]?.where).toBe('.env:1 PORT')
  })

  test('a fault in it has its line, whatever stands before it', () => {
    const before = '# PORT=1\nPORT=2\nLAB_API_KEY="a\nPORT=3\nb"\n'
    const where = (line: string) => refusalIn({ files: { '.env': `${before}${line}\n` } })[0]?.where
    expect(where('PORT=x')).toBe('.env:6 PORT')
    expect(where('export  PORT = x # PORT=5')).toBe('.env:6 PORT')
    expect(where('port=x\nPORT=y')).toBe('.env:7 PORT')
    const staging = { '.env': 'PORT=2\nENVIRONMENT=staging', '.env.staging': '\nPORT=x' }
    expect(refusalIn({ files: staging })[0]?.where).toBe('.env.staging:2 PORT')
  })
})

describe('variables in files', () => {
  test('G33 whole and embedded, in key, URL, header, model name, strategy and number', () => {
    const env = { KEY: 'k', WHERE: 'eu', TOKEN: 't', SIZE: 'big', HOW: 'priority', N: '4' }
    const text =
      '[providers.acme]\napi_key = "${KEY}"\nbase_url = "https://${WHERE}.a.example"\npriority = "${N}"\n' +
      'models = { big = ["m-${SIZE}"] }\ncustom_headers = { X-T = "Bearer ${TOKEN}" }\n' +
      '[models.smart]\ntargets = ["acme:${SIZE}"]\nstrategy = "${HOW}"\n'
    const { providers, models } = loadIn({ env, files: { 'sluice.toml': text } })
    expect(providers).toMatchObject([
      {
        apiKeys: ['k'],
        baseUrl: 'https://eu.a.example',
        priority: 4,
        models: { big: ['m-big'] },
        headers: { 'X-T': 'Bearer t' },
      },
    ])
    expect(models.smart).toMatchObject({ targets: ['acme:big'] })
  })

  test('G34 a missing variable makes its provider partial, with a warning; a default fills in', () => {
    const text = `${ACME}[providers.lab]\nbase_url = "http://\${LAB_HOST}"\napi_key = "k"\n`
    const { providers, partial, warnings } = loadIn({ files: { 'sluice.toml': text } })
    expect(providers.map(({ name }) => name)).toEqual(['acme'])
    expect(partial).toEqual([{ name: 'lab', reason: expect.stringContaining('LAB_HOST') }])
    expect(warnings).toEqual([expect.stringMatching(/^sluice\.toml:5: .*LAB_HOST/)])
    const filled = text.replace('${LAB_HOST}', '${LAB_HOST:-lab.example}')
    expect(loadIn({ files: { 'sluice.toml': filled } }).providers[1]?.baseUrl).toBe('http://lab.example')
    const env = { LAB_HOST: '' }
    expect(loadIn({ env, files: { 'sluice.toml': filled } }).providers[1]?.baseUrl).toBe('http://lab.example')
  })

  test('a missing variable does not matter where a higher level gives the value', () => {
    const text = '[providers.lab]\nbase_url = "${NO}"\napi_key = "k"\n'
    const { providers, warnings } = loadIn({
      env: { LAB_BASE_URL: 'http://l' },
      files: { 'sluice.toml': text },
    })
    expect(providers).toMatchObject([{ name: 'lab', baseUrl: 'http://l' }])
    expect(warnings).toEqual([])
  })

  test('outside the providers a missing variable is refused', () => {
    expect(refusalIn({ files: { 'sluice.toml': '\nproxy_api_key = "${GATE}"\n' } })).toEqual([
      {
        where: 'sluice.toml:2',
        field: 'proxy_api_key',
        message: 'needs the variable GATE, which is not set',
        suggestion: 'set it, or write ${GATE:-default}',
      },
    ])
  })

  test('a doubled dollar is a literal', () => {
    const { providers } = loadIn({ files: { 'sluice.toml': `${ACME}default_model = "$\${X}"\n` } })
    expect(providers[0]?.defaultModel).toBe('${X}')
  })
})

function typeAt(url: string, more = {}) {
  const { providers } = loadIn({ env: { LAB_API_KEY: 'k', LAB_BASE_URL: url, ...more } })
  return [providers[0]?.type, providers[0]?.dialect]
}

describe('types and URLs', () => {
  test('a URL on port 11434 is Ollama’s own API, or OpenAI’s under /v1, unless a type is given', () => {
    expect(typeAt('http://gpu:11434')).toEqual(['ollama', undefined])
    expect(typeAt('http://gpu:11434/')).toEqual(['ollama', undefined])
    expect(typeAt('http://gpu:11434/v1')).toEqual(['custom', 'openai-chat'])
    expect(typeAt('http://gpu:11434/v1/')).toEqual(['custom', 'openai-chat'])
    expect(typeAt('http://gpu:11434/v1', { LAB_TYPE: 'ollama' })).toEqual(['ollama', undefined])
    expect(typeAt('http://gpu:11434', { LAB_API_FORMAT: 'openai' })).toEqual(['custom', 'openai-chat'])
    expect(typeAt('http://gpu:8000/v1')).toEqual(['custom', undefined])
  })

  test('a provider named like a preset takes its URL and dialect but may go elsewhere', () => {
    const { providers } = loadIn({ env: { OLLAMA_BASE_URL: 'http://gpu:11434/v1', ANTHROPIC_API_KEY: 'k' } })
    expect(providers.map(({ name, type, dialect }) => [name, type, dialect])).toEqual([
      ['anthropic', 'anthropic', undefined],
      ['ollama', 'custom', 'openai-chat'],
    ])
  })

  test('an authorization header of one’s own stands for the key', () => {
    const text = '[providers.openai]\nheaders = { Authorization = "Bearer t" }\n'
    expect(loadIn({ files: { 'sluice.toml': text } }).providers).toMatchObject([{ apiKeys: [] }])
  })
})

describe('headers', () => {
  test.each(['a\nb', 'a\r\nX-Evil: 1', 'a\rb'])(
    'F13 a line break in a header value is refused (%j)',
    (value) => {
      const [line] = refusedLines({ env: { ...ENV, ACME_CUSTOM_HEADER_X_A: value } })
      expect(line).toBe(
        'environment ACME_CUSTOM_HEADER_X_A: providers.acme.custom_headers.X-A: has a line break in its value',
      )
      const json = JSON.stringify({ custom_headers: { 'X-A': value } })
      expect(refusedLines({ files: { 'sluice.json': json } })[0]).toContain(
        'sluice.json:1: custom_headers.X-A',
      )
    },
  )

  test.each(['X A', 'X:A', '', 'Content-Length'])('F13 the header name %j is refused', (name) => {
    expect(
      refusalIn({ files: { 'sluice.json': JSON.stringify({ headers: { [name]: 'a' } }) } }),
    ).toHaveLength(1)
  })
})

describe('bind safety', () => {
  test.each(['0.0.0.0', '::', '192.168.1.2', 'gateway.example'])(
    'F08 %s without a gate key is refused with a hint',
    (host) => {
      expect(refusalIn({ env: { HOST: host } })).toEqual([
        {
          where: 'environment HOST',
          field: 'server.host',
          message: expect.stringContaining(host),
          suggestion: expect.stringContaining('PROXY_API_KEY'),
        },
      ])
      expect(loadIn({ env: { HOST: host, PROXY_API_KEY: 'gate' } }).server).toMatchObject({
        host,
        proxyApiKey: 'gate',
      })
      expect(loadIn({ env: { HOST: host, ALLOW_OPEN_BIND: 'true' } }).server.host).toBe(host)
      expect(
        loadIn({ files: { 'sluice.toml': `[server]\nhost = "${host}"\nallow_open_bind = true` } }).server
          .host,
      ).toBe(host)
    },
  )

  test.each(['127.0.0.1', '127.8.8.8', '::1', '[::1]', 'localhost'])('F08 %s starts', (host) => {
    expect(loadIn({ env: { HOST: host } }).server.host).toBe(host)
  })
})

describe('which providers there are', () => {
  test('nothing configured is no fault: the simulator answers', () => {
    expect(loadIn({})).toMatchObject({ providers: [], partial: [], warnings: [] })
  })

  test('G27 providers that were meant but cannot be used stop the start, with what to set', () => {
    const lines = refusedLines({
      env: { OPENAI_ENABLED: 'true', ANTHROPIC_API_KEY: 'k', ANTHROPIC_ENABLED: 'no' },
    })
    expect(lines).toEqual([
      'configuration: providers: none of the configured providers can be used',
      expect.stringMatching(/openai: .*OPENAI_API_KEY/),
      expect.stringMatching(/anthropic: .*ANTHROPIC_ENABLED/),
    ])
    expect(refusedLines({ files: { 'sluice.toml': '[providers.acme]\napi_key = "${NO}"\n' } })[1]).toContain(
      'NO',
    )
    expect(refusedLines({ files: { 'sluice.json': '{"providers": [{"api_key": "k"}]}' } })[1]).toContain(
      'name',
    )
  })

  test('a provider of a file that cannot be used is told with its place there', () => {
    const files = { 'sluice.toml': '\n[providers.acme]\ntype = "custom"\napi_key = "k"\n' }
    expect(refusalIn({ files })).toMatchObject([
      { where: 'configuration', field: 'providers' },
      { where: 'sluice.toml:3', field: 'providers.acme', message: expect.stringContaining('ACME_BASE_URL') },
    ])
  })

  test('G28 no provider is needed more than another', () => {
    expect(loadIn({ env: { ANTHROPIC_API_KEY: 'k' } }).providers.map(({ name }) => name)).toEqual([
      'anthropic',
    ])
    expect(loadIn({ files: { 'sluice.toml': ACME } }).providers.map(({ name }) => name)).toEqual(['acme'])
  })

  test('G47 partial providers stand apart, each with its reason', () => {
    const { providers, partial } = loadIn({ env: { ...ENV, LAB_API_KEY: 'k', OPENAI_ENABLED: '1' } })
    expect(providers.map(({ name }) => name)).toEqual(['acme'])
    expect(partial).toEqual([
      { name: 'openai', reason: expect.stringContaining('OPENAI_API_KEY') },
      { name: 'lab', reason: expect.stringContaining('LAB_BASE_URL') },
    ])
  })

  test('size classes of the single-provider system belong to openai', () => {
    const env = { OPENAI_API_KEY: 'k', BIG_MODEL: 'b', SMALL_MODEL: 's' }
    expect(loadIn({ env }).providers[0]?.models).toEqual({ big: ['b'], middle: ['b'], small: ['s'] })
    expect(loadIn({ env: { ...env, MIDDLE_MODEL: 'm' } }).providers[0]?.models?.middle).toEqual(['m'])
    const file = { 'sluice.toml': '[providers.openai.models]\nbig = ["file"]\n' }
    const { providers, warnings } = loadIn({ env, files: file })
    expect(providers[0]?.models).toEqual({ big: ['file'], middle: [], small: [] })
    expect(warnings).toEqual([
      'BIG_MODEL, SMALL_MODEL: ignored, because sluice.toml:2 names the models of openai',
    ])
    expect(loadIn({ env: { ...ENV, BIG_MODEL: 'b' } }).providers.map(({ name }) => name)).toEqual(['acme'])
  })
})

describe('the default provider', () => {
  const two = { ...ENV, OPENAI_API_KEY: 'k' }

  test('H07 the variable comes before the file', () => {
    const files = { 'sluice.toml': 'default_provider = "acme"\n' }
    expect(loadIn({ env: { ...two, VDM_DEFAULT_PROVIDER: 'OpenAI' }, files }).defaultProvider).toBe('openai')
  })

  test('H08 the file comes next; silent, the lowest priority number and then the first counts', () => {
    expect(
      loadIn({ env: two, files: { 'sluice.toml': 'default-provider = "acme"\n' } }).defaultProvider,
    ).toBe('acme')
    expect(effectiveDefault(loadIn({ env: two }))?.name).toBe('openai')
    expect(effectiveDefault(loadIn({ env: { ...two, ACME_PRIORITY: '0' } }))?.name).toBe('acme')
    expect(effectiveDefault(loadIn({}))).toBeUndefined()
  })

  test('H09 one that is not configured is warned about and the first available serves', () => {
    const config = loadIn({ env: { ...ENV, VDM_DEFAULT_PROVIDER: 'poe' } })
    expect(effectiveDefault(config)?.name).toBe('acme')
    expect(config.warnings).toEqual([expect.stringMatching(/VDM_DEFAULT_PROVIDER.*"poe".*acme/)])
  })

  test('H10 one that is asked for where none is configured stops the start with what to export', () => {
    expect(refusedLines({ env: { VDM_DEFAULT_PROVIDER: 'poe' } })[0]).toContain('export POE_API_KEY=')
  })

  test('H11 the default as configured and as in effect are both known', () => {
    const config = loadIn({ env: { ...ENV, VDM_DEFAULT_PROVIDER: 'poe' } })
    expect([config.configuredDefault, config.defaultProvider, effectiveDefault(config)?.name]).toEqual([
      'poe',
      undefined,
      'acme',
    ])
  })
})
