/**
 * Every request that the source documents print, sent to a gateway configured as they say, its providers played by the simulator. Their port
 * and keys are replaced; where our decisions answer otherwise, the test's name has the decision.
 */

import { describe, expect, test } from 'vitest'
import { isObject, type JsonObject, objectOf, parseJson } from '#core'
import type { Script } from '#simulator'
import { type CurlRequest, curlsIn } from '../curl.ts'
import { managed, type ManagedGateway } from '../managed.ts'
import { blocksOf, documentText, HAS_DOCUMENTS, NO_DOCUMENTS, purposeOf } from '../source-documents.ts'
import { jsonLines, textAnswer } from './row.ts'

const { upstream, start } = managed()

type Reply = Awaited<ReturnType<ManagedGateway['ask']>>

const DOCUMENTS = ['000', '001', '002', '003', '004']
const NOW = Date.now() / 1000
const SEVEN = ['openrouter', 'openai', 'anthropic', 'google', 'azure', 'aws_bedrock', 'ollama']
const BREAKER = { circuit_breaker: { state: 'closed', failure_count: 0 } }

/** By the method, the path, and the model where one is asked. */
function titleOf({ method, path, body, headers }: CurlRequest): string {
  const model = objectOf(parseJson(body ?? ''))?.['model']
  const to = headers['x-provider']
  return [
    `${method} ${path}`,
    ...(typeof model === 'string' ? [model] : []),
    ...(to === undefined ? [] : [`to ${to}`]),
  ].join(' ')
}

/** As the third document's full example has it: its variables, with providers at the simulator. */
async function asTheThirdSays() {
  const [block] = blocksOf('003', ['bash'])
  const said = [...(block?.text ?? '').matchAll(/^([A-Z_]+)=(\S+)/gm)].map(
    ([, name = '', value = '']): [string, string] => [name, value],
  )
  const names = said.flatMap(([name]) => /^(.+)_ENABLED$/.exec(name)?.[1] ?? [])
  const urls: [string, string][] = []
  for (const name of names) {
    const told = textAnswer(`Hello from ${name.toLowerCase()}.`)
    urls.push([`${name}_BASE_URL`, (await upstream(told)).url])
  }
  return start({ env: { ...Object.fromEntries([...said, ...urls]), HOST: '127.0.0.1', PORT: '0' } })
}

/** The fourth document's setup with three providers; Azure fails after its first answer. */
async function asTheFourthSays() {
  const setup = blocksOf('004', ['json']).find(({ heading }) => heading.includes('High Availability'))
  const calls = { answered: 0 }
  const failing: Script = () => (calls.answered++ < 1 ? textAnswer() : { kind: 'status', status: 500 })
  const [openai, azure, ollama] = [await upstream(), await upstream(failing), await upstream()]
  const text = (setup?.text ?? '')
    .replace('https://api.openai.com/v1', openai.url)
    .replace('http://localhost:11434/v1', ollama.url)
  const env = { OPENAI_API_KEY: 'k', AZURE_API_KEY: 'k', AZURE_BASE_URL: azure.url, MAX_RETRIES: '0' }
  return start({ env, files: { 'config/providers.json': text } })
}

/** Two chats, so that there is something to count. */
async function withSomeHistory() {
  const gate = await asTheThirdSays()
  for (const model of ['gpt-4', 'gpt-3.5-turbo']) await gate.chat(model)
  return gate
}

interface Shown {
  /** Rows, and decisions that change what the document says. */
  readonly name: string
  check(reply: Reply): void
}

const at = (json: JsonObject, ...path: readonly string[]): JsonObject =>
  path.reduce((place, name) => objectOf(place[name]) ?? {}, json)

/** Lines of JSON, all but the last not done, whose pieces together are the provider's answer. */
function streamed({ headers, text }: Reply, provider: string, piece: (line: JsonObject) => unknown): void {
  expect(headers.get('content-type')).toMatch(/^application\/x-ndjson/)
  expect(headers.get('x-provider')).toBe(provider)
  const lines = jsonLines(text)
  expect(lines.map(({ done }) => done)).toEqual([...lines.slice(1).map(() => false), true])
  expect(lines.map(piece).join('')).toBe(`Hello from ${provider}.`)
  for (const line of lines) expect(line).toMatchObject({ created_at: expect.any(String) })
  expect(lines.at(-1)).toMatchObject({ done_reason: 'stop', eval_count: expect.any(Number) })
}

