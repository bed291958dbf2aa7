/** Row M49 and decision traces: what was decided and done, in memory and in a file, without prompts or keys. */

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fingerprint, type GatewayConfig } from '#config'
import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf, parseJson } from '#core'
import type { ScriptedAnswer } from '#simulator'
import { NO_BREAKER } from '../house.ts'
import { loadIn, refusedLines } from '../load-in.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { CLIENTS } from './client-dialects.ts'
import { PRODUCES, type Reply, type Row, rows, textAnswer } from './row.ts'
import { NO_FACTS, PICTURE } from './strategy-row.ts'

const open = rows()
const PATH = '/v1/chat/completions'
const OK = textAnswer()
const DOWN = { kind: 'status', status: 500 } as const
const HI = [{ role: 'user', content: 'Hi' }]

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-traces-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const ask = (row: Row, model: string, id: string, more: object = {}, headers = {}): Promise<Reply> =>
  row.post(PATH, { model, messages: HI, ...more }, { 'x-request-id': id, ...headers })

async function traced(row: Row, id: string): Promise<JsonObject> {
  const { status, json } = await row.ask(`/api/traces/${id}`)
  expect(status).toBe(200)
  return json
}

const objects = (value: JsonValue | undefined) => (arrayOf(value) ?? []).filter(isObject)

async function listed(row: Row, query = ''): Promise<unknown[]> {
  const { json } = await row.ask(`/api/traces${query}`)
  return objects(json['traces']).map(({ id }) => id)
}

/** Answers so much later by the gateway's clock. */
const after =
  (clock: VirtualClock, ms: number, answers: readonly ScriptedAnswer[]) =>
  ({ path }: { path: string }, n: number): ScriptedAnswer => {
    if (PRODUCES.test(path)) clock.advance(ms)
    return answers[Math.min(n, answers.length - 1)] ?? OK
  }

describe('M49', () => {
  test('M49 X-Attempts and the trace list each attempt with provider, model, key hash, status and ms', async () => {
    const clock = new VirtualClock()
    const row = await open(
      {
        oa: after(clock, 70, [{ kind: 'status', status: 401 }]),
        an: after(clock, 20, [OK]),
      },
      {
        clock,
        config: { models: { pair: { targets: ['oa:gpt-x', 'an:claude-x'] } }, probeMs: 0 },
        providers: { oa: { apiKeys: ['first-key', 'second-key'] }, an: { apiKeys: ['third-key'] } },
      },
    )
    const { status, headers } = await ask(row, 'pair', 'm49')
    expect([status, headers.get('x-attempts')]).toEqual([200, '3'])
    const { attempts } = await traced(row, 'm49')
    const common = { provider: 'oa', model: 'gpt-x', status: 401, error: 'provider-authentication', ms: 70 }
    expect(attempts).toMatchObject([
      { ...common, key: fingerprint('first-key'), lane: 'same', sent_ms: 0 },
      { ...common, key: fingerprint('second-key'), lane: 'same', sent_ms: 70 },
      {
        provider: 'an',
        model: 'claude-x',
        key: fingerprint('third-key'),
        status: 200,
        lane: 'translate',
        sent_ms: 140,
        ms: 20,
      },
    ])
    expect(objects(attempts)[2]).not.toHaveProperty('error')
  })

  test('M49 a failure lists its attempts too', async () => {
    const row = await open(
      { oa: DOWN, an: { kind: 'status', status: 503 } },
      { config: { models: { pair: { targets: ['oa:a', 'an:b'] } } } },
    )
    const { status, headers } = await ask(row, 'pair', 'm49-down')
    expect([status, headers.get('x-attempts')]).toEqual([503, '2'])
    expect(await traced(row, 'm49-down')).toMatchObject({
      result: 'failed',
      status: 503,
      error: { type: 'overloaded' },
      attempts: [
        { provider: 'oa', status: 500 },
        { provider: 'an', status: 503 },
      ],
    })
  })

  test('M49 what is only passed on has its attempts told as well', async () => {
    const row = await open({ oa: DOWN })
    const { headers } = await row.post(
      '/v1/moderations',
      { model: 'oa:m', input: 'x' },
      { 'x-request-id': 'fw' },
    )
    expect(headers.get('x-attempts')).toBe('1')
    const trace = await traced(row, 'fw')
    expect(trace).toMatchObject({
      operation: 'forward',
      route: { rule: 'prefix' },
      attempts: [{ status: 500 }],
    })
  })

  test('M49 where nobody was asked, none is told', async () => {
    const row = await open({ oa: OK })
    const { status, headers } = await ask(row, 'm', 'nobody', {}, { 'x-provider': 'nobody' })
    expect([status, headers.get('x-attempts')]).toEqual([400, '0'])
    const trace = await traced(row, 'nobody')
    expect(trace).toMatchObject({
      attempts: [],
      asked: { 'x-provider': 'nobody' },
      error: { type: 'invalid-request', message: expect.stringContaining('nobody') },
    })
    expect(trace).not.toHaveProperty('route')
  })
})

