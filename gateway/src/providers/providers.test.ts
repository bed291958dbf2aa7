import type { Clock } from '#core'
import { expect, test } from 'vitest'
import type { ProviderConfig } from '#config'
import type { Dialect } from '#dialects'
import type { Client } from '#transport'
import { buildProvider, presetNamed, PRESETS } from './index.ts'

const idle: Client = {
  send: () => ({ pause() {}, resume() {}, abort() {} }),
  close: () => Promise.resolve(),
  stats: { connected: 0, free: 0, running: 0 },
}

const still: Clock = { now: () => 0, wall: () => 0, timer: () => ({ cancel() {} }) }

function built(type: string, config: Partial<ProviderConfig>, dialect: Partial<Dialect>) {
  const preset = presetNamed(type)
  if (preset === undefined) throw new Error(type)
  return buildProvider(
    { name: 'p', type, apiKeys: [], passthrough: false, priority: 1, timeouts: {}, headers: {}, ...config },
    // Only name and paths of the dialect are read while building.
    {
      preset,
      dialect: { name: preset.dialect, chat: { paths: { chat: '/c' } }, ...dialect } as Dialect,
      clock: still,
      client: () => idle,
    },
    { timeouts: { connectMs: 1, headersMs: 2, firstTokenMs: 3, idleMs: 4, totalMs: 5 }, maxRetries: 3 },
  )
}

function header(list: readonly string[], name: string): string | undefined {
  const at = list.findIndex((item, i) => i % 2 === 0 && item.toLowerCase() === name)
  return at === -1 ? undefined : list[at + 1]
}

test('K03 bearer, K04 x-api-key and version: each provider type in its own style', () => {
  const openai = built('openai', { apiKeys: ['k'] }, {})
  expect(header(openai.headers('k', undefined), 'authorization')).toBe('Bearer k')
  const anthropic = built('anthropic', { apiKeys: ['k'] }, {})
  const headers = anthropic.headers('k', undefined)
  expect(header(headers, 'x-api-key')).toBe('k')
  expect(header(headers, 'authorization')).toBeUndefined()
  expect(header(headers, 'anthropic-version')).toBe('2023-06-01')
})

test('pitfall 245 a Google key goes into its own header, whatever the type of a provider that speaks gemini', () => {
  for (const [type, dialect] of [
    ['google', {}],
    ['custom', { name: 'gemini' }],
  ] as const) {
    const headers = built(type, { apiKeys: ['k'], baseUrl: 'https://g.example' }, dialect).headers(
      'k',
      undefined,
    )
    expect(header(headers, 'x-goog-api-key')).toBe('k')
    expect(header(headers, 'authorization')).toBeUndefined()
  }
})

test.each([
  ['gemini-3-pro-preview', { thinkingConfig: 'level', leastThinking: 'low', callSignatures: true }],
  ['gemini-3.5-flash', { thinkingConfig: 'level', callSignatures: true }],
  ['gemini-2.5-pro-preview-05-06', { thinkingConfig: 'budget', leastThinking: 128 }],
  ['gemini-2.5-flash-lite', { thinkingConfig: 'budget' }],
  ['gemini-2.0-flash', { thinkingConfig: 'none', jsonSchema: false }],
  ['gemini-flash-latest', { jsonSchema: true }],
])('pitfall 101 %s is written to as its family takes it', (model, traits) => {
  const told = built('google', { apiKeys: ['k'] }, {}).traits(model)
  expect(told).toMatchObject(traits)
  expect('leastThinking' in told).toBe('leastThinking' in traits)
})

test("A25 the client's anthropic headers replace ours and nothing else of it goes on", () => {
  const provider = built('anthropic', { apiKeys: ['k'] }, {})
  const headers = provider.headers('k', {
    'anthropic-version': '2026-10-21',
    'anthropic-beta': 'a-1,b-2',
    authorization: 'Bearer gate',
    cookie: 'x=1',
    'x-api-key': 'gate',
  })
  expect(header(headers, 'anthropic-version')).toBe('2026-10-21')
  expect(header(headers, 'anthropic-beta')).toBe('a-1,b-2')
  expect(headers.join(' ')).not.toMatch(/gate|cookie/)
})

test.each(['custom', 'openai'])(
  "K04 A25 %s that speaks Anthropic's language is called in its manner",
  (type) => {
    const speaking = (name: 'anthropic' | 'openai-chat', sent = {}) =>
      built(type, { apiKeys: ['k'], baseUrl: 'http://a.example' }, { name }).headers('k', sent)
    const plain = speaking('anthropic')
    expect(header(plain, 'x-api-key')).toBe('k')
    expect(header(plain, 'authorization')).toBeUndefined()
    expect(header(plain, 'anthropic-version')).toBe('2023-06-01')
    const asked = speaking('anthropic', { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'a-1' })
    expect(header(asked, 'anthropic-version')).toBe('2026-10-21')
    expect(header(asked, 'anthropic-beta')).toBe('a-1')
    const own = speaking('openai-chat', { 'anthropic-beta': 'a-1' })
    expect(header(own, 'authorization')).toBe('Bearer k')
    expect(own.join(' ')).not.toMatch(/anthropic/)
  },
)