function modelsOf({ json }: Reply): readonly JsonObject[] {
  const { models } = json
  const list = Array.isArray(models) ? models.filter(isObject) : []
  for (const model of list) {
    expect(model).toMatchObject({
      name: expect.any(String),
      model: expect.any(String),
      modified_at: expect.any(String),
      size: expect.any(Number),
      digest: expect.any(String),
      details: expect.any(Object),
    })
  }
  return list
}

function isHealthy(json: JsonObject): void {
  expect(json).toMatchObject({
    status: 'healthy',
    timestamp: expect.any(String),
    version: expect.any(String),
    uptime: expect.any(Number),
    metrics: { total_requests: 2, total_errors: 0 },
  })
  const providers = at(json, 'providers')
  expect(Object.keys(providers).toSorted()).toEqual(SEVEN.toSorted())
  for (const name of SEVEN) expect(providers[name]).toMatchObject({ status: 'healthy', ...BREAKER })
}

const OPERATIONAL = {
  healthy: true,
  status: 'healthy',
  response_time_ms: expect.any(Number),
  last_check: expect.any(Number),
  error_rate: 0,
  ...BREAKER,
}
const OF_A_CHAT = (line: JsonObject) => objectOf(line['message'])?.['content']

/** What the answer to each request of the third document must show. */
const SHOWN: Readonly<Record<string, Shown>> = {
  'POST /api/chat gpt-3.5-turbo': {
    name: 'C01 C04 R16 the provider is chosen by whose model it is; streamed, as nothing else is said',
    check: (reply) => streamed(reply, 'openai', OF_A_CHAT),
  },
  'POST /api/generate claude-3-sonnet': {
    name: 'C04 C05 R16 a text is generated; streamed, as nothing else is said',
    check: (reply) => streamed(reply, 'anthropic', ({ response }) => response),
  },
  'POST /api/chat gpt-4 to openai': {
    name: 'C04 R12 R16 the header names the provider, and the answer does too',
    check(reply) {
      streamed(reply, 'openai', OF_A_CHAT)
      expect(reply.headers.get('x-routing-reason')).toBe('header')
    },
  },
  'GET /api/tags': {
    name: 'C15 models of all providers, each marked with its own',
    check(reply) {
      const list = modelsOf(reply)
      expect(new Set(list.map(({ provider }) => provider))).toEqual(new Set(SEVEN))
      // Names of the default provider stand for themselves.
      for (const owner of SEVEN)
        expect(list.filter(({ provider }) => provider === owner).map(({ name }) => name)).toContain(
          owner === 'openrouter' ? 'demo' : `${owner}:demo`,
        )
    },
  },
  'GET /api/tags/openai': {
    name: 'C16 models of one provider',
    check(reply) {
      const list = modelsOf(reply)
      expect(list.length).toBeGreaterThan(0)
      expect([...new Set(list.map(({ provider }) => provider))]).toEqual(['openai'])
    },
  },
  'GET /api/providers': {
    name: 'D01 R4 R7 what there is of the providers, by their names',
    check({ json }) {
      expect(json).toMatchObject({
        routing_strategy: 'capability_based',
        fallback_strategy: 'next_available',
        load_balancing_enabled: true,
      })
      const providers = at(json, 'providers')
      expect(Object.keys(providers).toSorted()).toEqual(SEVEN.toSorted())
      for (const name of SEVEN)
        expect(providers[name]).toMatchObject({ healthy: true, current_load: 0, ...BREAKER })
      expect(providers['openai']).toMatchObject({ priority: 2, timeout: 300, last_used: expect.any(Number) })
      expect(providers['google']).toMatchObject({ avg_response_time: null, last_used: null })
    },
  },
  'GET /api/providers/openai/stats': {
    name: 'D29 what was counted of one provider',
    check({ json }) {
      expect(json).toMatchObject({
        provider_type: 'openai',
        request_count: 2,
        success_count: 2,
        error_count: 0,
        success_rate: 1,
        error_rate: 0,
        capabilities: expect.arrayContaining(['chat', 'embedding']),
        model_usage: { 'gpt-4': expect.anything(), 'gpt-3.5-turbo': expect.anything() },
      })
      expect(at(json, 'response_time')['avg_ms']).toBeGreaterThan(0)
      expect(json['health_history']).toEqual([{ status: 'healthy', at: expect.any(Number) }])
    },
  },
  'GET /health': { name: 'E01 E03 R3 R20 the whole gateway is well', check: ({ json }) => isHealthy(json) },
  'GET /health/detailed': {
    name: 'E07 the same and more',
    check({ json }) {
      isHealthy(json)
      expect(Object.keys(json)).toEqual(expect.arrayContaining(['pools', 'queue', 'caches']))
    },
  },
  'GET /health/providers': {
    name: 'E08 R20 R21 how each provider is',
    check({ json }) {
      expect(Object.keys(json).toSorted()).toEqual(SEVEN.toSorted())
      for (const name of SEVEN) expect(json[name]).toMatchObject(OPERATIONAL)
    },
  },
  'GET /health/providers/openai': {
    name: 'E09 R20 how one provider is',
    check({ json }) {
      expect(json).toMatchObject({ ...OPERATIONAL, request_count: 2, error_count: 0 })
      expect(json['last_check']).toBeGreaterThan(NOW - 60)
    },
  },
}

