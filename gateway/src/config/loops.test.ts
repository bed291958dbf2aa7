import { describe, expect, test } from 'vitest'
import { loadIn, refusedLines } from '../../test/load-in.ts'

const here = (url: string, more: Readonly<Record<string, string>> = {}) => ({
  env: { ACME_API_KEY: 'k', ACME_BASE_URL: url, PORT: '9000', PROXY_API_KEY: 'g', ...more },
})

describe('R22 a provider that is this gateway', () => {
  test.each([
    ['http://127.0.0.1:9000/v1', '127.0.0.1'],
    ['http://localhost:9000', '127.0.0.1'],
    ['http://localhost:9000', '0.0.0.0'],
    ['http://127.0.0.3:9000', '0.0.0.0'],
    ['http://[::1]:9000', '::'],
    ['http://0.0.0.0:9000', '127.0.0.1'],
    ['http://gate.example:9000', 'gate.example'],
  ])('%s is refused where it listens on %s', (url, host) => {
    expect(refusedLines(here(url, { HOST: host }))).toEqual([
      expect.stringContaining('environment ACME_BASE_URL: providers.acme.base_url: http'),
    ])
  })

  test.each([
    ['http://127.0.0.1:9001', '127.0.0.1'],
    ['http://127.0.0.2:9000', '127.0.0.1'],
    ['http://gpu:9000', '0.0.0.0'],
  ])('%s is not, where it listens on %s', (url, host) => {
    expect(loadIn(here(url, { HOST: host })).providers).toHaveLength(1)
  })

  test('nor does the URL that its type brings along pass unseen', () => {
    const env = { OLLAMA_ENABLED: 'true', PORT: '11434' }
    expect(refusedLines({ env })[0]).toContain(
      'http://127.0.0.1:11434 is this gateway itself (environment PORT)',
    )
  })
})
