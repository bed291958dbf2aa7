/** Rows H55–H59 and H33–H41: sizes of the Claude family, and names that tell whose they are. */

import { describe, expect, test } from 'vitest'
import { type Row, rows, type RowWish, textAnswer } from './row.ts'

const open = rows()
const ALL = { oa: textAnswer(), an: textAnswer(), ol: textAnswer(), gg: textAnswer(), or: textAnswer() }
const CLASSES = { big: ['b1', 'b2'], middle: ['m1'], small: ['s1'] }

async function reached(row: Row, model: string): Promise<(string | null)[]> {
  const { headers } = await row.post('/v1/chat/completions', {
    model,
    messages: [{ role: 'user', content: 'Hi' }],
  })
  return [headers.get('x-provider'), headers.get('x-model')]
}

const sized = (providers: RowWish['providers'] = {}): Promise<Row> =>
  open({ oa: textAnswer(), ol: textAnswer() }, { providers: { oa: { models: CLASSES }, ...providers } })

describe('a size', () => {
  test.each([
    ['claude-3-OPUS-latest', 'b1'],
    ['claude-sonnet-4-5', 'm1'],
    ['Haiku', 's1'],
  ])('H55 %s asks for %s', async (model, wanted) => {
    expect(await reached(await sized(), model)).toEqual(['oa', wanted])
  })

  test('H56 a name of another family is not replaced', async () => {
    expect(await reached(await sized(), 'gpt-4o')).toEqual(['oa', 'gpt-4o'])
    expect(await reached(await sized(), 'my-opus')).toEqual(['oa', 'my-opus'])
    const bedrocks = 'us.anthropic.claude-opus-4-v1:0'
    expect(await reached(await sized(), bedrocks)).toEqual(['oa', bedrocks])
  })

  test('H57 H58 the lowest priority number first, and who has no such class is passed over', async () => {
    const row = await sized({
      oa: { models: CLASSES, priority: 2 },
      ol: { models: { ...CLASSES, big: ['lb'], small: [] }, priority: 1 },
    })
    expect(await reached(row, 'opus')).toEqual(['ol', 'lb'])
    expect(await reached(row, 'haiku')).toEqual(['oa', 's1'])
  })

  test('H57 equal numbers stand in the order of the file', async () => {
    const row = await sized({ oa: { models: CLASSES }, ol: { models: { ...CLASSES, big: ['lb'] } } })
    expect(await reached(row, 'opus')).toEqual(['oa', 'b1'])
  })

  test('H59 the models of a class take turns', async () => {
    const row = await sized()
    const models: (string | null | undefined)[] = []
    for (let i = 0; i < 4; i++) models.push((await reached(row, 'claude-opus-4'))[1])
    expect(models).toEqual(['b1', 'b2', 'b1', 'b2'])
  })

  test('M16 when one of a class fails, the next of the same provider is asked', async () => {
    const row = await open(
      { oa: [{ kind: 'status', status: 500 }, textAnswer()], ol: textAnswer() },
      { providers: { oa: { models: CLASSES }, ol: { models: CLASSES, priority: 5 } } },
    )
    expect(await reached(row, 'opus')).toEqual(['oa', 'b2'])
    expect(row.calls('ol')).toEqual([])
  })
})

test('M16 a model of another class does not go before whom the request has named first', async () => {
  const row = await open(
    { oa: [{ kind: 'status', status: 500 }, textAnswer()], ol: textAnswer() },
    { providers: { oa: { models: CLASSES } } },
  )
  const { headers } = await row.post(
    '/v1/chat/completions',
    { model: 'b1', messages: [{ role: 'user', content: 'Hi' }] },
    { 'x-fallback': 'ol:x, oa:m1' },
  )
  expect([headers.get('x-provider'), headers.get('x-model')]).toEqual(['ol', 'x'])
})

const TABLE: readonly (readonly [row: string, owner: string, names: readonly string[]])[] = [
  [
    'H33',
    'oa',
    [
      'gpt-4o',
      'gpt-3.5-turbo',
      'text-embedding-ada-002',
      'gpt-5',
      'o1',
      'o3-mini',
      'text-embedding-3-small',
      'text-davinci-003',
      'GPT-4',
    ],
  ],
  ['H34', 'an', ['claude-3-opus', 'claude-2.1', 'claude-instant-1', 'claude-sonnet-4']],
  ['H35', 'gg', ['gemini-1.5-pro', 'palm-2', 'bison-001', 'chat-bison']],
  ['H38', 'ol', ['llama3', 'mistral', 'codellama:7b', 'vicuna', 'alpaca']],
  ['H41', 'or', ['openai/gpt-4o', 'anthropic/claude-3-opus']],
]

