/** The table of all that can be asked, held against a gateway that runs: paths, methods, who may, and what goes in and out. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { apiPage, openApi, OPERATIONS, type Operation, shownPath } from '#api'
import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf, parseJson } from '#core'
import { managed, type ManagedGateway } from '../managed.ts'

const { upstream, start } = managed()

const FILE = 'config/providers.json'
const ACME = { api_key: 'k', api_format: 'openai', models: { small: ['m-1'] } }
const RANKINGS = 'models = ["acme:m-1"]\n'

async function acme(env: Readonly<Record<string, string>> = {}): Promise<ManagedGateway> {
  const { url } = await upstream()
  const providers = ['acme', 'spare'].map((name) => ({ name, base_url: url, ...ACME }))
  return start({
    env: { MAX_RETRIES: '0', ...env },
    files: {
      [FILE]: JSON.stringify({ providers }),
      'sluice.toml':
        'default_provider = "acme"\n[aliases]\nquick = "acme:m-1"\n[providers.torn]\ntype = "openai"\n',
      'rankings.toml': RANKINGS,
    },
  })
}

/** What stands for the places of a path. */
const FOR_PLACE: Readonly<Record<string, string>> = {
  name: 'acme',
  provider: 'acme',
  model: 'acme:m-1',
  id: 'acme:m-1',
  digest: 'sha256-0',
  rest: 'some/thing',
}

function pathOf({ path }: Operation, places = FOR_PLACE): string {
  return path.replaceAll(/\{\+?(\w+)\}/g, (_, place: string) => places[place] ?? place)
}

/** Bodies that will do. */
const BODIES: Readonly<Record<string, JsonObject>> = {
  'POST /api/providers/register': {
    name: 'other',
    provider_type: 'custom',
    base_url: 'http://127.0.0.1:1/v1',
    api_key: 'k',
    default_model: 'm',
  },
  'PATCH /api/providers/{name}': { priority: 7 },
  'PUT /api/providers/{name}/toggle': { enabled: false },
  'PUT /api/config/providers': {
    providers: [{ name: 'acme', base_url: 'http://127.0.0.1:1/v1', ...ACME }],
  },
  'POST /api/chat/multi': { message: 'Hi', model: 'acme:m-1' },
  'POST /api/explain': { model: 'quick' },
}

const named = (operation: Operation): string => `${operation.method} ${operation.path}`
const ALL = OPERATIONS.map((operation): [string, Operation] => [named(operation), operation])

