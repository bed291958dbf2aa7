/** Row G19: what `.env` sets and nothing reads is told once, with its line and what was probably meant. */

import { describe, expect, test } from 'vitest'
import { loadIn } from '../../test/load-in.ts'

const KEY = 'OPENAI_API_KEY=k\n'
const told = (
  text: string,
  env: Readonly<Record<string, string>> = {},
  more: Readonly<Record<string, string>> = {},
) => loadIn({ env, files: { '.env': KEY + text, ...more } }).warnings

describe('G19 a name in .env that nothing reads', () => {
  test('is told with its line, and those that mean something else in one line', () => {
    expect(told('NODE_ENV=x\n\nMAX_HEAP=1\n')).toEqual([
      '.env: not used by Sluice: MAX_HEAP (line 4), NODE_ENV (line 2); `sluice config env` lists what is',
    ])
  })

  test.each([
    ['MAX_RETRY', 'MAX_RETRIES'],
    ['proxy_apikey', 'PROXY_API_KEY'],
    ['HELTH_CHECK_INTERVAL', 'HEALTH_CHECK_INTERVAL'],
    ['OPENAI_BASE_ULR', 'OPENAI_BASE_URL'],
    ['BIG_MODLE', 'BIG_MODEL'],
    ['SLUICE_CONFG', 'SLUICE_CONFIG'],
  ])('%s is told with the one that is near', (name, meant) => {
    expect(told(`${name}=1\n`)).toEqual([`.env:2 ${name}: not used by Sluice (did you mean "${meant}"?)`])
  })

  test('is told of the file that it stands in', () => {
    expect(told('ENVIRONMENT=staging\n', {}, { '.env.staging': '\nWHAT=1\nPORTT=5\n' })).toEqual([
      '.env.staging:3 PORTT: not used by Sluice (did you mean "PORT"?)',
      '.env.staging: not used by Sluice: WHAT (line 2); `sluice config env` lists what is',
    ])
  })

  test('that says the same as another is told by which it is beaten', () => {
    expect(told('STREAM_IDLE_TIMEOUT=5\nSTREAMING_READ_TIMEOUT_SECONDS=6\n')).toEqual([
      '.env:3 STREAMING_READ_TIMEOUT_SECONDS: not used, because STREAM_IDLE_TIMEOUT says the same and wins',
    ])
  })
})

describe('G19 a name in .env is not told as unused', () => {
  test.each([
    'HOST=',
    'OPENAI_BASE_URL=',
    'BIG_MODEL=',
    'OLLAMA_HOST=127.0.0.1',
    'SLUICE_SECRET_KEY=abc',
    'FOO_BASE_URL=',
  ])('%s, which is blank or read where it is needed', (line) => expect(told(`${line}\n`)).toEqual([]))

  test.each([
    ['BIG_MODEL=x\n', 'BIG_MODEL: ignored, as there is no provider openai'],
    [
      'ANTHROPIC_KEY_IS_GATE=true\nPROXY_API_KEY=gate-key-12\nANTHROPIC_API_KEY=other-key-12\n',
      'ANTHROPIC_KEY_IS_GATE is on, but PROXY_API_KEY is the gate key; ANTHROPIC_API_KEY is not used',
    ],
    ['DEBUG=1\n', '.env DEBUG: has no effect: set LOG_LEVEL=debug'],
  ])('twice: %j', (text, warning) => {
    const { warnings } = loadIn({ files: { '.env': `${text}LAB_BASE_URL=http://a\nLAB_API_KEY=k\n` } })
    expect(warnings).toEqual([warning])
  })
})

describe('variables of a provider that nothing makes', () => {
  test.each([
    [
      'FOO_BASE_URL=http://a\n',
      '.env:2 FOO_BASE_URL',
      'foo',
      'set FOO_API_KEY, or FOO_API_FORMAT where it needs no key',
    ],
    [
      'FOO_BASE_URL=http://a\nFOO_PRIORITY=1\n',
      '.env:2 FOO_BASE_URL, .env:3 FOO_PRIORITY',
      'foo',
      'set FOO_API_KEY, or FOO_API_FORMAT where it needs no key',
    ],
    ['FOO_API_FORMAT=anthropic\n', '.env:2 FOO_API_FORMAT', 'foo', 'set FOO_BASE_URL'],
    ['FOO_DEFAULT_MODEL=m\n', '.env:2 FOO_DEFAULT_MODEL', 'foo', 'set FOO_BASE_URL and FOO_API_KEY'],
    ['ANTHROPIC_BASE_URL=http://a\n', '.env:2 ANTHROPIC_BASE_URL', 'anthropic', 'set ANTHROPIC_API_KEY'],
  ])('%j is told with what is lacking', (text, places, name, advice) => {
    expect(told(text)).toEqual([`${places}: not used, as nothing makes a provider "${name}": ${advice}`])
  })

  test('and whose name is near a provider’s is told with that', () => {
    expect(told('OPENIA_BASE_URL=http://a\n')).toEqual([
      '.env:2 OPENIA_BASE_URL: not used, as nothing makes a provider "openia" (did you mean "OPENAI_BASE_URL"?)',
    ])
  })

  test('are told of the environment too where they cannot be another program’s', () => {
    const advice = 'not used, as nothing makes a provider "foo": set'
    expect(told('', { FOO_API_FORMAT: 'anthropic' })).toEqual([
      `environment FOO_API_FORMAT: ${advice} FOO_BASE_URL`,
    ])
    expect(told('', { FOO_BASE_URL: 'http://a', FOO_DEFAULT_MODEL: 'm' })).toEqual([
      `environment FOO_BASE_URL, environment FOO_DEFAULT_MODEL: ${advice} FOO_API_KEY, or FOO_API_FORMAT where it needs no key`,
    ])
    expect(told('FOO_PRIORITY=1\n', { FOO_BASE_URL: 'http://a' })).toEqual([
      `.env:2 FOO_PRIORITY, environment FOO_BASE_URL: ${advice} FOO_API_KEY, or FOO_API_FORMAT where it needs no key`,
    ])
    expect(
      told('', { NEXT_PUBLIC_BASE_URL: 'http://a', DB_TYPE: 'x', FOO_API_FORMAT: 'png', AN_REGION: 'eu' }),
    ).toEqual([])
  })

  test('that has a key and is none on purpose are told plainly', () => {
    const files = {
      'providers.json': '{"providers":{"lab":{"base_url":"http://a","api_key":"k","models":{"big":["m"]}}}}',
    }
    const { warnings } = loadIn({ files: { ...files, '.env': `${KEY}OPENAI_BASE_URL=http://a\n` } })
    expect(warnings).toEqual([
      '.env: not used by Sluice: OPENAI_BASE_URL (line 2); `sluice config env` lists what is',
      'OPENAI_API_KEY: makes no provider, because providers.json says which there are',
    ])
  })

  test('are no matter where it is made', () => {
    expect(told('FOO_BASE_URL=http://a\n', { FOO_API_KEY: 'k' })).toEqual([])
    expect(
      told('FOO_BASE_URL=http://a\nFOO_API_FORMAT=openai\nFOO_CUSTOM_HEADER_X=1\nFOO_ALIAS_B=c\n'),
    ).toEqual([])
  })
})
