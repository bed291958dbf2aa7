/** Rows H05, H41, H65, G51, G52: what a name means here, what it is called there, and which names may be used at all. */

import { describe, expect, test } from 'vitest'
import { loadIn, refusedLines } from '../load-in.ts'
import { type Reply, type Row, rows, textAnswer } from './row.ts'

const open = rows()
const DOWN = { kind: 'status', status: 503 } as const

const ask = (row: Row, model: string, headers = {}): Promise<Reply> =>
  row.post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hi' }] }, headers)

const at = ({ headers }: Reply) => [headers.get('x-provider'), headers.get('x-model')]

describe('H05 a prefix that names nobody', () => {
  test.each([
    [true, 'acme:gpt-4o', 404],
    [true, 'llama3:8b', 200],
    [true, 'meta/llama-3:free', 200],
    [true, 'odd:listed', 200],
    [false, 'acme:gpt-4o', 200],
  ])('H05 strict: %s, %s is %i', async (strictPrefix, model, status) => {
    const row = await open(
      { oa: textAnswer() },
      { config: { routing: { strictPrefix } }, providers: { oa: { modelList: ['odd:listed'] } } },
    )
    const reply = await ask(row, model)
    const told = reply.text.includes('is no configured provider. Known: oa.')
    expect([reply.status, row.sent('oa')['model'], told]).toEqual(
      status === 200 ? [200, model, false] : [404, undefined, true],
    )
  })
})

describe('H65 a model’s own name at one provider', () => {
  test('goes there and nowhere else', async () => {
    const row = await open(
      { oa: textAnswer(), an: textAnswer() },
      { providers: { oa: { modelMap: { a: 'b' } } } },
    )
    expect(at(await ask(row, 'a'))).toEqual(['oa', 'b'])
    expect(row.sent('oa')['model']).toBe('b')
    expect(at(await ask(row, 'an:a'))).toEqual(['an', 'a'])
    expect(row.sent('an')['model']).toBe('a')
    expect(at(await ask(row, '!a'))).toEqual(['oa', 'a'])
  })

  test('counts after a failure too, declared or not', async () => {
    const row = await open(
      { an: DOWN, oa: textAnswer(), ol: textAnswer() },
      { providers: { oa: { modelMap: { a: 'b' } } }, config: { routing: { fallback: 'next_available' } } },
    )
    expect(at(await ask(row, 'an:a', { 'x-fallback': 'oa:a' }))).toEqual(['oa', 'b'])
    expect(at(await ask(row, 'a'))).toEqual(['oa', 'b'])
  })

  test('counts inside a virtual model', async () => {
    const row = await open(
      { an: DOWN, oa: textAnswer() },
      {
        providers: { oa: { modelMap: { a: 'b' } } },
        config: { models: { smart: { targets: ['an:a', 'oa:a'] } } },
      },
    )
    expect(at(await ask(row, 'smart'))).toEqual(['oa', 'b'])
  })
})

test.each([
  ['gpt-4o', 'openai/gpt-4o'],
  ['o3-mini', 'openai/o3-mini'],
  ['claude-sonnet-4', 'anthropic/claude-sonnet-4'],
  ['gemini-2.5-pro', 'google/gemini-2.5-pro'],
  ['openai/gpt-4o:latest', 'openai/gpt-4o'],
  ['vendor/odd', 'vendor/odd'],
  ['odd', 'odd'],
])('H41 OpenRouter is asked for %s as %s', async (model, there) => {
  const row = await open({ or: textAnswer() })
  await ask(row, `or:${model}`)
  expect(row.sent('or')['model']).toBe(there)
})

