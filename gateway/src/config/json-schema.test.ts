import { readdirSync, readFileSync } from 'node:fs'
import { parse as parseJsonc } from 'jsonc-parser'
import { parse as parseToml } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parse as parseYaml } from 'yaml'
import { jsonSchema } from './json-schema.ts'
import { starterFile } from './starter.ts'

const DOCS = new URL('../../../docs/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, DOCS), 'utf8')

const validator = z.fromJSONSchema(jsonSchema())
const faults = (value: unknown) => validator.safeParse(value).error?.issues ?? []

test('the published schema is this one', () => {
  expect(
    JSON.parse(read('reference/sluice.schema.json')),
    'write it anew: sluice config schema > docs/reference/sluice.schema.json',
  ).toEqual(JSON.parse(JSON.stringify(jsonSchema())))
})

/** Examples that are configuration files: whole ones, in the pages' own words for code. */
const PARSE: Readonly<Record<string, (text: string) => unknown>> = {
  toml: parseToml,
  yaml: parseYaml,
  json: (text) => parseJsonc(text),
}

/** Its examples are the files of clients. */
const FOREIGN: ReadonlySet<string> = new Set(['clients.md'])

const EXAMPLES = ['guide', 'reference'].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, DOCS))
    .filter((name) => name.endsWith('.md') && !FOREIGN.has(name))
    .flatMap((name) =>
      [...read(`${folder}/${name}`).matchAll(/```(toml|yaml|json)\n([^`]+)```/g)].map(
        ([, format = '', text = ''], index) => [`${folder}/${name} ${index}`, format, text] as const,
      ),
    ),
)

describe('examples in the documents', () => {
  test('there are some', () => {
    expect(EXAMPLES.filter(([, format]) => format === 'toml').length).toBeGreaterThan(3)
  })

  test.each(EXAMPLES.filter(([, format, text]) => format === 'toml' || /^\s*"?providers"?:/m.test(text)))(
    '%s is valid',
    (_, format, text) => {
      expect(faults(PARSE[format]?.(text))).toEqual([])
    },
  )

  test('so is the starter file with all of it switched on', () => {
    expect(faults(parseToml(starterFile().replaceAll(/^#= /gm, '')))).toEqual([])
  })
})

describe('the schema', () => {
  test.each([
    ['variables anywhere', { server: { port: '${PORT}' }, hedging: '${H:-true}', mid_stream: '${M}' }],
    ['providers as a list', { providers: [{ name: 'a', timeout: 5, headers: { X: 'y' }, models: ['m'] }] }],
    ['dashes', { 'default-provider': 'a', providers: { a: { 'base-url': 'http://a' } } }],
    ['values left out', { providers: { a: { api_version: null } } }],
    ['several keys', { providers: { a: { api_key: ['k', 'l'] }, b: { api_key: 'k l' } } }],
  ])('allows %s', (_, value) => {
    expect(faults(value)).toEqual([])
  })

  test.each([
    ['an unknown key', { prot: 1 }],
    ['one in a table', { server: { prot: 1 } }],
    ['one in a provider', { providers: { a: { base_ulr: 'x' } } }],
    ['one in a list of providers', { providers: [{ name: 'a', base_ulr: 'x' }] }],
    ['a port out of bounds', { server: { port: 99_999 } }],
    ['a word that is none', { mid_stream: 'stop' }],
    ['a number for a switch', { hedging: 7 }],
  ])('refuses %s', (_, value) => {
    expect(faults(value)).not.toEqual([])
  })

  test('tells what keys mean', () => {
    expect(JSON.stringify(jsonSchema())).toContain('retries after the first attempt on one target')
  })
})