describe('a trace', () => {
  test('tells the rule, how it came to its targets, and who was left out', async () => {
    const models = {
      ...NO_FACTS,
      abilitiesOf: ({ provider }: { provider: { name: string } }) => abilities[provider.name],
    }
    const abilities: Record<string, readonly 'completion'[]> = { oa: ['completion'] }
    const row = await open(
      { oa: OK, an: OK },
      { models, config: { aliases: { eyes: 'pair' }, models: { pair: { targets: ['oa:a', 'an:b'] } } } },
    )
    await ask(row, 'eyes', 'seen', PICTURE)
    expect(await traced(row, 'seen')).toMatchObject({
      model: 'eyes',
      dialect: 'openai-chat',
      operation: 'chat',
      stream: false,
      needs: { vision: true, tools: false },
      route: {
        rule: 'alias',
        detail: 'eyes → pair',
        targets: ['an:b'],
        considered: [
          { provider: 'oa', model: 'a', removed: 'capability: vision' },
          { provider: 'an', model: 'b' },
        ],
      },
      result: 'completed',
      status: 200,
      usage: { tokens_in: 10, tokens_out: expect.any(Number) },
    })
  })

  test('has the scores of the strategy', async () => {
    const models = {
      ...NO_FACTS,
      priceOf: ({ provider }: { provider: { name: string } }) => (provider.name === 'an' ? 1 : 5),
    }
    const row = await open(
      { oa: OK, an: OK },
      { models, config: { models: { pair: { targets: ['oa:a', 'an:b'], strategy: 'cost_optimized' } } } },
    )
    await ask(row, 'pair', 'scored')
    expect(await traced(row, 'scored')).toMatchObject({
      route: {
        strategy: 'cost_optimized',
        targets: ['an:b', 'oa:a'],
        considered: [
          { provider: 'oa', score: 5 },
          { provider: 'an', score: 1 },
        ],
      },
    })
  })

  test('tells of circuits that kept a target back', async () => {
    const row = await open(
      { oa: DOWN, an: OK },
      { config: { models: { pair: { targets: ['oa:a', 'an:b'] } } } },
    )
    for (let i = 0; i < 6; i++) await ask(row, 'pair', `try-${i}`)
    expect(await traced(row, 'try-5')).toMatchObject({
      route: { targets: ['an:b', 'oa:a'], considered: [{ provider: 'oa', removed: 'circuit-open' }, {}] },
      attempts: [{ provider: 'an' }],
    })
  })

  test('tells retries with their waits, and failovers, as they happened', async () => {
    const row = await open(
      { oa: DOWN, an: OK },
      {
        config: {
          breaker: NO_BREAKER,
          maxRetries: 1,
          retryPolicy: 'immediate',
          models: { pair: { targets: ['oa:a', 'an:b'] } },
        },
      },
    )
    await ask(row, 'pair', 'told')
    const { events, attempts } = await traced(row, 'told')
    expect(events).toMatchObject([
      { kind: 'retry', from: 'oa:a', error: 'provider-error', ms: expect.any(Number) },
      { kind: 'failover', from: 'oa:a', to: 'an:b', error: 'provider-error' },
    ])
    expect(objects(attempts)).toHaveLength(3)
  })

  test('tells a shared call and a stream that another went on with', async () => {
    const cut = { kind: 'answer', text: 'one two three four', cutAfter: 2 } as const
    const row = await open(
      { oa: cut, an: textAnswer('three four') },
      { config: { singleFlight: true, models: { pair: { targets: ['oa:a', 'an:b'] } } } },
    )
    await ask(row, 'pair', 'cut', { stream: true })
    expect(await traced(row, 'cut')).toMatchObject({
      events: [{ kind: 'continued', from: 'oa:a', to: 'an:b', error: 'cut-stream' }],
      attempts: [{ provider: 'oa', error: 'cut-stream' }, { provider: 'an' }],
      result: 'completed',
    })
    const both = ['one', 'two'].map(async (id) => ask(row, 'an:x', id, { temperature: 0 }))
    await Promise.all(both)
    const shared = [await traced(row, 'one'), await traced(row, 'two')].filter(
      ({ events }) => objectOf(arrayOf(events)?.[0])?.['kind'] === 'shared',
    )
    expect(shared).toHaveLength(1)
    expect(shared[0]).toMatchObject({ attempts: [], route: { rule: 'prefix' } })
  })

  test('tells what the translation lost', async () => {
    const row = await open({ an: OK })
    await ask(row, 'm', 'lost', { logprobs: true })
    const [attempt] = objects((await traced(row, 'lost'))['attempts'])
    expect(attempt?.['notes']).toMatchObject([{ kind: 'dropped', field: 'logprobs' }])
  })
})

