/** Clients that are known by name: their keys, what each may ask for, and what each is shown. Row H44: what a list of models says. */

import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadIn, refusedLines } from '../load-in.ts'
import { CLIENTS } from './client-dialects.ts'
import { jsonAnswer, type Reply, type Row, rows, type RowWish, textAnswer } from './row.ts'

const open = rows()
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex')

const NAMED: RowWish = {
  providers: { oa: { modelList: ['gpt-4o', 'gpt-5'] }, an: { modelList: ['claude-x'] } },
  config: {
    probeMs: 0,
    clients: [
      { name: 'alice', keyHashes: [hashOf('alice-key-1')], models: ['gpt-*', '!gpt-5'] },
      { name: 'bob', keyHashes: [hashOf('bob-key-1'), hashOf('bob-key-2')], providers: ['an'] },
    ],
  },
}

const ask = (row: Row, model: string, key: string, headers = {}): Promise<Reply> =>
  row.post(
    '/v1/chat/completions',
    { model, messages: [{ role: 'user', content: 'Hi' }] },
    { authorization: `Bearer ${key}`, ...headers },
  )

const both = (wish: RowWish = NAMED) => open({ oa: textAnswer(), an: textAnswer() }, wish)

describe('a client by name', () => {
  test.each(CLIENTS)('enters with its key and no other, as a client of $name', async (client) => {
    const row = await both({
      ...NAMED,
      config: { ...NAMED.config, clients: [{ name: 'all', keyHashes: [hashOf('k-1')] }] },
    })
    const send = (key: string) => row.post(client.path, client.body('gpt-4o', false), { 'x-api-key': key })
    expect([(await send('k-1')).status, (await send('k-2')).status]).toEqual([200, 401])
  })

  test('has nothing counted by a provider it may not ask', async () => {
    const row = await both()
    const count = (model: string) =>
      row.post(
        '/v1/messages/count_tokens',
        { model, messages: [{ role: 'user', content: 'Hi' }] },
        { authorization: 'Bearer alice-key-1' },
      )
    expect([(await count('gpt-4o')).status, (await count('an:claude-x')).status]).toEqual([200, 403])
    expect(row.everything('an')).toEqual([])
  })

  test.each([
    ['alice-key-1', 'gpt-4o', 200],
    ['alice-key-1', 'gpt-5', 403],
    ['alice-key-1', 'claude-x', 403],
    ['bob-key-1', 'an:claude-x', 200],
    ['bob-key-2', 'an:claude-x', 200],
    ['bob-key-1', 'gpt-4o', 403],
    ['nobody', 'gpt-4o', 401],
  ])('%s asking for %s is answered %i', async (key, model, status) => {
    const row = await both()
    expect((await ask(row, model, key)).status).toBe(status)
    expect(row.calls('oa').length + row.calls('an').length).toBe(status === 200 ? 1 : 0)
  })

  test('is not sent after a failure where it may not go', async () => {
    const row = await open(
      { oa: { kind: 'status', status: 503 }, an: textAnswer() },
      { ...NAMED, config: { ...NAMED.config, routing: { fallback: 'next_available' } } },
    )
    const reply = await ask(row, 'gpt-4o', 'alice-key-1', { 'x-fallback': 'an:claude-x' })
    expect([reply.status, row.calls('an').length]).toEqual([503, 0])
  })

  test('never shares an answer with a client that may ask for more', async () => {
    const row = await both({ ...NAMED, config: { ...NAMED.config, singleFlight: true } })
    const asked = (key: string) =>
      row.post(
        '/v1/chat/completions',
        { model: 'an:claude-x', temperature: 0, messages: [{ role: 'user', content: 'Hi' }] },
        { 'x-api-key': key },
      )
    const replies = await Promise.all([asked('bob-key-1'), asked('alice-key-1')])
    expect(replies.map(({ status }) => status)).toEqual([200, 403])
  })

  test('may pass on nothing that names no model, if its models are numbered', async () => {
    const row = await both()
    const files = (key: string, provider: string) =>
      row.ask('/v1/files', { headers: { authorization: `Bearer ${key}`, 'x-provider': provider } })
    expect((await files('alice-key-1', 'oa')).status).toBe(403)
    expect((await files('bob-key-1', 'oa')).status).toBe(403)
  })

  test('is shown what it may ask for', async () => {
    const row = await both()
    const listed = async (key: string) => {
      const { json } = await row.ask('/v1/models', { headers: { authorization: `Bearer ${key}` } })
      return (json['data'] as { id: string }[]).map(({ id }) => id) // our own list
    }
    expect(await listed('alice-key-1')).toEqual(['gpt-4o'])
    expect(await listed('bob-key-1')).toEqual(['an:claude-x'])
    const tags = await row.ask('/api/tags/oa', { headers: { authorization: 'Bearer alice-key-1' } })
    expect(tags.text).not.toContain('gpt-5')
    const named = await row.ask('/api/providers/models', { headers: { authorization: 'Bearer bob-key-1' } })
    expect(named.json).toEqual({ oa: [], an: ['claude-x'] })
  })

  test('stands in the log by its name, and its key nowhere', async () => {
    const logTo = join(mkdtempSync(join(tmpdir(), 'sluice-log-')), 'log')
    const row = await both({ ...NAMED, logTo, config: { ...NAMED.config, logLevel: 'debug' } })
    await ask(row, 'gpt-4o', 'alice-key-1')
    await row.close()
    const log = readFileSync(logTo, 'utf8')
    expect(log).toContain('"client":"alice"')
    expect(log).not.toContain('alice-key-1')
  })

  test('is configured with keys or with their hashes', () => {
    const files = {
      'sluice.toml': `[clients.alice]\nkey = "\${ALICE_KEY}"\nmodels = "gpt-*"\n[clients.bob]\nkey_sha256 = "${hashOf('b')}"\nproviders = ["AN"]\n`,
    }
    const env = { OPENAI_API_KEY: 'sk-1', ALICE_KEY: 'a' }
    expect(loadIn({ env, files }).clients).toEqual([
      { name: 'alice', keyHashes: [hashOf('a')], models: ['gpt-*'] },
      { name: 'bob', keyHashes: [hashOf('b')], providers: ['an'] },
    ])
  })

  test.each([
    ['models = ["a"]', 'clients.x.key: is missing: a client needs key or key_sha256'],
    ['key_sha256 = "abc"', 'must be 64 hexadecimal digits'],
  ])('that is no client stops the start: %s', (text, line) => {
    const files = { 'sluice.toml': `[clients.x]\n${text}\n` }
    expect(refusedLines({ env: { OPENAI_API_KEY: 'sk-1' }, files }).join('\n')).toContain(line)
  })

  test('lets the gate be bound to any address', () => {
    const env = { OPENAI_API_KEY: 'sk-1', HOST: '0.0.0.0' }
    const files = { 'sluice.toml': '[clients.x]\nkey = "k"\n' }
    expect(loadIn({ env, files }).server.host).toBe('0.0.0.0')
  })
})

