/** Rows M45 and M08: what to do about a refusal, and which refusals will not pass by themselves. */

import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NO_BREAKER } from '../house.ts'
import { jsonAnswer, type Row, rows, textAnswer } from './row.ts'

const open = rows()
const refusal = (status: number, message: string, more = {}) =>
  jsonAnswer({ error: { message, ...more } }, status)

const ask = (row: Row) =>
  row.post('/v1/chat/completions', { model: 'm', messages: [{ role: 'user', content: 'Hi' }] })

describe('M45', () => {
  test.each([
    [
      'a region',
      403,
      'Country, region, or territory not supported',
      /^Provider "oa" does not serve the region/,
    ],
    ['a permission', 403, 'Not for you', /^Provider "oa" does not let the gateway's key do this/],
    ['billing', 402, 'Insufficient credits', /^Provider "oa" wants to be paid first/],
    ['a missing model', 404, 'No such thing', /^Provider "oa" has no model "m"/],
  ])(
    '%s: advice first, the provider’s words behind it and in the details',
    async (_, status, words, advice) => {
      const row = await open({ oa: refusal(status, words) })
      const { json } = await ask(row)
      expect(json).toMatchObject({
        error: { message: expect.stringMatching(advice), details: { original: words } },
      })
      expect(json).toMatchObject({ error: { message: expect.stringContaining(`It said: ${words}`) } })
    },
  )

  test('M45 a quota', async () => {
    const words = 'You exceeded your current quota.'
    const row = await open({ oa: refusal(429, words, { code: 'insufficient_quota' }) })
    const { json } = await ask(row)
    expect(json).toMatchObject({
      error: { message: expect.stringMatching(/^The quota of the account/), details: { original: words } },
    })
  })

  test('M45 a bad key, without its provider’s words, which may repeat the key', async () => {
    const row = await open({ oa: refusal(401, 'Incorrect API key provided: test-key') })
    const { text, json } = await ask(row)
    expect(json).toMatchObject({
      error: { message: expect.stringContaining("refused the gateway's own key") },
    })
    expect(text).not.toContain('test-key')
  })

  test('M45 of the caller’s own key it is not said to be the gateway’s', async () => {
    const row = await open(
      { oa: refusal(401, 'Not this one'), an: refusal(403, 'Not for you') },
      { providers: { oa: { apiKeys: [], passthrough: true }, an: { apiKeys: [], passthrough: true } } },
    )
    for (const model of ['oa:m', 'an:m']) {
      const messages = [{ role: 'user', content: 'Hi' }]
      const body = { model, messages }
      const { text } = await row.post('/v1/chat/completions', body, {
        authorization: 'Bearer callers-own-key',
      })
      expect(text).toContain('Not ')
      expect(text).not.toContain('gateway')
    }
    for (const provider of ['oa', 'an']) {
      const headers = { authorization: 'Bearer callers-own-key' }
      const { status, text } = await row.ask(`/v1/models?provider=${provider}`, { headers })
      expect(status).toBeGreaterThanOrEqual(400)
      expect(text).not.toContain('gateway')
    }
  })

  test('M45 what needs no advice stays as it was said', async () => {
    const row = await open({ oa: refusal(400, 'temperature must be at most 2') })
    expect((await ask(row)).json).toMatchObject({ error: { message: 'temperature must be at most 2' } })
  })
})

describe('M08 in the log and the figures', () => {
  test.each([
    [401, 'permanent'],
    [404, 'permanent'],
    [402, 'permanent'],
    [500, 'transient'],
    [429, 'transient'],
  ])('M08 %i is %s', async (status, wanted) => {
    const logTo = join(mkdtempSync(join(tmpdir(), 'sluice-log-')), 'log')
    const row = await open(
      { oa: refusal(status, 'no') },
      { logTo, config: { logLevel: 'info', maxRetries: 0, probeMs: 0, breaker: NO_BREAKER } },
    )
    await ask(row)
    const figures = await row.ask('/health/metrics')
    expect(figures.json).toMatchObject({
      permanent_errors: wanted === 'permanent' ? 1 : 0,
      transient_errors: wanted === 'transient' ? 1 : 0,
    })
    await row.close()
    expect(readFileSync(logTo, 'utf8')).toContain(`"error_class":"${wanted}"`)
  })

  test('M08 neither counts what went well', async () => {
    const row = await open({ oa: textAnswer() })
    await ask(row)
    expect((await row.ask('/health/metrics')).json).toMatchObject({
      permanent_errors: 0,
      transient_errors: 0,
    })
  })
})
