/** `sluice import` as people run it: what it prints, what it writes, and that no key is ever shown. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const BIN = fileURLToPath(new URL('../../bin/sluice.cjs', import.meta.url))

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'sluice-import-cli-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

function sluice(...args: readonly string[]) {
  const options = { cwd, encoding: 'utf8', env: { XDG_CACHE_HOME: cwd, AZURE_KEY: 'az' } } as const
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=sluice-source', BIN, ...args],
    options,
  )
  return { status, out: stdout, err: stderr }
}

/** A canary in every place that may hold a key, or that somebody put one into. */
const CONFIG = `
model_list:
  - model_name: chat
    litellm_params:
      model: openai/gpt-4o
      api_key: sk-canary-11111111
      extra_headers: {Authorization: Bearer sk-canary-22222222}
      azure_ad_token: sk-canary-33333333
      sk-canary-44444444: true
  - model_name: spare
    litellm_params: {model: azure/gpt-4o, api_base: "https://acme.openai.azure.com", api_key: os.environ/AZURE_KEY}
router_settings:
  fallbacks: [{chat: [spare]}]
  redis_password: sk-canary-55555555
general_settings:
  master_key: sk-canary-66666666
  database_url: postgres://u:sk-canary-77777777@db/x
`

test('the report tells places and reasons, the file is its owner’s alone, no key is shown', () => {
  writeFileSync(join(cwd, 'config.yaml'), CONFIG)
  const { status, out, err } = sluice('import', '.')
  expect({ status, err }).toEqual({ status: 0, err: '' })
  expect(out).not.toMatch(/canary/)
  expect(out.trimEnd().split('\n')).toEqual([
    'Read as a configuration of litellm; written to sluice.toml.',
    'Variables it asks for: AZURE_KEY',
    'warning: a key stands in sluice.toml in full: model_list[0].litellm_params.api_key; better put it into a variable',
    'warning: a key stands in sluice.toml in full: model_list[0].litellm_params.extra_headers.Authorization; better put it into a variable',
    'warning: a key stands in sluice.toml in full: general_settings.master_key; better put it into a variable',
    'note: Virtual keys are in its database: save /key/list?return_full_object=true, and name that file with --keys.',
    'Without a counterpart, or with a rough one (4):',
    '  config.yaml:8 model_list[0].litellm_params.azure_ad_token (secret): no value can be set for every request to one model',
    '  config.yaml:9 model_list[0].litellm_params.[key] (switch): no value can be set for every request to one model',
    '  config.yaml:14 router_settings.redis_password (secret): counts are kept in one process',
    '  config.yaml:17 general_settings.database_url (secret): there are no keys and no spending in a database',
  ])
  const file = join(cwd, 'sluice.toml')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).toContain('api_key = "sk-canary-11111111"')
  const valid = sluice('config', 'validate')
  expect(valid).toMatchObject({ status: 0, out: expect.stringContaining('azure') })
})

test('a file that is there is not written over', () => {
  writeFileSync(join(cwd, 'config.yaml'), CONFIG)
  writeFileSync(join(cwd, 'mine.yaml'), 'mine: true\n')
  expect(sluice('import', 'config.yaml', '--out', 'mine.yaml')).toEqual({
    status: 1,
    out: '',
    err: 'sluice: mine.yaml exists already; name another with --out\n',
  })
  expect(readFileSync(join(cwd, 'mine.yaml'), 'utf8')).toBe('mine: true\n')
})

test('the format is the ending’s, or the one that is asked for', () => {
  writeFileSync(join(cwd, 'config.yaml'), CONFIG)
  expect(sluice('import', 'config.yaml', '--from', 'litellm', '--format', 'json').out).toContain(
    'sluice.json',
  )
  expect(JSON.parse(readFileSync(join(cwd, 'sluice.json'), 'utf8'))).toMatchObject({
    models: { chat: { targets: ['openai:gpt-4o', 'azure-acme:gpt-4o'], strategy: 'priority' } },
  })
  expect(sluice('import', 'config.yaml', '--out', 'new.yml').status).toBe(0)
  expect(readFileSync(join(cwd, 'new.yml'), 'utf8')).toMatch(/^ {2}chat:$/m)
  expect(sluice('import', 'config.yaml', '--format', 'xml')).toMatchObject({
    status: 1,
    err: 'sluice: "xml" is none of toml, yaml, json\n',
  })
})

test('the keys of clients stand in a second file, and what is lost of them is told by its lines', () => {
  writeFileSync(join(cwd, 'config.yaml'), CONFIG)
  const one = { token: 'a'.repeat(64), key_alias: 'web', models: ['chat'], max_budget: 5 }
  const gone = { token: 'b'.repeat(64), key_alias: 'gone', models: ['chat'], expires: '2020-01-01T00:00:00Z' }
  writeFileSync(join(cwd, 'keys.json'), JSON.stringify([one, gone], null, 1))
  const { status, out } = sluice('import', 'config.yaml', '--keys', 'keys.json')
  expect(status).toBe(0)
  expect(out).toContain('\n  keys.json:8 keys[0].max_budget (number): there are no budgets\n')
  expect(out).toContain('\n  keys.json:10 keys[1] (table): has ended\n')
  expect(readFileSync(join(cwd, 'sluice.toml'), 'utf8')).toMatch(/^\[clients\.web\]$/m)
  expect(sluice('import', 'config.yaml', '--keys', 'lost.json', '--out', 'b.toml')).toMatchObject({
    status: 1,
    err: 'sluice: lost.json does not exist\n',
  })
})
