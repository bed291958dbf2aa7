import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { loadIn, refusedLines } from '../../test/load-in.ts'
import { fingerprint } from './fingerprint.ts'

const URL_OF_ACME = { ACME_BASE_URL: 'https://api.acme.example/v1' }
const keysOf = (files: Readonly<Record<string, string>>) => loadIn({ files }).providers[0]?.apiKeys
const json = (key: unknown) =>
  JSON.stringify({ providers: [{ name: 'acme', base_url: 'http://a', api_key: key }] })
const withKey = (key: string) => ({ env: { ...URL_OF_ACME, ACME_API_KEY: key } })

test('I18 a list and a text with blanks give the same keys, in variable, TOML, JSON and YAML', () => {
  const keys = ['k1', 'k2', 'k3']
  expect(loadIn(withKey(' k1  k2\tk3\n')).providers[0]?.apiKeys).toEqual(keys)
  const head = '[providers.acme]\nbase_url = "http://a.example"\n'
  expect(keysOf({ 'sluice.toml': `${head}api_key = "k1 k2 k3"\n` })).toEqual(keys)
  expect(keysOf({ 'sluice.toml': `${head}api-key = ["k1", "k2", "k3"]\n` })).toEqual(keys)
  expect(keysOf({ 'sluice.json': json('k1 k2 k3') })).toEqual(keys)
  expect(keysOf({ 'sluice.json': json(keys) })).toEqual(keys)
  expect(
    keysOf({ 'sluice.yaml': 'providers: {acme: {base_url: http://a, api_keys: [k1, k2, k3]}}' }),
  ).toEqual(keys)
})

test('I15 the passthrough mark mixed with keys is refused, wherever it stands', () => {
  expect(refusedLines(withKey('!PASSTHRU k1'))[0]).toContain('environment ACME_API_KEY')
  expect(refusedLines(withKey('k1 !PASSTHRU'))[0]).toContain('mixes !PASSTHRU with keys')
  expect(refusedLines(withKey('!OAUTH'))[0]).toContain('!PASSTHRU')
})

test('the passthrough mark alone hands the caller’s key on', () => {
  expect(loadIn(withKey('!PASSTHRU')).providers[0]).toMatchObject({ passthrough: true, apiKeys: [] })
})

test.each(['', '   ', '\t'])('I16 a blank key %j is refused with its variable', (key) => {
  const [line] = refusedLines(withKey(key))
  expect(line).toContain('environment ACME_API_KEY')
  expect(line).toContain('blank')
})

test('I16 a blank among keys is refused with its line', () => {
  const file = '[providers.acme]\nbase_url = "http://a"\napi_key = ["k", " "]\n'
  expect(refusedLines({ files: { 'sluice.toml': file } })[0]).toContain('sluice.toml:3')
})

test('G46 missing, empty, mixed and malformed are told apart, each by provider and variable', () => {
  const missing = loadIn({ env: { ...URL_OF_ACME, ACME_API_KEY: 'k', OPENAI_ENABLED: '1' } }).partial[0]
  const told = [
    `${missing?.name}: ${missing?.reason}`,
    refusedLines(withKey(''))[0] ?? '',
    refusedLines(withKey('!PASSTHRU k'))[0] ?? '',
    refusedLines({ env: { ...withKey('k').env, ACME_API_FORMAT: 'xml' } })[0] ?? '',
  ]
  expect(new Set(told).size).toBe(4)
  expect(told[0]).toMatch(/openai.*OPENAI_API_KEY/)
  for (const line of told.slice(1)) expect(line).toMatch(/ACME_API_(?:KEY|FORMAT).*acme/)
})

test('no message repeats a key', () => {
  const secret = 'canary-4711'
  const given = [
    withKey(`${secret} !PASSTHRU`),
    withKey(`${secret}\u00e9`),
    { env: { PROXY_API_KEY: `${secret} ${secret}` } },
    { env: { ...withKey('k').env, ACME_CUSTOM_HEADER_X: `${secret}\nx` } },
    { env: { T: secret }, files: { 'sluice.toml': '[server]\nport = "${T}"\n' } },
    { files: { 'sluice.toml': `[providers.acme]\napi_key = "${secret}\n` } },
    { files: { 'sluice.yaml': `providers:\n  acme:\n    api_key: "${secret}\n  b: [` } },
    { env: { ...withKey('k').env, ACME_BASE_URL: `http://user:${secret}@a.example` } },
  ]
  for (const each of given) expect(refusedLines(each).join('\n')).not.toContain(secret)
})

test('a fingerprint is the first eight hex digits of the SHA-256', () => {
  expect(fingerprint('k')).toBe(createHash('sha256').update('k').digest('hex').slice(0, 8))
})
