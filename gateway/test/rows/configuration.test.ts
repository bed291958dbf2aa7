/** Rows F07, G07, G12, G14, G36, G38, G40–G42, G57: what upstreams and clients see of settings, over real HTTP. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { configuredBy } from './by-environment.ts'
import { configured } from './configured.ts'
import { textAnswer } from './row.ts'

const { upstream, started } = configured()

/** What stands in the log after the work. */
async function logged(work: (log: string) => Promise<void>): Promise<readonly Record<string, unknown>[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-log-'))
  try {
    await work(join(folder, 'log'))
    const text = readFileSync(join(folder, 'log'), 'utf8')
    return text
      .trimEnd()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const base = (url: string) => `[providers.acme]\nbase-url = "${url}"\napi-key = "k-toml"\n`

describe('G12 every TOML key has its effect', () => {
  test('G12 base-url, api-key and aliases', async () => {
    const acme = await upstream()
    const gate = await started(
      {},
      { 'sluice.toml': `${base(acme.url)}[providers.acme.aliases]\nfast = "m-small"\n` },
    )
    expect((await gate.chat('acme:fast')).status).toBe(200)
    expect(acme.models()).toEqual(['m-small'])
    expect(acme.last()['authorization']).toBe('Bearer k-toml')
  })

  test('G12 api-format', async () => {
    const acme = await upstream()
    const gate = await started({}, { 'sluice.toml': `${base(acme.url)}api-format = "anthropic"\n` })
    await gate.chat('acme:m')
    expect(acme.paths()).toEqual(['/v1/messages'])
  })

  test('G12 G07 api-version', async () => {
    const acme = await upstream()
    const gate = await started({}, { 'sluice.toml': `${base(acme.url)}api-version = "2024-10-21"\n` })
    await gate.chat('acme:m')
    expect(acme.paths()).toEqual(['/openai/deployments/m/chat/completions?api-version=2024-10-21'])
    expect(acme.last()['api-key']).toBe('k-toml')
  })

  test('G12 max-retries', async () => {
    const acme = await upstream({ kind: 'status', status: 503 })
    const toml = `retry_policy = "immediate"\n${base(acme.url)}max-retries = 1\n`
    const gate = await started({}, { 'sluice.toml': toml })
    expect((await gate.chat('acme:m')).status).toBe(503)
    expect(acme.calls()).toHaveLength(2)
  })

  test('G12 timeout', async () => {
    const acme = await upstream({ kind: 'silence' })
    const gate = await started({}, { 'sluice.toml': `${base(acme.url)}timeout = 0.2\nmax-retries = 0\n` })
    expect((await gate.chat('acme:m')).status).toBe(504)
  })
})

test('G14 with one key alone, URL, language, timeout and aliases come along', async () => {
  const config = configuredBy({ OPENROUTER_API_KEY: 'k' })
  expect(config.origins.get('providers.openrouter.base_url')).toEqual({
    source: 'preset',
    name: 'openrouter',
  })
  expect(config.origins.get('providers.openrouter.aliases.haiku')).toEqual({
    source: 'preset',
    name: 'openrouter',
  })
  expect(config.timeouts.headersMs).toBe(90_000)
  const router = await upstream()
  const gate = await started({ OPENROUTER_API_KEY: 'k', OPENROUTER_BASE_URL: `${router.url}/api/v1` })
  for (const model of ['haiku', 'openrouter:Sonnet', 'opus', 'some/haiku']) await gate.message(model)
  expect(router.models()).toEqual([
    'anthropic/claude-haiku-4.5',
    'anthropic/claude-sonnet-4.5',
    'anthropic/claude-opus-4.5',
    'some/haiku',
  ])
  expect(new Set(router.paths())).toEqual(new Set(['/api/v1/chat/completions']))
})

test('G14 one’s own alias wins over the type’s, and size classes over all of them', async () => {
  const router = await upstream()
  const env = { OPENROUTER_API_KEY: 'k', OPENROUTER_BASE_URL: `${router.url}/api/v1` }
  const own = await started({ ...env, OPENROUTER_ALIAS_HAIKU: 'mine' })
  await own.message('haiku')
  const sized = await started(env, { 'sluice.toml': '[providers.openrouter.models]\nsmall = ["small-1"]\n' })
  await sized.message('haiku')
  expect(router.models()).toEqual(['mine', 'small-1'])
})

const entry = (name: string, priority: number, url: string) => ({
  name,
  enabled: true,
  priority,
  api_key: `\${${name.toUpperCase()}_KEY}`,
  base_url: url,
  models: { big: ['b'], middle: ['m'], small: ['s'] },
})

describe('G36 the examples of the JSON system', () => {
  test('G36 the first by priority is asked, then the next', async () => {
    const cheap = await upstream([textAnswer(), { kind: 'status', status: 503 }])
    const premium = await upstream()
    const file = {
      // In the other order, so that the number decides and not the place.
      providers: [entry('premium', 2, `${premium.url}/v1`), entry('cheap', 1, `${cheap.url}/v1`)],
      fallback_strategy: 'priority',
      circuit_breaker: { failure_threshold: 3, recovery_timeout: 120 },
    }
    const env = { CHEAP_KEY: 'c', PREMIUM_KEY: 'p', MAX_RETRIES: '0' }
    const gate = await started(env, { 'config/providers.json': JSON.stringify(file) })
    expect(await gate.message('claude-3-opus-20240229')).toBe(200)
    expect([cheap.models(), premium.models()]).toEqual([['b'], []])
    expect(await gate.message('claude-3-5-haiku-20241022')).toBe(200)
    expect([cheap.models(), premium.models()]).toEqual([['b', 's'], ['s']])
    expect([cheap.last()['authorization'], premium.last()['authorization']]).toEqual(['Bearer c', 'Bearer p'])
  })

  test('G38 a header with a variable in it takes the place of the usual credentials', async () => {
    const acme = await upstream()
    const file = {
      providers: [
        { ...entry('acme', 1, acme.url), custom_headers: { Authorization: 'Bearer ${T}', 'X-A': 'x${T}y' } },
      ],
    }
    const gate = await started(
      { ACME_KEY: 'usual', T: 'special' },
      { 'config/providers.json': JSON.stringify(file) },
    )
    await gate.message('claude-3-opus-20240229')
    expect(acme.last()).toMatchObject({ authorization: 'Bearer special', 'x-a': 'xspecialy' })
    expect(JSON.stringify(acme.last())).not.toContain('usual')
  })

  test('G41 the old account is never asked when the listed providers fail', async () => {
    const old = await upstream()
    const listed = await upstream({ kind: 'status', status: 503 })
    const file = { providers: [entry('acme', 1, listed.url)], fallback_strategy: 'priority' }
    const env = { OPENAI_API_KEY: 'old', OPENAI_BASE_URL: old.url, ACME_KEY: 'k', MAX_RETRIES: '0' }
    const gate = await started(env, { 'config/providers.json': JSON.stringify(file) })
    expect(await gate.message('claude-3-opus-20240229')).toBe(529)
    expect(await gate.message('gpt-4o')).toBe(529)
    expect(listed.calls().length).toBeGreaterThan(0)
    expect(old.calls()).toEqual([])
  })
})

test('G40 the old account’s classes: opus asks for the big model, haiku for the small one, sonnet for the big one', async () => {
  const openai = await upstream()
  const env = {
    OPENAI_API_KEY: 'k',
    OPENAI_BASE_URL: `${openai.url}/v1`,
    BIG_MODEL: 'big',
    SMALL_MODEL: 'small',
  }
  const gate = await started(env)
  for (const size of ['3-opus-20240229', '3-haiku-20240307', '3-5-sonnet-20241022'])
    await gate.message(`claude-${size}`)
  for (const size of ['opus', 'haiku', 'sonnet']) await gate.message(size)
  expect(openai.models()).toEqual(['big', 'small', 'big', 'big', 'small', 'big'])
})

const account = (url: string) => ({ ACME_API_KEY: 'k', ACME_BASE_URL: url, RETRY_POLICY: 'immediate' })

describe('G42 the numeric settings', () => {
  test('G42 REQUEST_TIMEOUT', async () => {
    const acme = await upstream({ kind: 'silence' })
    const gate = await started({ ...account(acme.url), REQUEST_TIMEOUT: '0.2', MAX_RETRIES: '0' })
    expect((await gate.chat('acme:m')).status).toBe(504)
  })

  test.each(['0', '2'])('G42 MAX_RETRIES=%s', async (retries) => {
    const acme = await upstream({ kind: 'status', status: 503 })
    const gate = await started({ ...account(acme.url), MAX_RETRIES: retries })
    await gate.chat('acme:m')
    expect(acme.calls()).toHaveLength(1 + Number(retries))
  })

  test('G42 MAX_TOKENS_LIMIT and MIN_TOKENS_LIMIT', async () => {
    const acme = await upstream()
    const gate = await started({ ...account(acme.url), MAX_TOKENS_LIMIT: '300', MIN_TOKENS_LIMIT: '100' })
    for (const tokens of [500, 200, 50]) await gate.chat('acme:m', { max_tokens: tokens })
    expect(acme.bodies()).toMatchObject([{ max_tokens: 300 }, { max_tokens: 200 }, { max_tokens: 100 }])
  })

  test('G42 STREAMING_READ_TIMEOUT_SECONDS and STREAMING_CONNECT_TIMEOUT_SECONDS', () => {
    const { timeouts } = configuredBy({
      STREAMING_READ_TIMEOUT_SECONDS: '7',
      STREAMING_CONNECT_TIMEOUT_SECONDS: '3',
    })
    expect(timeouts).toMatchObject({ idleMs: 7000, connectMs: 3000 })
  })

  test('G42 N12 LOG_SUMMARY_INTERVAL', async () => {
    const acme = await upstream([textAnswer(), { kind: 'status', status: 400 }, textAnswer()])
    const lines = await logged(async (log) => {
      const gate = await started({ ...account(acme.url), LOG_SUMMARY_INTERVAL: '2' }, {}, log)
      for (let n = 0; n < 5; n++) await gate.chat('acme:m')
      await gate.close()
    })
    expect(lines.filter(({ msg }) => msg === 'summary')).toMatchObject([
      { requests: 2, completed: 1, failed: 1, cancelled: 0, tokens_out: expect.any(Number) },
      { requests: 2, completed: 2, failed: 0 },
    ])
  })

  test('G42 the TTL and the size of what aliases remember', () => {
    const { aliasRules } = configuredBy({ ALIAS_CACHE_TTL_SECONDS: '5', ALIAS_CACHE_MAX_SIZE: '7' })
    expect(aliasRules).toMatchObject({ cacheMs: 5000, cacheSize: 7 })
  })
})

test('F07 with the switch on, clients have to show Anthropic’s key, and it goes to nobody', async () => {
  const openai = await upstream()
  const env = { OPENAI_API_KEY: 'up', OPENAI_BASE_URL: openai.url, ANTHROPIC_API_KEY: 'gate-of-old' }
  const gate = await started({ ...env, ANTHROPIC_KEY_IS_GATE: 'true' })
  expect(await gate.message('m')).toBe(401)
  expect(await gate.message('m', { 'x-api-key': 'gate-of-old' })).toBe(200)
  expect(JSON.stringify(openai.last())).not.toContain('gate-of-old')
  const open = await started(env)
  expect(await open.message('openai:m')).toBe(200)
})

test('G57 in production the log is JSON, a line for each fact', async () => {
  const acme = await upstream()
  const lines = await logged(async (log) => {
    const env = { ENVIRONMENT: 'production', ACME_API_KEY: 'k', ACME_BASE_URL: acme.url }
    const gate = await started(env, {}, log)
    await gate.chat('acme:m')
    await gate.close()
  })
  expect(lines).toContainEqual(expect.objectContaining({ provider: 'acme' }))
})
