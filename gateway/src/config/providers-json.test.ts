import { describe, expect, test } from 'vitest'
import { type Given, loadIn } from '../../test/load-in.ts'

const entry = (name: string) => ({
  name,
  api_key: 'k',
  base_url: `http://${name}.example`,
  models: { big: ['m'] },
})
const list = (...entries: object[]) => JSON.stringify({ providers: entries })
const names = (given: Given) => loadIn(given).providers.map(({ name }) => name)

describe('providers.json', () => {
  test('G29 config/providers.json comes before providers.json, a named file before both; no example is read', () => {
    const files = {
      'config/providers.json': list(entry('a')),
      'providers.json': list(entry('b')),
      'named.json': list(entry('c')),
    }
    expect(names({ files })).toEqual(['a'])
    expect(names({ files: { 'providers.json': files['providers.json'] } })).toEqual(['b'])
    expect(names({ files, flags: { config: 'named.json' } })).toEqual(['c'])
    expect(names({ files: { 'config/providers.example.json': list(entry('d')) } })).toEqual([])
    expect(loadIn({ files }).warnings).toEqual([
      'providers.json is not read, because config/providers.json comes first',
    ])
  })

  test.each([
    ['name', /name is missing/],
    ['api_key', /LAB_API_KEY/],
    ['base_url', /LAB_BASE_URL/],
    ['models', /no models/],
  ])('G31 without %s an entry is refused with that field named, and the others work', (field, reason) => {
    const lab = Object.fromEntries(Object.entries(entry('lab')).filter(([key]) => key !== field))
    const { providers, partial } = loadIn({ files: { 'config/providers.json': list(lab, entry('acme')) } })
    expect(providers.map(({ name }) => name)).toEqual(['acme'])
    expect(partial.map((one) => one.reason)).toEqual([expect.stringMatching(reason)])
  })

  test('G41 the old account makes no provider beside it, unless some file names it', () => {
    const env = { OPENAI_API_KEY: 'old', ANTHROPIC_API_KEY: 'other' }
    const alone = loadIn({ env, files: { 'config/providers.json': list(entry('acme')) } })
    expect(alone.providers.map(({ name }) => name)).toEqual(['acme', 'anthropic'])
    expect(alone.warnings.join()).toContain(
      'OPENAI_API_KEY: makes no provider, because config/providers.json',
    )
    const named = loadIn({
      env,
      files: { 'config/providers.json': list({ ...entry('openai'), api_key: undefined }) },
    })
    expect(named.providers[0]).toMatchObject({ name: 'openai', apiKeys: ['old'] })
    const used = list({ ...entry('work'), api_key: '${OPENAI_API_KEY}' })
    expect(
      loadIn({ env, files: { 'config/providers.json': used } }).providers.map(({ name }) => name),
    ).toEqual(['work', 'anthropic'])
  })

  test('G55 options grouped apart: those with a meaning count, the others are kept', () => {
    const settings = { timeout: 7, 'max-retries': 1, priority: 5, region: 'x', nested: { a: [1] } }
    const { providers, origins, warnings } = loadIn({
      files: { 'config/providers.json': list({ ...entry('acme'), settings, priority: 2 }) },
    })
    expect(providers).toMatchObject([
      {
        timeouts: { headersMs: 7000 },
        maxRetries: 1,
        priority: 2,
        settings: { region: 'x', nested: { a: [1] } },
      },
    ])
    expect(origins.has('providers.acme.settings.region')).toBe(true)
    expect(warnings).toEqual([])
  })
})

test('a variable that a file uses for a provider of its own makes no other one', () => {
  const toml = '[providers.work]\nbase_url = "http://w"\napi_key = "${OPENAI_API_KEY}"\n'
  const files = { 'sluice.toml': toml }
  expect(names({ env: { OPENAI_API_KEY: 'k' }, files })).toEqual(['work'])
  expect(names({ env: { OPENAI_API_KEY: 'k', OPENAI_ENABLED: 'true' }, files })).toEqual(['work', 'openai'])
})