describe('the list', () => {
  test('is newest first, and filtered by provider, model and result', async () => {
    const row = await open({ oa: OK, an: DOWN })
    await ask(row, 'oa:x', 'a')
    await ask(row, 'an:y', 'b')
    await ask(row, 'oa:y', 'c')
    expect(await listed(row)).toEqual(['c', 'b', 'a'])
    expect(await listed(row, '?limit=2')).toEqual(['c', 'b'])
    expect(await listed(row, '?provider=OA')).toEqual(['c', 'a'])
    expect(await listed(row, '?model=y')).toEqual(['c', 'b'])
    expect(await listed(row, '?model=oa:x')).toEqual(['a'])
    expect(await listed(row, '?result=failed')).toEqual(['b'])
    expect((await row.ask('/api/traces?limit=2')).json).toMatchObject({ size: 1000, kept: 3 })
  })

  test('forgets the oldest beyond its size', async () => {
    const row = await open({ oa: OK }, { config: { traces: { size: 2 } } })
    for (const id of ['a', 'b', 'c']) await ask(row, 'm', id)
    expect(await listed(row)).toEqual(['c', 'b'])
    expect((await row.ask('/api/traces/a')).status).toBe(404)
  })

  test('is empty where none are kept', async () => {
    const row = await open({ oa: OK }, { config: { traces: { size: 0 } } })
    await ask(row, 'm', 'a')
    expect((await row.ask('/api/traces')).json).toEqual({ traces: [], size: 0, kept: 0, sampled_out: 0 })
    expect((await row.ask('/api/traces/a')).text).toContain('traces.size is 0')
  })

  test('R15 errors have the shape of the management routes', async () => {
    const row = await open({ oa: OK })
    for (const [path, status, type] of [
      ['/api/traces/none', 404, 'not-found'],
      ['/api/traces?limit=0', 400, 'invalid-request'],
      ['/api/traces?result=odd', 400, 'invalid-request'],
    ] as const) {
      const { json, ...reply } = await row.ask(path)
      expect(reply.status).toBe(status)
      const { message } = objectOf(json['error']) ?? {}
      expect(json).toMatchObject({ error: { type, message: expect.any(String) }, detail: message })
    }
  })

  test('stands behind the gate', async () => {
    const row = await open({ oa: OK }, { server: { proxyApiKey: 'gate' } })
    for (const path of ['/api/traces', '/api/traces/x']) {
      const { status, json } = await row.ask(path)
      expect([status, objectOf(json['error'])?.['type']]).toEqual([401, 'authentication'])
      expect((await row.ask(path, { headers: { 'x-api-key': 'gate' } })).status).not.toBe(401)
    }
  })
})

