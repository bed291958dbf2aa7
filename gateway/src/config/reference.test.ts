/** The reference page against the code's own tables, both ways. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadIn } from '../../test/load-in.ts'
import { SPELLINGS } from './canonical.ts'
import { environmentLayer, variablesOf } from './environment.ts'
import { OLLAMA_VARIABLE } from './implicit-ollama.ts'
import { EXPLAINED } from './meanings.ts'
import { KNOWN_VARIABLES } from './known-variables.ts'
import { GLOBAL_NO_EFFECT, PROVIDER_NO_EFFECT } from './no-effect.ts'
import { allKeys } from './schema-walk.ts'
import { SECRET_KEY_VARIABLE } from './sealed.ts'
import { fieldName } from './setting.ts'
import {
  ALIAS_PREFIX,
  FILE_VARIABLE,
  GLOBAL_VARIABLES,
  HEADER_PREFIX,
  PROVIDER_VARIABLES,
  SIZE_VARIABLES,
} from './variables.ts'

const page = readFileSync(new URL('../../../docs/reference/configuration.md', import.meta.url), 'utf8')

/** First cells of all tables whose heading starts with `heading`. */
function firstCells(heading: string): readonly string[] {
  const tables = page.split('\n\n').filter((block) => block.startsWith(`| ${heading} |`))
  return tables.flatMap((table) => [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell]) => cell ?? ''))
}

const sorted = (names: Iterable<string>) => [...new Set(names)].toSorted()

describe('the reference page', () => {
  test('names every variable, and no other', () => {
    const known = [
      ...[...GLOBAL_VARIABLES, ...SIZE_VARIABLES].map(({ name }) => name),
      ...PROVIDER_VARIABLES.map(({ name }) => `{NAME}_${name}`),
      `${HEADER_PREFIX}{N}`,
      `{NAME}_${HEADER_PREFIX}{N}`,
      `{NAME}_${ALIAS_PREFIX}{N}`,
      FILE_VARIABLE,
      SECRET_KEY_VARIABLE,
      OLLAMA_VARIABLE,
    ]
    expect(firstCells('variable').toSorted()).toEqual(sorted(known))
  })

  test('names every variable without effect, with its reason', () => {
    const rows = [...page.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, name, why]) => `${name}: ${why}`)
    const idle = [
      ...GLOBAL_NO_EFFECT.map(({ name, reason }) => `${name}: ${reason}`),
      ...PROVIDER_NO_EFFECT.map(({ name, reason }) => `{NAME}_${name}: ${reason}`),
    ]
    expect(firstCells('idle variable')).toHaveLength(idle.length)
    expect(rows).toEqual(expect.arrayContaining(idle))
  })

  test('names every key of the file, and no other', () => {
    expect(firstCells('key').toSorted()).toEqual(sorted(allKeys()))
  })

  test('names every other spelling, and no other', () => {
    expect(firstCells('spelling').toSorted()).toEqual(sorted(SPELLINGS.keys()))
  })

  test('its example loads as it stands', () => {
    const toml = /```toml\n([^`]+)```/.exec(page)?.[1] ?? ''
    const config = loadIn({ env: { ACME_KEY: 'k', OPENAI_API_KEY: 'o' }, files: { 'sluice.toml': toml } })
    expect(config.warnings).toEqual([])
    expect(config.providers.map(({ name }) => name)).toEqual(['acme', 'openai'])
  })
})

test('no variable names a key where a variable says the same', () => {
  const keys: ReadonlySet<string> = new Set(GLOBAL_VARIABLES.map(({ path }) => `\`${fieldName(path)}\``))
  const named = KNOWN_VARIABLES.flatMap(({ name, meaning, standard }) =>
    [...`${meaning} ${standard}`.matchAll(/`[\w.]+`/g)]
      .filter(([word]) => keys.has(word))
      .map(([word]) => `${name}: ${word}`),
  )
  expect(named).toEqual([])
})

test('every key that a meaning names is one', () => {
  const keys = new Set(allKeys())
  const wrong = [...EXPLAINED.values()].flatMap(({ key, meaning, standard }) =>
    [...`${meaning} ${standard}`.matchAll(/`([a-z_*]+\.[a-z_*.]+)`/g)]
      .map(([, word = '']) => word)
      .filter((word) => !keys.has(word))
      .map((word) => `${key}: ${word}`),
  )
  expect(wrong).toEqual([])
})

test('every variable leads to a key of the file', () => {
  const keys = new Set(allKeys())
  const values = [...GLOBAL_VARIABLES, ...SIZE_VARIABLES].map(({ name }) => [name, 'x'])
  const own = PROVIDER_VARIABLES.map(({ name }) => [`ACME_${name}`, 'x'])
  const layer = environmentLayer('environment', variablesOf(Object.fromEntries([...values, ...own])), [
    'acme',
  ])
  const fields = layer.map(({ path }) => fieldName(path).replace(/^providers\.\w+/, 'providers.*'))
  expect(fields.filter((field) => !keys.has(field))).toEqual([])
})
