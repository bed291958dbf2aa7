/** Virtual models with a star in their name (issue 5: catch-all names of other gateways): what they take, what they leave to others. */

import { describe, expect, test } from 'vitest'
import { ConfigError } from '#config'
import { NO_BREAKER } from '../house.ts'
import { configuredBy } from './by-environment.ts'
import { type RowWish, rows, textAnswer } from './row.ts'

const open = rows()
const OK = textAnswer()
const DOWN = { kind: 'status', status: 500 } as const
const ALL = { oa: OK, an: OK, ol: OK, or: OK }
const PATH = '/v1/chat/completions'
const chat = (model: string) => ({ model, messages: [{ role: 'user', content: 'Hi' }] })

/** A catch-all, one vendor, one name that is written out. */
const MODELS = {
  '*': { targets: ['or:*'] },
  'openai/*': { targets: ['oa:*'] },
  smart: { targets: ['an:big'] },
}

async function asked(model: string, config: RowWish['config'] = { models: MODELS }, headers = {}) {
  const row = await open(ALL, { config: { breaker: NO_BREAKER, ...config } })
  const answer = await row.post(PATH, chat(model), headers)
  const [provider, real, reason] = ['x-provider', 'x-model', 'x-routing-reason'].map((name) =>
    answer.headers.get(name),
  )
  return answer.status === 200 ? `${provider ?? ''} ${real ?? ''} ${reason ?? ''}` : answer.status
}

describe('what a star takes', () => {
  test.each([
    ['openai/gpt-4o', 'oa gpt-4o wildcard'],
    ['OpenAI/gpt-4o', 'oa gpt-4o wildcard'],
    ['openai/ft:gpt-4o:acme', 'oa ft:gpt-4o:acme wildcard'],
    ['some-model', 'or some-model wildcard'],
    // The table of well-known names only guesses; this was written down.
    ['claude-opus-4-8', 'or anthropic/claude-opus-4-8 wildcard'],
    ['llama3:8b', 'or llama3:8b wildcard'],
    // Nothing is left for the star of its vendor.
    ['openai/', 'or openai/ wildcard'],
    ['$&-$1', 'or $&-$1 wildcard'],
  ])('%s goes where the name with the longest fixed part says', async (model, expected) => {
    expect(await asked(model)).toBe(expected)
  })

  test.each([
    ['gpt-5', 'an gpt-5 wildcard'],
    ['gpt-5-mini', 'ol the-5-of-ollama wildcard'],
    ['other', 'or fixed wildcard'],
  ])('%s, in whatever order they are written', async (model, expected) => {
    const models = {
      '*': { targets: ['or:fixed'] },
      'gpt-*': { targets: ['an:gpt-*'] },
      'gpt-*-mini': { targets: ['ol:the-*-of-ollama'] },
    }
    expect(await asked(model, { models })).toBe(expected)
  })
})

describe('what a star leaves to what was written for it', () => {
  test.each([
    ['another virtual model', 'smart', 'an big virtual-model', {}],
    ['a prefix', 'ol:llama3', 'ol llama3 prefix', {}],
    ['the mark for a name as it stands', '!gpt-4o', 'oa gpt-4o literal', {}],
    ['an alias', 'quick', 'ol small alias', { aliases: { quick: 'ol:small' } }],
    [
      'an entry of the user’s own table',
      'qwen3-8b',
      'ol qwen3-8b model-table',
      { modelTable: [{ match: 'qwen*', provider: 'ol' }] },
    ],
  ])('%s', async (_, model, expected, config) => {
    expect(await asked(model, { models: MODELS, ...config })).toBe(expected)
  })

  test('the header', async () => {
    expect(await asked('some-model', undefined, { 'x-provider': 'an' })).toBe('an some-model header')
  })

  test('a size class', async () => {
    const classes = { big: ['their-big'], middle: [], small: [] }
    const row = await open(ALL, { config: { models: MODELS }, providers: { ol: { models: classes } } })
    const { headers } = await row.post(PATH, chat('claude-opus-4-8'))
    expect([headers.get('x-model'), headers.get('x-routing-reason')]).toEqual(['their-big', 'size-class'])
  })

  test('an entry whose provider is not here has nothing to say', async () => {
    const modelTable = [{ match: 'qwen*', provider: 'nobody' }]
    expect(await asked('qwen3-8b', { models: MODELS, modelTable })).toBe('or qwen/qwen3-8b wildcard')
  })
})

test('an alias may lead to a name that a star takes', async () => {
  const aliases = { work: 'openai/gpt-5' }
  expect(await asked('work', { models: MODELS, aliases })).toBe('oa gpt-5 alias')
})

test('its targets take each other’s place, each with what the star stood for; nobody else is asked', async () => {
  const models = { 'any/*': { targets: ['oa:*', 'smart'], strategy: 'priority' as const } }
  const config = {
    models: { ...models, smart: MODELS.smart },
    breaker: NO_BREAKER,
    maxRetries: 0,
    routing: { fallback: 'next_available' as const },
  }
  const row = await open({ ...ALL, oa: DOWN }, { config })
  const { headers } = await row.post(PATH, chat('any/gpt-5'))
  expect([row.sent('oa')['model'], headers.get('x-model')]).toEqual(['gpt-5', 'big'])
  const none = await open({ ...ALL, oa: DOWN, an: DOWN }, { config })
  expect((await none.post(PATH, chat('any/gpt-5'))).status).toBe(502)
  expect([none.calls('ol'), none.calls('or')]).toEqual([[], []])
})

test('explain names the rule and the name with the star', async () => {
  const row = await open(ALL, { config: { models: MODELS } })
  const { json } = await row.post('/api/explain', { model: 'openai/gpt-5' })
  expect(json).toMatchObject({
    rule: 'wildcard',
    detail: 'openai/*',
    targets: [{ provider: 'oa', model: 'gpt-5' }],
  })
})

test('a star stands in no list, and asked for it is a name like any other', async () => {
  const row = await open(ALL, { config: { models: MODELS } })
  const { text } = await row.ask('/v1/models')
  expect(text).toContain('"smart"')
  expect(text).not.toContain('*')
  await row.post(PATH, chat('*'))
  expect(row.sent('or')['model']).toBe('*')
})

const refusal = (models: object): readonly string[] => {
  try {
    configuredBy({ OPENAI_API_KEY: 'k' }, { 'sluice.json': JSON.stringify({ models }) })
    return []
  } catch (fault) {
    return fault instanceof ConfigError
      ? fault.problems.map(({ field, message }) => `${field} ${message}`)
      : [String(fault)]
  }
}

describe('a star that could not mean anything is refused', () => {
  test.each([
    ['a*b*', ['openai:m'], 'models."a*b*".targets has more than one * in its name'],
    [
      'plain',
      ['openai:*'],
      'models.plain.targets names "openai:*", but there is no * in the model’s own name that it could stand for',
    ],
    [
      'x/*',
      ['y/*'],
      'models."x/*".targets names "y/*"; a target with * reads provider:model, as in openai:*',
    ],
  ])('%s for %j', (name, targets, expected) => {
    expect(refusal({ [name]: { targets } })).toEqual([expected])
  })

  test('what means something is taken', () => {
    expect(refusal({ '*': { targets: ['openai:*', 'openai:m'] }, 'a/*': { targets: ['openai:*'] } })).toEqual(
      [],
    )
  })
})
