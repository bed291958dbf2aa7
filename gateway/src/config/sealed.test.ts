import { expect, test } from 'vitest'
import { loadIn, refusedLines } from '../../test/load-in.ts'
import { isSealed, seal, unseal } from './sealed.ts'

const file = (key: string) => ({
  'sluice.toml': `[providers.acme]\nbase_url = "http://127.0.0.1:1/v1"\napi_key = "${key}"\n`,
})

test('what was sealed is opened with the same key alone', () => {
  const sealed = seal('sk-öäü-1', 'secret')
  expect(isSealed(sealed)).toBe(true)
  expect(sealed).not.toContain('sk-')
  expect(unseal(sealed, 'secret')).toBe('sk-öäü-1')
  expect(unseal(sealed, 'Secret')).toBeUndefined()
  expect(seal('sk-öäü-1', 'secret')).not.toBe(sealed)
})

test('what somebody has changed is not opened', () => {
  const sealed = seal('sk-1', 'secret')
  for (let at = 7; at < sealed.length - 1; at++) {
    const other = sealed[at] === 'A' ? 'B' : 'A'
    expect(unseal(sealed.slice(0, at) + other + sealed.slice(at + 1), 'secret')).toBeUndefined()
  }
  expect(unseal('enc:v1:', 'secret')).toBeUndefined()
})

test('a sealed key in a file is the key', () => {
  const { providers } = loadIn({ env: { SLUICE_SECRET_KEY: 's' }, files: file(seal('sk-1', 's')) })
  expect(providers[0]?.apiKeys).toEqual(['sk-1'])
})

test('without its key the provider cannot be used, and it is said why', () => {
  const env = { OPENAI_API_KEY: 'sk-2' }
  const { partial } = loadIn({ env, files: file(seal('sk-1', 's')) })
  expect(partial).toEqual([{ name: 'acme', reason: expect.stringContaining('SLUICE_SECRET_KEY') }])
})

test('with another key the start is refused, without a word of what is sealed', () => {
  const lines = refusedLines({ env: { SLUICE_SECRET_KEY: 'other' }, files: file(seal('sk-1', 's')) })
  expect(lines.join('\n')).toContain('api_key: was sealed with another SLUICE_SECRET_KEY')
})
