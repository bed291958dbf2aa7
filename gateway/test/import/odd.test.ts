/** Files nobody meant to write: what is wrong is told with the file and the line, and what can be used is used. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { importSettings, readSource } from '#importers'
import { PRESET_FACTS } from '#providers'
import { moved } from './owner.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-odd-'))
afterAll(() => rmSync(folder, { recursive: true }))

function imported(name: string, content: string | Uint8Array) {
  writeFileSync(join(folder, name), content)
  return importSettings(readSource(join(folder, name)), PRESET_FACTS, undefined)
}

/** As it is told, without the folder. */
function told(name: string, content: string | Uint8Array): string {
  try {
    imported(name, content)
    return 'nothing is wrong'
  } catch (fault) {
    return String(fault).replace(`ImportFault: ${folder}/`, '')
  }
}

describe('told with file and line', () => {
  test.each([
    ['empty.yaml', '', 'empty.yaml is empty'],
    ['blank.json', ' \n', 'blank.json is empty'],
    ['text.yaml', 'just text', 'text.yaml holds no settings; a configuration is a table of them'],
    [
      'list.yaml',
      'model_list: {a: b}',
      'list.yaml:1 has no provider that litellm would know: model_list is not a list',
    ],
    [
      'unknown.yaml',
      '# ours\n\nmodel_list:\n  - model_name: a\n    litellm_params: {model: watsonx/a}',
      'unknown.yaml:4 has no provider that litellm would know: model_list[0].model_name has no model that could be asked',
    ],
    [
      'twice.yaml',
      'model_list: []\nmodel_list: []',
      'twice.yaml:2:1 is no valid YAML: Map keys must be unique',
    ],
    [
      'twice.json',
      '{"providers": 1,\n"providers": 2}',
      'twice.json:2:1 is no valid JSON: the key "providers" is given twice',
    ],
    [
      'two.yaml',
      'model_list: []\n---\na: 1',
      'two.yaml:2:1 is no valid YAML: holds several documents; keep one',
    ],
    [
      'alias.yaml',
      'a: 1\nmodel_list: *none',
      'alias.yaml:2:13 is no valid YAML: Unresolved alias (the anchor must be set before the alias): none',
    ],
    ['wide.yaml', Buffer.from('model_list: []', 'utf16le'), 'wide.yaml is no UTF-8 text; save it as UTF-8'],
    ['bytes.yaml', Buffer.from([0x61, 0x3a, 0x20, 0xff]), 'bytes.yaml is no UTF-8 text; save it as UTF-8'],
  ])('%s', (name, content, expected) => {
    expect(told(name, content).slice(0, expected.length)).toBe(expected)
  })
})

test('anchors and merged tables are what they stand for', () => {
  const config = `
shared: &shared
  api_key: os.environ/OPENAI_API_KEY
  timeout: 30
model_list:
  - model_name: a
    litellm_params: {<<: *shared, model: openai/gpt-4o}
  - &b
    model_name: b
    litellm_params: {<<: *shared, model: openai/gpt-4o-mini, timeout: 9}
`
  const { config: loaded, result } = moved({ files: { 'config.yaml': config }, env: { OPENAI_API_KEY: 'k' } })
  expect(loaded.providers.map(({ apiKeys, timeouts }) => [apiKeys, timeouts?.headersMs])).toEqual([
    [['k'], 30_000],
    [['k'], 9000],
  ])
  expect(result.unmapped.map(({ path }) => path)).toEqual(['shared'])
})

test('entries that are none are told, each with its line, and the others are used', () => {
  const { settings, unmapped, lines } = imported(
    'mixed.yaml',
    `model_list:
  - model_name: 5
    litellm_params: {model: openai/gpt-4o}
  - nonsense
  - {model_name: y, litellm_params: openai/gpt-4o}
  - model_name: z
    litellm_params: {model: openai/gpt-4o, timeout: fast}
`,
  )
  expect(settings).toHaveProperty('models.z')
  expect(unmapped.map((one) => [lines.get(one)?.replace(/^.*:/, ''), one.path, one.reason])).toEqual([
    ['2', 'model_list[0].model_name', 'is not a text'],
    ['4', 'model_list[1]', 'is not a table'],
    ['5', 'model_list[2].model_name', 'has no model that could be asked'],
    ['5', 'model_list[2].litellm_params', 'is not a table'],
    ['7', 'model_list[3].litellm_params.timeout', 'is not a number from 0 to 2000000'],
  ])
})

test(
  'two megabytes, every other name unfit: the rest is used, every loss is told',
  { timeout: 60_000 },
  () => {
    const lines = Array.from({ length: 16_000 }, (_, i) => {
      const model = i % 2 === 0 ? `openai/gpt-${i}` : `"openai/un fit ${i}"`
      return `  - model_name: name-of-the-model-${i}\n    litellm_params: {model: ${model}, api_key: os.environ/OPENAI_API_KEY}`
    })
    const text = `model_list:\n${lines.join('\n')}\n`
    expect(text.length).toBeGreaterThan(1_900_000)
    const { settings, unmapped } = imported('large.yaml', text)
    expect(settings).toHaveProperty('models.name-of-the-model-0')
    expect(settings).not.toHaveProperty('models.name-of-the-model-1')
    expect(unmapped.filter(({ reason }) => reason.startsWith('must read provider:model'))).toHaveLength(8000)
  },
)