describe('the file', () => {
  test('gets each trace as a line, for its owner alone', async () => {
    const file = join(folder, 'all.jsonl')
    const row = await open({ oa: OK }, { config: { traces: { size: 1, file } } })
    for (let i = 0; i < 250; i++) await ask(row, 'm', `line-${i}`)
    const shown = await traced(row, 'line-249')
    expect((await row.ask('/api/traces')).json).toMatchObject({ size: 1, dropped: 0 })
    await row.close()
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').map(parseJson)
    expect(lines.map((line) => objectOf(line)?.['id'])).toEqual(
      Array.from({ length: 250 }, (_, i) => `line-${i}`),
    )
    expect(lines[249]).toEqual(shown)
    expect(statSync(file).mode & 0o077).toBe(0)
  })

  test('is written even where none are kept in memory', async () => {
    const file = join(folder, 'only.jsonl')
    const row = await open({ oa: OK }, { config: { traces: { size: 0, file } } })
    await ask(row, 'm', 'kept')
    await row.close()
    expect(readFileSync(file, 'utf8')).toContain('"id":"kept"')
  })

  test('that cannot be written stops the start', async () => {
    const traces = { size: 1, file: join(folder, 'no', 'such', 'place') }
    await expect(open({ oa: OK }, { config: { traces } })).rejects.toThrow('ENOENT')
  })
})

test('settings: a variable, a key of the file, and bounds', () => {
  expect(loadIn({}).traces).toEqual({ size: 1000 })
  expect(loadIn({ env: { TRACES_SIZE: '5', TRACES_FILE: 'a.jsonl' } }).traces).toEqual({
    size: 5,
    file: 'a.jsonl',
  })
  const files = { 'sluice.toml': '[traces]\nsize = -1\n' }
  expect(refusedLines({ files })).toEqual([expect.stringContaining('traces.size')])
})

/** Refusals make nobody wait. */
const CALM: GatewayConfig['limits'] = {
  concurrency: 0,
  adaptive: false,
  queue: { size: 1000, timeoutMs: 300_000, prioritization: true, ageingMs: 30_000 },
}

const KEYS = ['canary.gate.0815', 'canary.ours.0815', 'canary.callers.0815'] as const
const PROMPT = 'canary-prompt-0815'
const planted = new RegExp(`${KEYS.join('|')}|${PROMPT}`.replaceAll('.', '\\.'))

test.each(CLIENTS)('no key and no prompt is in a trace or an explanation: $name', async (client) => {
  const file = join(folder, `canary-${client.name}.jsonl`)
  const quoting = { error: { message: `You said "${PROMPT}" with ${KEYS[1]}.`, type: 'odd', param: PROMPT } }
  const answers: ScriptedAnswer[] = [400, 429, 500, 422].map((status) => ({
    kind: 'status',
    status,
    body: quoting,
  }))
  const error = { message: PROMPT }
  answers.push(OK, { kind: 'answer', text: PROMPT }, { kind: 'answer', text: 'a b c', errorAfter: 1, error })
  const row = await open(
    { oa: answers, an: answers, or: answers },
    {
      server: { proxyApiKey: KEYS[0] },
      config: { breaker: NO_BREAKER, limits: CALM, traces: { size: 100, file } },
      providers: {
        oa: { apiKeys: [KEYS[1]] },
        an: { apiKeys: [KEYS[1]] },
        or: { apiKeys: [], passthrough: true },
      },
    },
  )
  const headers = { 'x-api-key': KEYS[0], authorization: `Bearer ${KEYS[2]}` }
  const body = JSON.stringify(client.body('m', false)).replace('Say something.', PROMPT)
  const said = objectOf(parseJson(body)) ?? {}
  for (let i = 0; i < answers.length; i++) {
    for (const provider of ['oa', 'an', 'or']) {
      const asked = { ...headers, 'x-provider': provider }
      await row.post(client.path, { ...said, stream: i % 2 === 1 }, asked)
    }
  }
  const explained = await row.post(
    '/api/explain',
    { body: said, model: 'm', headers: { 'x-fallback': 'or:m' } },
    headers,
  )
  expect(explained.status).toBe(200)
  const { text, json } = await row.ask('/api/traces', { headers })
  expect(objects(json['traces']).length).toBeGreaterThan(20)
  await row.close()
  for (const shown of [text, explained.text, readFileSync(file, 'utf8')]) expect(shown).not.toMatch(planted)
  expect(text).toContain(fingerprint(KEYS[1]))
})
