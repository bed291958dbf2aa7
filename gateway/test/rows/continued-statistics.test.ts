/** Row N01: of a stream that several have given, each is told what its own call used, and the house and the client the sum. */

import { describe, expect, test } from 'vitest'
import { type JsonObject, objectOf } from '#core'
import type { ScriptedAnswer } from '#simulator'
import { type Row, rows, type RowWish, type Scripts } from './row.ts'
import { toldAndBrokenOff } from './told-and-broken-off.ts'

const open = rows()
const goesOn = (inputTokens: number, outputTokens: number): ScriptedAnswer => ({
  kind: 'answer',
  text: 'and here is all the rest of it.',
  usage: { inputTokens, outputTokens },
  usageUnasked: true,
})
const SILENT: ScriptedAnswer = { kind: 'answer', text: 'and the rest of it.', usage: false }
const BEGUN = 'Once upon a time there was a story that began '
const modelFacts = {
  m: { price: { input: 3, output: 15 } },
  n: { price: { input: 1, output: 2 } },
  o: { price: { input: 5, output: 25 } },
}

async function streamed(scripts: Scripts, targets: readonly [string, ...string[]], wish: RowWish = {}) {
  const row = await open(scripts, { ...wish, config: { modelFacts, ...wish.config } })
  const [model, ...others] = targets
  const { text } = await row.post(
    '/v1/chat/completions',
    { model, stream: true, messages: [{ role: 'user', content: 'Tell.' }] },
    { 'x-fallback': others.join(', ') },
  )
  return { row, text }
}

const dollars = (amount: number): unknown => expect.closeTo(amount / 1e6, 10)
const statsOf = async (row: Row, name: string) => (await row.ask(`/api/providers/${name}/stats`)).json
const modelOf = (json: JsonObject, model: string) => objectOf(objectOf(json['model_usage'])?.[model])

describe('N01 a stream that broke off and was gone on with', () => {
  test('puts on each provider and model what it used and cost itself', async () => {
    const { row, text } = await streamed({ an: toldAndBrokenOff(60, BEGUN), oa: goesOn(70, 5000) }, [
      'an:m',
      'oa:n',
    ])
    expect(text).toContain('"content":"rest "')
    const [first, second] = [await statsOf(row, 'an'), await statsOf(row, 'oa')]
    const broken = { tokens: { input: 60, output: 1 }, cost: { usd: dollars(60 * 3 + 15) } }
    const whole = { tokens: { input: 70, output: 5000 }, cost: { usd: dollars(70 + 10_000) } }
    expect(first).toMatchObject({ ...broken, error_count: 1, success_count: 0 })
    expect(modelOf(first, 'm')).toMatchObject(broken)
    expect(Object.values(objectOf(first['keys']) ?? {})).toMatchObject([broken])
    expect(second).toMatchObject({ ...whole, error_count: 0, success_count: 1 })
    expect(modelOf(second, 'n')).toMatchObject(whole)
    expect((await row.ask('/api/stats')).json).toMatchObject({
      request_count: 1,
      tokens: { input: 130, output: 5001 },
      cost: { usd: dollars(60 * 3 + 15 + 70 + 10_000), unpriced_requests: 0 },
    })
  })

  test('of two models of one provider puts the sum on that', async () => {
    const { row } = await streamed(
      { an: ({ body }) => (body.includes('"m"') ? toldAndBrokenOff(60, BEGUN) : goesOn(70, 5000)) },
      ['an:m', 'an:n'],
    )
    const stats = await statsOf(row, 'an')
    expect(modelOf(stats, 'm')).toMatchObject({ tokens: { input: 60, output: 1 } })
    expect(modelOf(stats, 'n')).toMatchObject({ tokens: { input: 70, output: 5000 } })
    expect(stats).toMatchObject({
      request_count: 1,
      tokens: { input: 130, output: 5001 },
      cost: { usd: dollars(60 * 3 + 15 + 70 + 10_000) },
    })
  })

  test('and broke off again, on each of the three', async () => {
    const cache = { cache_read_input_tokens: 40 }
    const { row } = await streamed(
      {
        an: ({ body }) =>
          body.includes('"m"')
            ? toldAndBrokenOff(60, BEGUN)
            : toldAndBrokenOff(10, 'and then went on for a while ', cache),
        oa: goesOn(70, 5000),
      },
      ['an:m', 'an:o', 'oa:n'],
    )
    const stats = await statsOf(row, 'an')
    expect(modelOf(stats, 'm')).toMatchObject({ tokens: { input: 60, output: 1 } })
    expect(modelOf(stats, 'o')).toMatchObject({ tokens: { input: 50, output: 1, cache_read: 40 } })
    expect(stats).toMatchObject({ tokens: { input: 110, output: 2, cache_read: 40 } })
    expect(await statsOf(row, 'oa')).toMatchObject({ tokens: { input: 70, output: 5000 } })
    expect((await row.ask('/api/stats')).json).toMatchObject({ tokens: { input: 180, output: 5002 } })
  })

  test('by who does not tell what it used, puts nothing on that', async () => {
    const { row } = await streamed({ an: toldAndBrokenOff(60, BEGUN), oa: SILENT }, [
      'an:m',
      'oa:nobody-knows-its-price',
    ])
    expect(await statsOf(row, 'an')).toMatchObject({ tokens: { input: 60, output: 1 } })
    expect(await statsOf(row, 'oa')).toMatchObject({ tokens: { total: 0 }, cost: { usd: 0 } })
  })

  test('by nobody, puts it on who began', async () => {
    const { row } = await streamed({ an: toldAndBrokenOff(60, BEGUN), oa: { kind: 'status', status: 500 } }, [
      'an:m',
      'oa:n',
    ])
    expect(await statsOf(row, 'an')).toMatchObject({ tokens: { input: 60, output: 1 } })
    expect(await statsOf(row, 'oa')).toMatchObject({ tokens: { total: 0 }, error_count: 1 })
    expect((await row.ask('/api/stats')).json).toMatchObject({ tokens: { input: 60, output: 1 } })
  })
})
