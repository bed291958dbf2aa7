/** Rows H12–H26: which alias a name means, where it leads, and what is no alias. */

import { describe, expect, test } from 'vitest'
import { loadIn } from '../load-in.ts'
import { type Row, rows, type RowWish, textAnswer } from './row.ts'

const open = rows()
const ALL = { oa: textAnswer(), an: textAnswer(), ol: textAnswer() }

type Tables = Readonly<Record<string, Readonly<Record<string, string>>>>

/** `house` are the house's own, the others their provider's. */
async function stage({ house = {}, ...own }: Tables, wish: RowWish = {}): Promise<Row> {
  const providers = Object.fromEntries(Object.entries(own).map(([name, aliases]) => [name, { aliases }]))
  return open(ALL, {
    ...wish,
    providers: { ...providers, ...wish.providers },
    config: { defaultProvider: 'oa', aliases: house, ...wish.config },
  })
}

/** Provider and model that a name reaches. */
async function reached(row: Row, model: string): Promise<(string | null)[]> {
  const { headers } = await row.post('/v1/chat/completions', {
    model,
    messages: [{ role: 'user', content: 'Hi' }],
  })
  return [headers.get('x-provider'), headers.get('x-model')]
}

const RULES = { substrings: true, maxChain: 10, cacheMs: 300_000, cacheSize: 1000 }

test('H12 an alias of the house', async () => {
  const row = await stage({ house: { sonnet: 'an:claude-x' } })
  expect(await reached(row, 'sonnet')).toEqual(['an', 'claude-x'])
})

test('H13 an alias inside a provider, behind its prefix', async () => {
  const row = await stage({ ol: { cheap: 'glm-4.6' } })
  expect(await reached(row, 'ol:cheap')).toEqual(['ol', 'glm-4.6'])
})

test('H14 an alias of one provider may lead to another', async () => {
  const row = await stage({ ol: { cheap: 'an:small' } })
  expect(await reached(row, 'ol:cheap')).toEqual(['an', 'small'])
})

test('H15 H26 the environment is stronger than the file, and defaults are the weakest', () => {
  const files = {
    'sluice.toml':
      '[defaults.aliases]\nhaiku = "openai:d"\nopus = "openai:e"\n[aliases]\nhaiku = "openai:f"\n[providers.openai.aliases]\nfast = "g"\nslow = "h"\n',
  }
  const config = loadIn({ env: { OPENAI_API_KEY: 'k', OPENAI_ALIAS_FAST: 'i' }, files })
  expect(config.aliases).toEqual({ haiku: 'openai:f', opus: 'openai:e' })
  expect(config.providers[0]?.aliases).toEqual({ fast: 'i', slow: 'h' })
})

test('H15 the file of the working directory is stronger than the user’s own', () => {
  const aliases = '[aliases]\nhaiku = "openai:theirs"\nopus = "openai:own"\n'
  const own = `${aliases}[providers.openai.aliases]\nfast = "theirs"\nslow = "own"\n`
  const files = {
    'sluice.toml': '[aliases]\nhaiku = "openai:here"\n[providers.openai.aliases]\nfast = "here"\n',
  }
  const config = loadIn({ env: { OPENAI_API_KEY: 'k' }, files, user: { 'sluice.toml': own } })
  expect(config.aliases).toEqual({ haiku: 'openai:here', opus: 'openai:own' })
  expect(config.providers[0]?.aliases).toEqual({ fast: 'here', slow: 'own' })
})

test('H26 what is defined for all holds behind every prefix, where the provider has none of the name', async () => {
  const files = { 'sluice.toml': '[defaults.aliases]\nhaiku = "small-one"\nopus = "an:big-one"\n' }
  const { aliases, defaultAliases = {} } = loadIn({ env: { OPENAI_API_KEY: 'k' }, files })
  const row = await stage({ ol: { haiku: 'own' } }, { config: { aliases, defaultAliases } })
  expect(await reached(row, 'haiku')).toEqual(['oa', 'small-one'])
  expect(await reached(row, 'an:haiku')).toEqual(['an', 'small-one'])
  expect(await reached(row, 'ol:haiku')).toEqual(['ol', 'own'])
  expect(await reached(row, 'ol:Opus')).toEqual(['an', 'big-one'])
  expect(await reached(row, 'ol:my-opus')).toEqual(['ol', 'my-opus'])
  expect(await reached(row, '!ol:opus')).toEqual(['ol', 'opus'])
})

test('H16 an alias is found inside a longer name, unless that is switched off', async () => {
  const house = { haiku: 'an:claude-small' }
  expect(await reached(await stage({ house }), 'my-haiku-model')).toEqual(['an', 'claude-small'])
  const off = await stage(
    { house },
    { config: { aliasRules: { ...RULES, substrings: false }, aliases: house } },
  )
  expect(await reached(off, 'my-haiku-model')).toEqual(['oa', 'my-haiku-model'])
})