describe('every operation of the table', () => {
  test('is there', async () => {
    const gate = await acme()
    for (const [name, operation] of ALL) {
      const { status, json } = await gate.ask(operation.method, pathOf(operation), BODIES[name])
      expect([name, status]).not.toEqual([name, 405])
      expect(JSON.stringify(json)).not.toContain('There is no route')
    }
  })

  test('takes its methods and no others', async () => {
    const gate = await acme()
    for (const [path, operations] of Map.groupBy(OPERATIONS, (operation) => pathOf(operation))) {
      const { status, headers } = await gate.ask('PROPFIND', path)
      const methods = new Set((headers.get('allow') ?? '').split(', '))
      expect([path, status, ...operations.map(({ method }) => methods.has(method))]).toEqual([
        path,
        405,
        ...operations.map(() => true),
      ])
      const more = [...methods].filter((method) => !operations.some((one) => one.method === method))
      expect([path, more.filter((method) => method !== 'HEAD')]).toEqual([path, []])
    }
  })

  test('lets in whom it says', async () => {
    const gate = await acme({ PROXY_API_KEY: 'gate-key-1234', ADMIN_API_KEY: 'admin-key-1234' })
    const isIn = async (operation: Operation, headers: Readonly<Record<string, string>>) => {
      const { status } = await gate.ask(
        operation.method,
        pathOf(operation),
        BODIES[named(operation)],
        headers,
      )
      // Who has only a signature to show is told so by Bedrock's clients with 403.
      return status !== 401 && !(status === 403 && operation.path.startsWith('/model/'))
    }
    for (const [name, operation] of ALL) {
      const { entrance } = operation
      expect([
        name,
        await isIn(operation, {}),
        await isIn(operation, { 'x-api-key': 'gate-key-1234' }),
        await isIn(operation, { 'x-admin-key': 'admin-key-1234' }),
      ]).toEqual([
        name,
        entrance === 'open',
        ['open', 'client', 'keyed'].includes(entrance),
        entrance !== 'client',
      ])
    }
  })

  test('has a name of its own', () => {
    const names = ALL.map(([name]) => name)
    expect(names.length).toBeGreaterThan(80)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('the document', () => {
  test('is served, and is what the table says', async () => {
    const gate = await acme()
    const { status, json } = await gate.ask('GET', '/openapi.json')
    expect(status).toBe(200)
    expect(json).toEqual(JSON.parse(JSON.stringify(await openApi('0.1.0'))))
    const told = Object.entries(objectOf(json['paths']) ?? {}).flatMap(([path, methods]) =>
      Object.keys(objectOf(methods) ?? {}).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(told.toSorted()).toEqual(
      OPERATIONS.map(({ method, path }) => `${method} ${shownPath(path)}`).toSorted(),
    )
  })

  test('refers to nothing that is not in it', async () => {
    const document = parseJson(JSON.stringify(await openApi('0.1.0')))
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
      ([, at = '']) => at,
    )
    expect(references.length).toBeGreaterThan(100)
    const missing = references.filter((at) => at.split('/').reduce(within, document) === undefined)
    expect(missing).toEqual([])
  })

  test('names every place of its paths', async () => {
    const paths = objectOf(objectOf(parseJson(JSON.stringify(await openApi('0.1.0'))))?.['paths']) ?? {}
    for (const [path, methods] of Object.entries(paths)) {
      const places = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      for (const operation of Object.values(objectOf(methods) ?? {})) {
        const told = (arrayOf(objectOf(operation)?.['parameters']) ?? []).filter(
          (one) => objectOf(one)?.['in'] === 'path',
        )
        expect(told.map((one) => objectOf(one)?.['name'])).toEqual(places)
      }
    }
  })
})

function within(value: JsonValue | undefined, step: string): JsonValue | undefined {
  return isObject(value) ? value[step] : undefined
}

async function schemas(): Promise<JsonObject> {
  const document = parseJson(JSON.stringify(await openApi('0.1.0')))
  return objectOf(within(within(document, 'components'), 'schemas')) ?? {}
}

async function fieldsOf(name: string): Promise<readonly string[]> {
  return Object.keys(objectOf(within((await schemas())[name], 'properties')) ?? {})
}

/** Strict as the document is: a field that it does not name is a fault. */
async function shape(name: string): Promise<z.ZodType> {
  const known = await schemas()
  const own = Object.entries(known).filter(([, schema]) => within(schema, 'allOf') === undefined)
  const text = JSON.stringify(Object.fromEntries(own)).replaceAll('#/components/schemas/', '#/$defs/')
  return z.fromJSONSchema({ $ref: `#/$defs/${name}`, $defs: JSON.parse(text) })
}

const ANSWERING = ALL.filter(([, { answer }]) => answer !== undefined)

describe('what is answered has the shape that the table gives it', () => {
  test.each(ANSWERING)('%s', async (name, operation) => {
    const gate = await acme({
      TOP_MODELS_SOURCE: 'manual_rankings',
      TOP_MODELS_RANKINGS_FILE: 'rankings.toml',
    })
    const asked = await gate.ask('POST', '/v1/chat/completions', {
      model: 'quick',
      messages: [{ role: 'user', content: 'Hi' }],
    })
    await gate.ask('POST', '/v1/chat/completions', { model: 'torn:m', messages: [] })
    await gate.ask('POST', '/api/providers/spare/default')
    const id = asked.headers.get('x-request-id') ?? ''
    const path = pathOf(operation, { ...FOR_PLACE, id })
    const { status, json } = await gate.ask(operation.method, path, BODIES[name])
    expect([status, json['error']]).toEqual([200, undefined])
    expect((await shape(operation.answer ?? '')).safeParse(json).error).toBeUndefined()
  })

  test('errors of management too', async () => {
    const gate = await acme()
    const { status, json } = await gate.ask('POST', '/api/providers/register', { name: 'x' })
    expect(status).toBe(422)
    expect((await shape('Problem')).safeParse(json).error).toBeUndefined()
  })

  test('and another shape does not fit', async () => {
    const gate = await acme()
    const { json } = await gate.ask('GET', '/api/providers')
    expect((await shape('Statistics')).safeParse(json).success).toBe(false)
    expect((await shape('ProviderList')).safeParse({ ...json, more: 1 }).success).toBe(false)
  })
})

describe('bodies that will do have the shape that the table gives them', () => {
  const taking = ALL.filter(([, { body }]) => body !== undefined)
  const [settings, own] = [taking.filter(isOfSettings), taking.filter((one) => !isOfSettings(one))]

  test.each(own)('%s', async (name, { body = '' }) => {
    expect((await shape(body)).safeParse(BODIES[name]).error).toBeUndefined()
  })

  test.each(settings)('%s', async (name, { body = '' }) => {
    const known = new Set([...(await fieldsOf('ProviderSettings')), ...(await fieldsOf(body))])
    expect(known.size).toBeGreaterThan(20)
    expect(Object.keys(BODIES[name] ?? {}).filter((field) => !known.has(field))).toEqual([])
  })
})

/** A provider's settings, which hold more than can be turned back into a check. */
function isOfSettings([, { body }]: readonly [string, Operation]): boolean {
  return body === 'Registration' || body === 'ProviderChange'
}

test('the page of the reference is made from the table', async () => {
  const page = join(import.meta.dirname, '../../../docs/reference/api.md')
  expect(existsSync(page)).toBe(true)
  expect(readFileSync(page, 'utf8')).toBe(await apiPage())
})