test('a configured header wins over the scheme and the client', () => {
  const provider = built('anthropic', { headers: { Authorization: 'Bearer own', 'anthropic-beta': 'z' } }, {})
  const headers = provider.headers('k', { 'anthropic-beta': 'a' })
  expect(header(headers, 'authorization')).toBe('Bearer own')
  expect(header(headers, 'x-api-key')).toBeUndefined()
  expect(headers.filter((item) => item === 'anthropic-beta')).toHaveLength(1)
})

test('each preset is complete: a base URL unless it is custom, and model rules with a reason', () => {
  for (const preset of PRESETS) {
    const placed = preset.baseUrl !== undefined || preset.site !== undefined
    expect(placed || preset.name === 'custom').toBe(true)
    for (const rule of preset.models ?? []) expect(rule.reason).not.toBe('')
  }
})

test('pitfall 188 reasoning models of OpenAI get their own field and no sampling', () => {
  const traits = built('openai', {}, {}).traits('gpt-5-mini')
  expect(traits).toMatchObject({ maxTokensField: 'max_completion_tokens', noSampling: true })
  expect(built('openai', {}, {}).traits('gpt-4o').noSampling).toBeUndefined()
})

const AT_A = { baseUrl: 'http://a.example' }
const CLAUDES = [
  'anthropic/claude-opus-4.8',
  'claude-opus-4-8',
  'claude-sonnet-4-6',
  'claude-sonnet-4',
  'claude-3-opus',
]
const GEMINIS = ['gemini-3-pro-preview', 'gemini-2.5-pro', 'gemini-2.0-flash', 'gemini-flash-latest']

test.each([
  ['custom', 'anthropic', 'anthropic', CLAUDES],
  ['openai', 'anthropic', 'anthropic', CLAUDES],
  ['custom', 'gemini', 'google', GEMINIS],
  ['custom', 'bedrock', 'bedrock', ['us.anthropic.claude-opus-4-8-v1:0', 'anthropic.claude-3-haiku']],
] as const)('%s that speaks %s writes to its models as %s does', (type, name, home, models) => {
  const spoken = built(type, AT_A, { name })
  const own = built(home, AT_A, {})
  for (const model of models) expect(spoken.traits(model)).toMatchObject(own.traits(model))
  const stranger = spoken.traits('glm-4.6')
  expect([stranger.thinking, stranger.prefill, stranger.jsonSchema]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(built('custom', AT_A, {}).traits(models[1]).thinking).toBeUndefined()
})

test.each([
  ['claude-opus-4-8', { noSampling: true, noPrefill: true, thinking: 'adaptive', structuredOutput: true }],
  [
    'anthropic/claude-opus-4.7',
    { noSampling: true, noPrefill: true, thinking: 'adaptive', structuredOutput: true },
  ],
  ['claude-sonnet-5', { noSampling: true, noPrefill: true, thinking: 'adaptive', structuredOutput: true }],
  [
    'claude-fable-5-20260601',
    { noSampling: true, noPrefill: true, thinking: 'adaptive', structuredOutput: true },
  ],
  ['claude-opus-4-6', { oneOfSampling: true, noPrefill: true, thinking: 'budget', structuredOutput: true }],
  ['claude-sonnet-4.6', { oneOfSampling: true, noPrefill: true, thinking: 'budget', structuredOutput: true }],
  ['claude-haiku-4-5-20251001', { oneOfSampling: true, thinking: 'budget', structuredOutput: true }],
  ['claude-opus-4-1-20250805', { oneOfSampling: true, thinking: 'budget' }],
  ['claude-opus-4-20250514', { thinking: 'budget' }],
  ['claude-sonnet-4-0', { thinking: 'budget' }],
  ['claude-3-7-sonnet-20250219', { thinking: 'budget' }],
] as const)('pitfall 188 pitfall 189 %s is written to as it takes it', (model, expected) => {
  const none = {
    noSampling: undefined,
    oneOfSampling: undefined,
    noPrefill: undefined,
    structuredOutput: undefined,
  }
  const told = { ...none, ...built('anthropic', {}, {}).traits(model) }
  expect(told).toMatchObject({ ...none, ...expected })
  const { noSampling, oneOfSampling, noPrefill } = told
  const atBedrock = built('bedrock', AT_A, {}).traits(`us.anthropic.${model}-v1:0`)
  expect({ ...none, ...atBedrock }).toMatchObject({ noSampling, oneOfSampling, noPrefill })
})
