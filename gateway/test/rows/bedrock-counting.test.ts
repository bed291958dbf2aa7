/** Bedrock's token counter: asked where the model is Bedrock's, served to Bedrock's own clients, and never paid for. */

import { CountTokensCommand, type CountTokensInput } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, test } from 'vitest'
import { isObject, type JsonObject, parseJson } from '#core'
import { bedrockClient, MODEL } from './bedrock-client.ts'
import { EVERY_UPSTREAM, jsonAnswer, type Row, rows, textAnswer } from './row.ts'

const open = rows()
const WORDS = 'How many tokens are these words?'
const ASK = { messages: [{ role: 'user' as const, content: WORDS }] }
const TOOLS = [
  {
    name: 'look',
    description: 'Looks.',
    input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
  },
]
const NOVA = 'us.amazon.nova-pro-v1:0'

const counting = (tokens: number) => ({
  br: ({ path }: { path: string }) =>
    path.endsWith('/count-tokens') ? jsonAnswer({ inputTokens: tokens }) : textAnswer(),
})

/** What the counter was asked, and where. */
function asked(row: Row): { readonly path: string; readonly input: JsonObject } {
  const counts = row.everything('br').filter(({ path }) => path.endsWith('/count-tokens'))
  expect(counts).toHaveLength(1)
  const body = parseJson(counts[0]?.body ?? '')
  const input = isObject(body) ? body['input'] : undefined
  return { path: counts[0]?.path ?? '', input: isObject(input) ? input : {} }
}

async function count(row: Row, modelId: string, input: CountTokensInput): Promise<number | undefined> {
  const client = bedrockClient(row.url)
  try {
    return (await client.send(new CountTokensCommand({ modelId, input }))).inputTokens
  } finally {
    client.destroy()
  }
}

describe('A22 Bedrock is asked', () => {
  test('pitfall 225 for Claude with Claude’s own body, so that tools are counted', async () => {
    const row = await open(counting(4242))
    const answer = await row.anthropic.messages.countTokens({ model: `br:${MODEL}`, ...ASK, tools: TOOLS })
    expect(answer).toEqual({ input_tokens: 4242 })
    const { path, input } = asked(row)
    // Its counter knows no inference profiles.
    expect(decodeURIComponent(path)).toContain(
      '/model/anthropic.claude-sonnet-4-5-20250929-v1:0/count-tokens',
    )
    const { body } = input['invokeModel'] as { body: string } // The shape is what is tested.
    const sent = parseJson(Buffer.from(body, 'base64').toString())
    expect(sent).toMatchObject({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: expect.any(Number),
      messages: [{ role: 'user', content: WORDS }],
      tools: [{ name: 'look' }],
    })
    expect(sent).not.toHaveProperty('model')
    expect(row.calls('br')).toEqual([])
  })

  test('for other models with the body of Converse', async () => {
    const row = await open(counting(7))
    const model = `br:${NOVA}`
    expect(await row.anthropic.messages.countTokens({ model, ...ASK, tools: TOOLS })).toEqual({
      input_tokens: 7,
    })
    const { input } = asked(row)
    expect(input).toMatchObject({
      converse: { messages: [{ role: 'user', content: [{ text: WORDS }] }], toolConfig: { tools: [{}] } },
    })
    expect(input['converse']).not.toHaveProperty('inferenceConfig')
  })

  test('for a client of Gemini’s', async () => {
    const row = await open(counting(8))
    const path = `/v1beta/models/${encodeURIComponent(`br:${NOVA}`)}:countTokens`
    const { json } = await row.post(path, { contents: [{ role: 'user', parts: [{ text: WORDS }] }] })
    expect(json).toEqual({ totalTokens: 8 })
  })

  test('for its own client, whose body passes as it came', async () => {
    const row = await open(counting(9))
    const converse = { messages: [{ role: 'user' as const, content: [{ text: WORDS }] }] }
    expect(await count(row, `br:${MODEL}`, { converse })).toBe(9)
    expect(asked(row).input).toEqual({ converse })
    const raw = Buffer.from(
      JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 1, ...ASK }),
    )
    expect(await count(row, `br:${MODEL}`, { invokeModel: { body: raw } })).toBe(9)
  })

  test.each([
    ['does not count', jsonAnswer({ message: "The provided model doesn't support counting tokens." }, 400)],
    ['answers nonsense', jsonAnswer({ tokens: 'many' })],
  ])('and where the model %s, the answer is an estimate', async (_, answer) => {
    const row = await open({ br: ({ path }) => (path.endsWith('/count-tokens') ? answer : textAnswer()) })
    const { input_tokens } = await row.anthropic.messages.countTokens({ model: `br:${MODEL}`, ...ASK })
    expect(input_tokens).toBeGreaterThanOrEqual(1)
    asked(row)
    expect(row.calls('br')).toEqual([])
  })
})

const converse = (text: string) => ({ messages: [{ role: 'user' as const, content: [{ text }] }] })

describe.each(EVERY_UPSTREAM)('A21 Bedrock’s client counts before %s', (upstream) => {
  test('at no cost', async () => {
    const row = await open({ [upstream]: textAnswer() })
    const few = await count(row, `${upstream}:some-model`, { converse: converse(WORDS) })
    const many = await count(row, `${upstream}:some-model`, { converse: converse(WORDS.repeat(50)) })
    expect(few).toBeGreaterThanOrEqual(1)
    expect(many).toBeGreaterThan(Number(few) + 100)
    expect(row.calls(upstream)).toEqual([])
  })
})

test('a body with nothing to count is refused by name', async () => {
  const row = await open({ br: textAnswer() })
  await expect(count(row, `br:${MODEL}`, {} as CountTokensInput)).rejects.toThrow(/converse or invokeModel/) // Wrong on purpose.
})
