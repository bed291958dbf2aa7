/** Rows D04, D19, D20: which models each provider has. */

import { expect, test } from 'vitest'
import { houses } from '../house.ts'
import { jsonAnswer, rows, type Scripts, textAnswer } from './row.ts'

const open = rows()
const house = houses()

const LISTED: Scripts = {
  oa: ({ path }) => (path.endsWith('/models') ? jsonAnswer({ data: [{ id: 'gpt-live' }] }) : textAnswer()),
  an: ({ path }) =>
    path.includes('/models') ? jsonAnswer({ data: [{ id: 'claude-live' }], has_more: false }) : textAnswer(),
}

test('D04 a known provider has its models, an unknown one is a 404', async () => {
  const row = await open(LISTED)
  const { status, json } = await row.ask('/api/providers/an/models')
  expect(status).toBe(200)
  expect(json).toMatchObject({ provider: 'an', models: ['claude-live'] })
  expect((await row.ask('/api/providers/AN/models')).json).toMatchObject({ provider: 'an' })
  const unknown = await row.ask('/api/providers/nope/models')
  expect(unknown.status).toBe(404)
  expect(unknown.json).toMatchObject({
    error: { type: 'not-found' },
    detail: expect.stringContaining('nope'),
  })
})

test('D19 all providers, one that fails with an empty list', async () => {
  const row = await open({ ...LISTED, or: { kind: 'status', status: 500 } })
  const { status, json } = await row.ask('/api/providers/models')
  expect(status).toBe(200)
  expect(json).toEqual({ oa: ['gpt-live'], an: ['claude-live'], or: [] })
})

test('D20 the lists are live ones; the built-in list stands in only while listing fails', async () => {
  const simulator = await house.simulator()
  let down = false
  const TYPES = { oa: 'openai', an: 'anthropic', mi: 'mistral' }
  const gateway = await house.open({
    config: { probeMs: 0 },
    providers: Object.entries(TYPES).map(([name, type]) => ({
      name,
      type,
      baseUrl: simulator.script(`live-${name}`, ({ path }) => {
        if (!/\/models(?:\?|$)/.test(path)) return textAnswer()
        return down ? { kind: 'status', status: 500 } : jsonAnswer({ data: [{ id: `${name}-live` }] })
      }),
    })),
  })
  const ask = async (name: string, query = ''): Promise<{ models: string[]; source: string }> =>
    Object(await (await fetch(`${gateway.url}/api/providers/${name}/models${query}`)).json())

  down = true
  for (const name of Object.keys(TYPES)) expect((await ask(name)).source).toBe('catalogue')
  expect((await ask('oa')).models).toContain('gpt-4o')
  expect((await ask('an')).models).toContain('claude-sonnet-4-5')
  expect((await ask('mi')).models).toContain('mistral-large-latest')
  down = false
  for (const name of Object.keys(TYPES)) {
    expect(await ask(name)).toMatchObject({ models: [`${name}-live`], source: 'provider' })
  }
  down = true
  // What the provider itself last said is better than what is known beforehand.
  expect(await ask('oa', '?refresh=true')).toMatchObject({ models: ['oa-live'], stale: true })
})

test('D20 a server whose models nobody knows beforehand tells its failure', async () => {
  const row = await open(
    { oa: { kind: 'status', status: 500 } },
    { providers: { oa: { type: 'custom' } }, config: { probeMs: 0 } },
  )
  expect((await row.ask('/api/providers/oa/models')).status).toBe(502)
})
