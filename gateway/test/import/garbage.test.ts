/** Whatever lies in the file: an import either works and fits our schema, or ends with one clear line. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { ConfigError, loadConfig, type Problem } from '#config'
import { IMPORT_SOURCES, importSettings, readSource, WRITTEN_FORMATS, writtenSettings } from '#importers'
import { PRESET_FACTS } from '#providers'

const folder = mkdtempSync(join(tmpdir(), 'sluice-garbage-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Words that the importers look for, so that garbage gets as far as it can. */
const WORDS = [
  'model_list', 'model_name', 'litellm_params', 'model', 'router_settings', 'fallbacks', 'model_group_alias',
  'litellm_settings', 'general_settings', 'master_key', 'targets', 'strategy', 'mode', 'provider', 'virtual_key',
  'override_params', 'config', 'weight', 'providers', 'Providers', 'Router', 'default', 'keys', 'value', 'models',
  'network_config', 'base_url', 'api_base', 'api_key', 'name', 'timeout', 'max_retries', 'custom_headers',
  'extra_headers', 'priority', 'provider_type', 'default_provider', 'aliases', 'base-url', 'defaults',
  'azure_key_config', 'deployments', 'endpoint', 'transformer', 'use', 'api_base_url', 'api_version', '__proto__',
] // prettier-ignore
const TEXTS = [
  'openai', 'openai/gpt-4o', 'azure/x', '*', 'openai/*', 'bifrost', 'fallback', 'loadbalance', 'conditional',
  'single', 'a,b', 'http://x.example/v1', 'not a url', '${X}', '$${', '@acme/model', 'ollama', 'health', 'é ü', '🔑',
] // prettier-ignore

const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 7, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom(...TEXTS),
      fc.string(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('node'), { maxLength: 4 }),
    fc
      .array(
        fc.tuple(
          fc.oneof(
            { weight: 9, arbitrary: fc.constantFrom(...WORDS) },
            { weight: 1, arbitrary: fc.string() },
          ),
          tie('node'),
        ),
        {
          maxLength: 5,
        },
      )
      .map((pairs) => Object.fromEntries(pairs)),
  ),
})).node

interface Outcome {
  /** What the import ended with. */
  readonly fault?: unknown
  /** What our own schema has against the file that came out. */
  readonly misfits: readonly Problem[]
}

/** Imports and, where that works, loads what came out. */
function attempt(name: string, text: string, from?: string): Outcome {
  writeFileSync(join(folder, name), text)
  const fresh = join(folder, 'new')
  mkdirSync(fresh, { recursive: true })
  try {
    const { settings } = importSettings(readSource(join(folder, name)), PRESET_FACTS, from)
    // Every format has to be able to hold it.
    for (const format of WRITTEN_FORMATS)
      writeFileSync(join(fresh, `any.${format}`), writtenSettings(settings, format))
  } catch (fault) {
    return { fault, misfits: [] }
  }
  return { misfits: WRITTEN_FORMATS.flatMap((format) => misfitsIn(`any.${format}`, fresh)) }
}

/** That nothing in it can be used may well be; that it is not of our shape may not. An address that is none is kept to be refused. */
function misfitsIn(config: string, cwd: string): readonly Problem[] {
  try {
    loadConfig({ env: { X: 'x' }, cwd, flags: { config }, presets: PRESET_FACTS })
    return []
  } catch (fault) {
    if (!(fault instanceof ConfigError)) throw fault
    return fault.problems.filter(
      ({ field, message }) =>
        /^(?:must|is no|is not|is blank|has )|unknown/.test(message) && !field.endsWith('base_url'),
    )
  }
}

function isOneLine(fault: unknown): boolean {
  return (
    fault === undefined ||
    (fault instanceof Error && fault.name === 'ImportFault' && /^.+$/.test(fault.message))
  )
}

test('any tree, under any name of a source', () => {
  const outcomes = fc.property(tree, fc.constantFrom(undefined, ...IMPORT_SOURCES), (value, from) => {
    const { fault, misfits } = attempt('garbage.json', JSON.stringify(value), from)
    return isOneLine(fault) && misfits.length === 0
  })
  expect(fc.check(outcomes, { numRuns: 300, seed: 11 })).toMatchObject({
    failed: false,
    counterexample: null,
  })
})

test('any text as YAML, TOML, JSON and variables', () => {
  const text = fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: 'binary', maxLength: 80 }))
  const outcomes = fc.property(
    text,
    fc.constantFrom('x.yaml', 'x.toml', 'x.json', '.env'),
    (content, name) => {
      const { fault, misfits } = attempt(name, content)
      return isOneLine(fault) && misfits.length === 0
    },
  )
  expect(fc.check(outcomes, { numRuns: 300, seed: 12 })).toMatchObject({
    failed: false,
    counterexample: null,
  })
})

test.each([
  ['x.yaml', 'model_list: [\n  - a: 1', /x\.yaml:\d+:\d+ is no valid YAML: /],
  [
    'x.yaml',
    'a: &a [1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]',
    /x\.yaml/,
  ],
  ['x.json', '{"model_list": "sk-canary-0001"', /x\.json:\d+:\d+ is no valid JSON: /],
  [
    'x.json',
    '{"weather": "fine"}',
    /x\.json: cannot tell whose configuration it is; say it with --from \(litellm, /,
  ],
  ['x.json', '{"model_list": []}', /x\.json has no provider that litellm would know$/],
  ['x.ini', 'a=b', /x\.ini is no \.yaml, \.yml, \.json, \.jsonc, \.toml or \.env file$/],
])('%s: one line that says what is wrong', (name, text, expected) => {
  const { fault } = attempt(name, text)
  expect(isOneLine(fault)).toBe(true)
  expect(String(fault)).toMatch(expected)
  expect(String(fault)).not.toMatch(/canary/)
})

test('no such file, no such source, nothing in the folder', () => {
  expect(() => readSource(join(folder, 'nowhere'))).toThrow(/nowhere does not exist$/)
  mkdirSync(join(folder, 'empty'))
  expect(() => readSource(join(folder, 'empty'))).toThrow(/empty holds none of .*name the file itself$/)
  expect(String(attempt('x.json', '{}', 'kong').fault)).toMatch(/"kong" is no source; there are litellm, /)
})

test('what our own schema would refuse is taken out and told, and the rest is used', () => {
  const config = {
    LOG_LEVEL: 'chatty',
    Providers: [{ name: 'a', api_base_url: 'https://a.example/v1', api_key: 'k', models: ['m', 'n o'] }],
  }
  writeFileSync(join(folder, 'router.json'), JSON.stringify(config))
  const { settings, unmapped } = importSettings(
    readSource(join(folder, 'router.json')),
    PRESET_FACTS,
    undefined,
  )
  expect(unmapped).toEqual([
    { path: '(new) log_level', kind: 'value', reason: 'must be one of debug, info, warn, error, silent' },
    {
      path: '(new) models."a,n o".targets',
      kind: 'value',
      reason: 'must read provider:model or name another virtual model',
    },
    expect.objectContaining({ path: '(new) models."a,n o"' }),
  ])
  expect(settings).toMatchObject({ models: { 'a,m': { targets: ['a:m'] } } })
  expect(settings).not.toHaveProperty('log_level')
})