describe.each(TABLE)('%s names of %s', (_, owner, names) => {
  test.each(names)(`${_} %s`, async (name) => {
    // The default provider is one of the others.
    const row = await open(ALL, { config: { defaultProvider: owner === 'or' ? 'ol' : 'or' } })
    expect((await reached(row, name))[0]).toBe(owner)
  })
})

test.each(['anthropic.claude-v2', 'amazon.titan-x', 'meta.llama3', 'us.anthropic.claude-x-v1:0'])(
  'H37 %s is Bedrock’s',
  async (name) => {
    const aws = { region: 'us-east-1', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-secret-for-tests' }
    const row = await open(
      { an: textAnswer(), ol: textAnswer(), br: textAnswer() },
      { providers: { br: { type: 'bedrock', apiKeys: [], aws } }, config: { defaultProvider: 'ol' } },
    )
    expect(await reached(row, name)).toEqual(['br', name])
  },
)

test('H39 H40 a name of Bedrock is not one of Ollama: without its owner the default provider has it', async () => {
  const row = await open(ALL, { config: { defaultProvider: 'gg' } })
  expect(await reached(row, 'meta.llama3')).toEqual(['gg', 'meta.llama3'])
  const alone = await open({ an: textAnswer(), ol: textAnswer() })
  expect(await reached(alone, 'gpt-4')).toEqual(['an', 'gpt-4'])
})

test('H36 a deployment before its resource', async () => {
  const row = await open({ oa: textAnswer(), az: textAnswer() })
  expect(await reached(row, 'dep@res.openai.azure.com')).toEqual(['az', 'dep'])
})

test('a pattern of one’s own comes before what is known', async () => {
  const row = await open(ALL, {
    config: { defaultProvider: 'or', modelTable: [{ match: 'gpt-?o*', provider: 'AN' }] },
  })
  expect(await reached(row, 'gpt-4o-mini')).toEqual(['an', 'gpt-4o-mini'])
  expect(await reached(row, 'gpt-5')).toEqual(['oa', 'gpt-5'])
})

/** R9, each neighbour against the next: a request that satisfies both goes where the first says. */
describe('H63 precedence', () => {
  const aliases = { 'claude-opus': 'gg:by-alias', virtual: 'gg:by-alias' }
  const wish: RowWish = {
    config: {
      defaultProvider: 'or',
      aliases,
      models: { virtual: { targets: ['an:by-group'] }, 'gpt-9*': { targets: ['an:by-star'] } },
      routing: { strategy: 'manual' },
    },
    providers: { ol: { models: { ...CLASSES, big: ['by-size'] } }, or: { priority: 0 } },
  }
  const ask = async (model: string, headers: Record<string, string> = {}) => {
    const row = await open(ALL, wish)
    const reply = await row.post(
      '/v1/chat/completions',
      { model, messages: [{ role: 'user', content: 'Hi' }] },
      headers,
    )
    return [reply.headers.get('x-provider'), reply.headers.get('x-routing-reason')?.split(';')[0]]
  }

  test('H63 prefix over header', async () =>
    expect(await ask('an:m', { 'x-provider': 'oa' })).toEqual(['an', 'prefix']))
  test('H63 header over virtual model', async () =>
    expect(await ask('virtual', { 'x-provider': 'oa' })).toEqual(['oa', 'header']))
  test('H63 header over alias', async () =>
    expect(await ask('claude-opus', { 'x-provider': 'oa' })).toEqual(['oa', 'header']))
  test('H63 virtual model over alias', async () =>
    expect(await ask('virtual')).toEqual(['an', 'virtual-model']))
  test('H63 alias over size class', async () => expect(await ask('claude-opus')).toEqual(['gg', 'alias']))
  test('H63 size class over model table', async () =>
    expect(await ask('claude-3-opus')).toEqual(['ol', 'size-class']))
  test('H63 virtual model with a star over model table', async () =>
    expect(await ask('gpt-9-new')).toEqual(['an', 'wildcard']))
  test('H63 model table over strategy', async () =>
    expect(await ask('gpt-4o')).toEqual(['oa', 'model-table']))
  test('H63 strategy over default', async () => expect((await ask('nobody-knows'))[1]).toBe('strategy'))
})
