import { expect, test } from 'vitest'
import { fingerprint } from '#config'
import { FACTS, loadIn, type Given } from '../../test/load-in.ts'
import { listing } from './listing.ts'

const URL_HERE = 'http://127.0.0.1:8082'
const lines = (given: Given) => listing(loadIn(given), [URL_HERE], FACTS)
const text = (given: Given) => lines(given).join('\n')

const ACME = {
  ACME_API_KEY: 'k1 k2',
  ACME_BASE_URL: 'https://api.acme.example/v1',
  ACME_API_FORMAT: 'anthropic',
}

test('each provider stands there with type, dialect, priority, URL and fingerprints, never a key', () => {
  const told = text({ env: { ...ACME, OPENAI_API_KEY: 'secret-canary', OPENAI_PRIORITY: '2' } })
  expect(told).toMatch(/acme +custom +anthropic +priority 1 +https:\/\/api\.acme\.example\/v1/)
  expect(told).toContain(`keys ${fingerprint('k1')} ${fingerprint('k2')}  (default)`)
  expect(told).toMatch(/openai +openai +openai-chat +priority 2 +https:\/\/api\.openai\.com\/v1/)
  expect(told).toContain(fingerprint('secret-canary'))
  expect(told).not.toContain('secret-canary')
  expect(told.match(/\(default\)/g)).toHaveLength(1)
})

test('nor one that stands in a URL', () => {
  const told = text({ env: { ...ACME, ACME_BASE_URL: 'https://api.acme.example/v1?key=secret-canary&v=2' } })
  expect(told).toContain('https://api.acme.example/v1?key=…')
  expect(told).not.toContain('secret-canary')
})

test('passthrough and keyless providers say so', () => {
  const told = text({ env: { OPENAI_API_KEY: '!PASSTHRU', OLLAMA_BASE_URL: 'http://gpu:11434' } })
  expect(told).toContain('key PASSTHRU')
  expect(told).toMatch(/ollama .*no key/)
})

test('G47 partial and switched-off providers stand apart with the reason', () => {
  const told = lines({ env: { ...ACME, LAB_API_KEY: 'k', OPENAI_API_KEY: 'k', OPENAI_ENABLED: 'no' } })
  expect(told).toContain('  openai: switched off')
  expect(told).toContainEqual(expect.stringMatching(/^ {2}lab: not usable, .*LAB_BASE_URL/))
})

test('without a provider the simulator is named, and how to configure a real one', () => {
  const told = text({})
  expect(told).toContain('built-in simulator answers as provider "demo"')
  expect(told).toContain('export OPENAI_API_KEY=')
  expect(told).toContain(`curl ${URL_HERE}/v1/chat/completions`)
})

test('H11 both defaults are told where they differ', () => {
  expect(text({ env: { ...ACME, VDM_DEFAULT_PROVIDER: 'poe' } })).toContain(
    'poe is configured, acme is in effect',
  )
  expect(text({ env: { ...ACME, VDM_DEFAULT_PROVIDER: 'acme' } })).not.toContain('in effect')
})

test('where it has none, that of its type', () => {
  const facts = FACTS.map((fact) => ({ ...fact, defaultModel: `usual-of-${fact.name}` }))
  const told = listing(loadIn({ env: { ANTHROPIC_API_KEY: 'k' } }), [URL_HERE], facts).join('\n')
  expect(told).toContain('"model":"anthropic:usual-of-anthropic"')
})

test('the curl line asks the default provider’s own model and shows the gate', () => {
  const told = text({ env: { ...ACME, ACME_DEFAULT_MODEL: 'm-1', PROXY_API_KEY: 'gate' } })
  expect(told).toContain('"model":"acme:m-1"')
  expect(told).toContain('$PROXY_API_KEY')
  expect(told).not.toContain('gate"')
})