describe('G51 a filter', () => {
  const FILTER = ['# what we pay for', '', 'gpt-4o', 'claude-* # all of them', '!claude-opus*', 'o?-mini']

  test.each([
    ['gpt-4o', 200],
    ['GPT-4o', 200],
    ['oa:gpt-4o', 200],
    ['gpt-4o-mini', 403],
    ['claude-sonnet-4', 200],
    ['claude-opus-4', 403],
    ['an:claude-opus-4', 403],
    ['o3-mini', 200],
    ['o30-mini', 403],
  ])('G51 answers %s with %i', async (model, status) => {
    const row = await open({ oa: textAnswer(), an: textAnswer() }, { config: { modelFilter: FILTER } })
    const reply = await ask(row, model)
    const asked = row.calls('oa').length + row.calls('an').length
    expect([reply.status, asked]).toEqual(status === 200 ? [200, 1] : [403, 0])
    const refusal = { error: { code: 'model_not_allowed', param: 'model' } }
    expect(reply.json).toMatchObject(status === 200 ? {} : refusal)
  })

  test('G51 of exclusions alone lets everything else in', async () => {
    const row = await open({ oa: textAnswer() }, { config: { modelFilter: ['!secret-*'] } })
    expect((await ask(row, 'anything')).status).toBe(200)
    expect((await ask(row, 'secret-one')).status).toBe(403)
  })

  test('G51 holds for an alias by what it leads to, and for who is asked after a failure', async () => {
    const row = await open(
      { oa: DOWN, an: textAnswer() },
      { config: { modelFilter: ['gpt-4o'], aliases: { good: 'gpt-4o', bad: 'gpt-4' } } },
    )
    expect((await ask(row, 'bad')).status).toBe(403)
    const reply = await ask(row, 'good', { 'x-fallback': 'an:claude-opus-4' })
    expect(reply.status).toBe(503)
    expect(row.calls('an')).toEqual([])
  })

  test('G51 holds for what is only passed on', async () => {
    const row = await open({ oa: textAnswer() }, { config: { modelFilter: ['gpt-*'] } })
    const reply = await row.post('/v1/moderations', { model: 'other', input: 'x' })
    expect(reply.status).toBe(403)
  })

  test('G51 is read from a file; one that is not there lets everything in, and it is said', () => {
    const env = { MODELS_FILTER_PATH: 'filter.txt', OPENAI_API_KEY: 'sk-1' }
    expect(loadIn({ env, files: { 'filter.txt': 'a\r\n!b\n' } }).modelFilter).toEqual(['a', '!b', ''])
    const { modelFilter, warnings } = loadIn({ env })
    expect([modelFilter, warnings]).toEqual([
      undefined,
      expect.arrayContaining(['filter.txt: there is no such file, so every model may be asked for']),
    ])
  })
})

describe('G52 routing rules in a file', () => {
  const env = { ROUTING_RULES_PATH: 'rules.json', OPENAI_API_KEY: 'sk-1' }

  test.each([
    '{"gpt-4o": "an"}',
    '{"rules": [{"pattern": "gpt-4?", "provider": "an"}, {"pattern": "gpt-*", "provider": "oa"}]}',
  ])('G52 come before what is known: %s', async (text) => {
    const { modelTable } = loadIn({ env, files: { 'rules.json': text } })
    const row = await open(
      { oa: textAnswer(), an: textAnswer() },
      { config: modelTable === undefined ? {} : { modelTable } },
    )
    const reply = await ask(row, 'gpt-4o')
    expect(at(reply)).toEqual(['an', 'gpt-4o'])
    expect(reply.headers.get('x-routing-reason')).toBe('model-table')
    expect(at(await ask(row, 'gpt-5'))).toEqual(['oa', 'gpt-5'])
  })

  test.each([
    [{}, 'rules.json: routing_rules: cannot be read'],
    [{ 'rules.json': '[]' }, 'rules.json: routing_rules: is no JSON object'],
    [{ 'rules.json': '{"gpt-*": 7}' }, 'rules.json: routing_rules: has no pattern and provider in rule 1'],
  ])('G52 that cannot be read stop the start (%#)', (files, line) => {
    expect(refusedLines({ env, files }).join('\n')).toContain(line)
  })
})

describe('groups in groups', () => {
  const models = {
    outer: { targets: ['inner', 'ol:last'] },
    inner: { targets: ['oa:x', 'an:y'], strategy: 'round_robin' as const },
  }

  test('stand where they are written and take their own turns', async () => {
    const row = await open({ oa: textAnswer(), an: textAnswer(), ol: textAnswer() }, { config: { models } })
    const reached = []
    for (let i = 0; i < 4; i++) reached.push(at(await ask(row, 'outer')).join(':'))
    expect(reached).toEqual(['oa:x', 'an:y', 'oa:x', 'an:y'])
  })

  test('are left by failure only when all of them have failed', async () => {
    const row = await open({ oa: DOWN, an: DOWN, ol: textAnswer() }, { config: { models } })
    const reply = await ask(row, 'outer')
    expect(at(reply)).toEqual(['ol', 'last'])
    expect([row.calls('oa').length, row.calls('an').length]).toEqual([1, 1])
  })

  test('are chosen between by their first targets', async () => {
    const both = {
      outer: { targets: ['one', 'two'], strategy: 'weighted' as const, weights: [0, 1] },
      one: { targets: ['oa:x'] },
      two: { targets: ['an:y', 'ol:z'] },
    }
    const row = await open({ oa: textAnswer(), an: DOWN, ol: textAnswer() }, { config: { models: both } })
    expect(at(await ask(row, 'outer'))).toEqual(['ol', 'z'])
    expect(row.calls('oa')).toEqual([])
  })

  test.each([
    ['a = { targets = ["a"] }', 'models.a.targets: leads back to itself (a → a)'],
    ['a = { targets = ["b"] }\nb = { targets = ["a"] }', 'leads back to itself (b → a → b)'],
  ])('may not contain themselves: %s', (text, line) => {
    const files = { 'sluice.toml': `[models]\n${text}\n` }
    expect(refusedLines({ env: { OPENAI_API_KEY: 'sk-1' }, files }).join('\n')).toContain(line)
  })
})