const listing = (...ids: string[]) =>
  jsonAnswer({ object: 'list', data: ids.map((id) => ({ id, object: 'model' })) })

const upstream =
  (...ids: string[]) =>
  ({ method }: { method: string }) =>
    method === 'GET' ? listing(...ids) : textAnswer()

describe('H44', () => {
  test('H44 a model that the default provider does not list goes to one that does, once the lists are known', async () => {
    const row = await open(
      { oa: upstream('one'), or: upstream('vendor/two', 'one') },
      { config: { defaultProvider: 'oa', probeMs: 0 } },
    )
    const send = async (model: string) =>
      (
        await row.post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hi' }] })
      ).headers.get('x-provider')
    await row.ask('/v1/models')
    expect([await send('vendor/two'), await send('one'), await send('unheard-of')]).toEqual([
      'or',
      'oa',
      'oa',
    ])
  })

  test('H44 a list without models says nothing', async () => {
    const row = await open(
      { oa: upstream(), or: upstream('two') },
      { config: { defaultProvider: 'oa', probeMs: 0 } },
    )
    await row.ask('/v1/models')
    const { headers } = await row.post('/v1/chat/completions', {
      model: 'two',
      messages: [{ role: 'user', content: 'Hi' }],
    })
    expect(headers.get('x-provider')).toBe('oa')
  })

  test('H44 among candidates of a strategy those count that list it', async () => {
    const row = await open(
      { oa: upstream('one'), an: upstream('two') },
      { config: { probeMs: 0, routing: { strategy: 'round_robin' } } },
    )
    await row.ask('/v1/models')
    const reached = []
    for (let i = 0; i < 3; i++) {
      const { headers } = await row.post('/v1/chat/completions', {
        model: 'two',
        messages: [{ role: 'user', content: 'Hi' }],
      })
      reached.push(headers.get('x-provider'))
    }
    expect(reached).toEqual(['an', 'an', 'an'])
  })
})