test('H17 case, dash and underscore make no difference', async () => {
  const row = await stage({ house: { 'my-haiku': 'an:small' } })
  expect(await reached(row, 'My_HAIKU-x')).toEqual(['an', 'small'])
  const several = await stage({ house: { 'my-own-haiku': 'an:small' } })
  expect(await reached(several, 'MY_OWN_haiku')).toEqual(['an', 'small'])
})

describe('H18 where several match', () => {
  const CASES: readonly (readonly [name: string, tables: Tables, model: string])[] = [
    ['the whole name beats a part', { house: { fast: 'an:whole', fa: 'an:part' } }, 'an:whole'],
    ['the longer beats the shorter', { house: { ast: 'an:long', fa: 'an:short' } }, 'an:long'],
    [
      'the default provider’s beats the house’s',
      { oa: { fas: 'an:own' }, house: { ast: 'an:house' } },
      'an:own',
    ],
    ['the first by name beats the second', { house: { st: 'an:second', as: 'an:first' } }, 'an:first'],
  ]
  test.each(CASES)('H18 %s', async (_, tables, model) => {
    expect((await reached(await stage(tables), 'fast')).join(':')).toBe(model)
  })
})

test('H19 a model that some provider lists is captured by no part of its name', async () => {
  const row = await stage(
    { house: { haiku: 'an:small' } },
    { providers: { oa: { modelList: ['own-haiku-1'] } } },
  )
  expect(await reached(row, 'own-haiku-1')).toEqual(['oa', 'own-haiku-1'])
  const exact = await stage(
    { house: { 'own-haiku-1': 'an:small' } },
    { providers: { oa: { modelList: ['own-haiku-1'] } } },
  )
  expect(await reached(exact, 'own-haiku-1')).toEqual(['an', 'small'])
})

test('H20 a name without a prefix means no alias of another provider', async () => {
  const row = await stage({ ol: { cheap: 'glm' } })
  expect(await reached(row, 'cheap')).toEqual(['oa', 'cheap'])
})

test('H20 nor does one behind a prefix mean an alias of the house', async () => {
  const row = await stage({ house: { cheap: 'an:glm' }, ol: { dear: 'gpt' } })
  expect(await reached(row, 'ol:cheap')).toEqual(['ol', 'cheap'])
})

describe('H21 H22 chains', () => {
  test('H21 one alias may lead to the next', async () => {
    const row = await stage({ house: { a1: 'b1', b1: 'c1', c1: 'an:model' } })
    expect(await reached(row, 'a1')).toEqual(['an', 'model'])
  })

  test('H21 no further than is allowed', async () => {
    const aliases = { a1: 'b1', b1: 'c1', c1: 'an:model' }
    const row = await stage({}, { config: { aliases, aliasRules: { ...RULES, maxChain: 2 } } })
    const { status, json } = await row.post('/v1/chat/completions', {
      model: 'a1',
      messages: [{ role: 'user', content: 'Hi' }],
    })
    expect([status, json]).toMatchObject([400, { error: { message: /a1 → b1 → c1/ } }])
    expect(await reached(row, 'b1')).toEqual(['an', 'model'])
  })

  test('H22 a circle is refused, and nothing is sent', async () => {
    const row = await stage({ house: { a1: 'b1', b1: 'a1' } })
    const { status, json } = await row.post('/v1/chat/completions', {
      model: 'a1',
      messages: [{ role: 'user', content: 'Hi' }],
    })
    expect([status, json]).toMatchObject([400, { error: { message: /circle/ } }])
    expect(row.calls('oa')).toEqual([])
  })
})

test('H23 behind an exclamation mark the name is meant as it stands', async () => {
  const row = await stage({ house: { haiku: 'an:small' }, an: { haiku: 'other' } })
  expect(await reached(row, '!haiku')).toEqual(['oa', 'haiku'])
  expect(await reached(row, '!an:haiku')).toEqual(['an', 'haiku'])
})

test('H24 a target that can be none is left out', async () => {
  const row = await stage({ house: { self: 'self', at: '@', empty: ' ', good: 'an:m' } })
  for (const name of ['self', 'at', 'empty']) expect(await reached(row, name)).toEqual(['oa', name])
  expect(await reached(row, 'good')).toEqual(['an', 'm'])
})

test('an alias may lead to a virtual model', async () => {
  const row = await stage(
    {},
    { config: { aliases: { best: 'smart' }, models: { smart: { targets: ['an:x', 'ol:y'] } } } },
  )
  expect(await reached(row, 'best')).toEqual(['an', 'x'])
})