const asked = DOCUMENTS.flatMap((document) =>
  blocksOf(document)
    .filter((block) => purposeOf(block) === 'requests')
    .flatMap(({ heading, text }) => curlsIn(text).map((request) => ({ document, heading, request }))),
)
const third = asked.filter(({ document }) => document === '003')

describe.skipIf(!HAS_DOCUMENTS)(
  `every curl of the documents is answered (skipped where ${NO_DOCUMENTS})`,
  () => {
    test('none is left out', () => {
      const printed = DOCUMENTS.map((document) => [
        document,
        documentText(document).match(/\bcurl\b/g)?.length ?? 0,
      ])
      const taken = Map.groupBy(asked, ({ document }) => document)
      expect(printed).toEqual(DOCUMENTS.map((document) => [document, taken.get(document)?.length ?? 0]))
      expect(asked).toHaveLength(19)
      expect(new Set(third.map(({ request }) => titleOf(request)))).toEqual(new Set(Object.keys(SHOWN)))
    })

    test.each(
      third.map(({ heading, request }): [string, string, string, CurlRequest] => {
        const title = titleOf(request)
        return [SHOWN[title]?.name ?? 'nobody thought of it:', title, heading, request]
      }),
    )('%s: %s (003, %s)', async (_, title, __, request) => {
      const gate = await (request.method === 'POST' ? asTheThirdSays() : withSomeHistory())
      const reply = await gate.ask(request.method, request.path, request.body, request.headers)
      expect(reply.status).toBe(200)
      expect(SHOWN[title]).toBeDefined()
      SHOWN[title]?.check(reply)
    })

    test('E01 E02 R3 R20 GET /health is as printed there, with one provider whose circuit is open (004)', async () => {
      const gate = await asTheFourthSays()
      const [curl] = asked.filter(({ document }) => document === '004')
      const say = {
        model: 'claude-3-haiku',
        max_tokens: 9,
        messages: [{ role: 'user', content: 'Hi' }],
      }
      expect((await gate.ask('POST', '/v1/messages', say)).status).toBe(200)
      for (let n = 0; n < 4; n++)
        await gate.ask('POST', '/v1/messages', say, { 'x-provider': 'azure-backup' })
      const reply = await gate.ask(curl?.request.method ?? '', curl?.request.path ?? '')
      expect([reply.status, reply.json['status']]).toEqual([200, 'degraded'])
      const providers = at(reply.json, 'providers')
      expect(providers['openai-primary']).toMatchObject({ status: 'healthy', priority: 1, failure_count: 0 })
      expect(providers['azure-backup']).toMatchObject({ status: 'circuit_open', priority: 2 })
      expect(at(providers, 'azure-backup')['failure_count']).toBeGreaterThanOrEqual(3)
      // Each of the fields printed there, for the one that is well and for the one that is not.
      const printed = blocksOf('004').find((block) => purposeOf(block) === 'answer')?.text ?? ''
      const sample = at(objectOf(parseJson(printed)) ?? {}, 'providers')
      for (const [theirs, ours] of [
        ['openai', 'openai-primary'],
        ['azure', 'azure-backup'],
      ] as const) {
        const [shown, got] = [at(sample, theirs), at(providers, ours)]
        const fields = Object.keys(shown)
        expect(fields).toHaveLength(5)
        expect(fields.map((field) => [field, kindOf(got[field])])).toEqual(
          fields.map((field) => [field, expect.stringMatching(`^${kindOf(shown[field])}$`)]),
        )
      }
    })
  },
)

function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value
}
